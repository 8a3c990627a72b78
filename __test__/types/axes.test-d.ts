// Compile-time assertions: this file passes when it compiles.
import {
  arange,
  array,
  dtype,
  full,
  linspace,
  load,
  memmap,
  newaxis,
  ones,
  openMemmap,
  slice,
  zeros,
} from '../../lib/index.js'
import type { Complex, DTypeLike, Memmap, MemmapOptions, NDArray, Nested } from '../../lib/index.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T
type AxesOf<A> = A extends NDArray<DTypeLike, infer N> ? N : never

declare const anyShape: number[]
declare const anyOptions: MemmapOptions<'float32'>
declare const anyList: unknown
declare const text: string
declare const anything: NDArray<'float32'>
declare const typed: NDArray<'float32', 2>

// Where shapes and lists say it.
const map1 = memmap('a.bin')
const map2 = memmap('a.bin', { dtype: 'float32', shape: [2, 3] })
const map3 = memmap('a.bin', { dtype: '>i8', shape: [2, 3, 4], mode: 'r' })
const mapAny = memmap('a.bin', { dtype: 'float32', shape: anyShape })
const mapAnyOptions = memmap('a.bin', anyOptions)
const mapSubArray = memmap('a.bin', { dtype: ['f4', [2]] })
const created = openMemmap('a.npy', { mode: 'w+', shape: [2, 3], dtype: '<f4' })
const opened = openMemmap('a.npy')
const matrix = zeros([2, 3])
const lists = array([
  [1, 2],
  [3, 4],
])
const ofDType = zeros([2, 3], { dtype: dtype(['f4', [2]]) })
const subArrays = zeros([2, 3], { dtype: ['f4', [2]] })
export type Made = [
  Expect<Equal<typeof map1, Memmap<'uint8', 1>>>,
  Expect<Equal<typeof map2, Memmap<'float32', 2>>>,
  Expect<Equal<typeof map3, Memmap<'int64', 3>>>,
  Expect<Equal<typeof mapAny, Memmap<'float32'>>>,
  Expect<Equal<typeof mapAnyOptions, Memmap<'float32'>>>,
  Expect<Equal<typeof mapSubArray, Memmap<'float32'>>>,
  Expect<Equal<typeof created, Memmap<'float32', 2>>>,
  Expect<Equal<typeof opened, Memmap>>,
  Expect<Equal<typeof matrix, NDArray<'float64', 2>>>,
  Expect<Equal<typeof lists, NDArray<'float64', 2>>>,
  Expect<Equal<typeof ofDType, NDArray<'float32'>>>,
  Expect<Equal<typeof subArrays, NDArray<'float32'>>>,
]
zeros(3) satisfies NDArray<'float64', 1>
zeros([]) satisfies NDArray<'float64', 0>
zeros([2, 3], { dtype: 'f4', order: 'F' }) satisfies NDArray<'float32', 2>
ones([2, 3], { dtype: 'int64' }) satisfies NDArray<'int64', 2>
full([2, 3], 7) satisfies NDArray<'float64', 2>
full([2, 3], 7, { dtype: 'int16' }) satisfies NDArray<'int16', 2>
full([2, 3], [1, 2, 3], { dtype: 'i2' }) satisfies NDArray<'int16', 2>
arange(4) satisfies NDArray<'float64', 1>
arange(1n, 4n) satisfies NDArray<'int64', 1>
arange(1, 4, 2, { dtype: '<f4' }) satisfies NDArray<'float32', 1>
linspace(0, 1) satisfies NDArray<'float64', 1>
linspace(0, 1, 5, { dtype: 'f4' }) satisfies NDArray<'float32', 1>
// @ts-expect-error the shape is not known
zeros(anyShape) satisfies NDArray<'float64', 2>
// @ts-expect-error neither is that of a file
load('a.npy') satisfies NDArray<DTypeLike, 2>

const scalar = array(5)
const bytes = array(new Uint8Array(3))
const rowsOfBytes = array([new Uint8Array(3)])
const late = array(anyList)
const again = array(typed)
const complex = array([{ re: 1, im: 2 }], { dtype: 'complex128' })
const records = array([[1, 2]], { dtype: [['x', 'f4'], ['y', 'f4']] }) // prettier-ignore
const opaque = array([new Uint8Array(8)], { dtype: 'V8' })
const coded = array([[1, 2]], { dtype: 'i2' })
export type FromLists = [
  Expect<Equal<AxesOf<typeof scalar>, 0>>,
  Expect<Equal<AxesOf<typeof bytes>, 1>>,
  Expect<Equal<AxesOf<typeof rowsOfBytes>, 2>>,
  Expect<Equal<AxesOf<typeof late>, number>>,
  Expect<Equal<AxesOf<typeof again>, 2>>,
  Expect<Equal<AxesOf<typeof complex>, 1>>,
  Expect<Equal<AxesOf<typeof records>, number>>,
  Expect<Equal<typeof coded, NDArray<'int16', 2>>>,
  Expect<Equal<AxesOf<typeof opaque>, number>>,
]

// What it gives: the depth of lists, and what iteration yields.
const nested = matrix.toArray()
const mapNested = map2.toArray()
const bigNested = map3.toArray()
const number = zeros([]).toArray()
const flat = arange(3).toArray()
const someNested = anything.toArray()
const complexNested = complex.toArray()
const [firstRow] = matrix
const [firstMapRow] = map2
const [firstElement] = flat
const [element] = arange(3)
const [either] = anything
export type Given = [
  Expect<Equal<typeof matrix.ndim, 2>>,
  Expect<Equal<typeof anything.ndim, number>>,
  Expect<Equal<typeof nested, number[][]>>,
  Expect<Equal<typeof mapNested, number[][]>>,
  Expect<Equal<typeof bigNested, bigint[][][]>>,
  Expect<Equal<typeof number, number>>,
  Expect<Equal<typeof flat, number[]>>,
  Expect<Equal<typeof someNested, Nested<number>>>,
  Expect<Equal<typeof complexNested, Complex[]>>,
  Expect<Equal<typeof firstRow, NDArray<'float64', 1>>>,
  Expect<Equal<typeof firstMapRow, Memmap<'float32', 1>>>,
  Expect<Equal<typeof firstElement, number>>,
  Expect<Equal<typeof element, number>>,
  Expect<Equal<typeof either, number | NDArray<'float32'>>>,
]
for (const row of map3) for (const line of row) for (const one of line) one satisfies bigint
for (const row of map2.rows()) row.toArray() satisfies number[]
for (const row of anything.rows()) row satisfies NDArray<'float32'>

// Operations that keep it, and those that change it.
const dropped = map2.index(0)
const none = map2.index(-1, 3n)
const sliced = map2.index('1:', '::-1')
const ellipsis = map2.index('...', 0)
const added = map2.index(newaxis, slice(1), 0)
const inOneText = map2.index('1:, 0')
const byVariable = map2.index(text)
const copied = map2.index([0, 1])
const filtered = map2.index(map2.compare('>', 1))
export type Indexed = [
  Expect<Equal<typeof dropped, Memmap<'float32', 1>>>,
  Expect<Equal<typeof none, Memmap<'float32', 0>>>,
  Expect<Equal<typeof sliced, Memmap<'float32', 2>>>,
  Expect<Equal<typeof ellipsis, Memmap<'float32', 1>>>,
  Expect<Equal<typeof added, Memmap<'float32', 2>>>,
  Expect<Equal<typeof inOneText, Memmap<'float32'>>>,
  Expect<Equal<typeof byVariable, Memmap<'float32'>>>,
  Expect<Equal<typeof copied, NDArray<'float32'>>>,
  Expect<Equal<typeof filtered, NDArray<'float32'>>>,
]
map2.T satisfies Memmap<'float32', 2>
map2.slice(1) satisfies Memmap<'float32', 2>
map2.view('int32') satisfies Memmap<'int32', 2>
map2.view('<i4') satisfies Memmap<'int32', 2>
map2.copy() satisfies NDArray<'float32', 2>
map2.astype('int64') satisfies NDArray<'int64', 2>
map2.astype('<i8') satisfies NDArray<'int64', 2>
map2.map((x) => 2 * x) satisfies NDArray<'float32', 2>
map2.map((x) => 2 * x, { dtype: 'float64' }) satisfies NDArray<'float64', 2>
map2.map((x) => 2 * x, { dtype: 'f8' }) satisfies NDArray<'float64', 2>
map2.byteswap() satisfies NDArray<'float32', 2>
map2.reshape(6) satisfies NDArray<'float32', 1>
map2.reshape(2, 3, 1) satisfies NDArray<'float32', 3>
map2.reshape([6], { order: 'F' }) satisfies NDArray<'float32', 1>
map2.ravel() satisfies NDArray<'float32', 1>
map2.flatten() satisfies NDArray<'float32', 1>
map2.mask([[true]]) satisfies NDArray<'float32', 1>
map2.broadcastTo([4, 2, 3]) satisfies Memmap<'float32', 3>
map2.compare('>', 1) satisfies NDArray<'bool', 2>
map2.compare('>', matrix) satisfies NDArray<'bool', 2>
map2.sum() satisfies number
map2.sum({ axis: 0 }) satisfies NDArray<'float32', 1>
map2.sum({ axis: [0, 1] }) satisfies NDArray<'float32', 0>
map2.sum({ keepdims: true }) satisfies NDArray<'float32', 2>
map2.mean({ axis: 0, keepdims: true }).toArray() satisfies number[][]
map2.cumsum() satisfies NDArray<'float32', 1>
map2.cumsum({ axis: 1 }) satisfies NDArray<'float32', 2>
map2.blocks() satisfies Iterable<Memmap<'float32', 2>>
map2.promises.copy() satisfies Promise<NDArray<'float32', 2>>
map2.promises.sum({ axis: 0 }) satisfies Promise<NDArray<'float32', 1>>
complex.real satisfies NDArray<'float64', 1>
const squeezed = map2.squeeze()
const expanded = map2.expandDims(0)
const onEqualAxes = map2.compare('>', anything)
const takes = map2.take([0])
export type Unknown = [
  Expect<Equal<typeof squeezed, Memmap<'float32'>>>,
  Expect<Equal<typeof expanded, Memmap<'float32'>>>,
  Expect<Equal<typeof onEqualAxes, NDArray<'bool'>>>,
  Expect<Equal<typeof takes, NDArray<'float32'>>>,
]

// An array of two axes is one of any number, for functions too.
export const wide: NDArray<'float32'> = map2
export const widest: NDArray = map2
export const wideMap: Memmap = map2
export const known: NDArray<'float32', 2> = map2
// @ts-expect-error two axes are not three
export const wrong: NDArray<'float32', 3> = map2
// @ts-expect-error any number is not two
export const narrowed: NDArray<'float32', 2> = anything
export function doubled<D extends 'float32' | 'float64'>(a: NDArray<D>): NDArray<D> {
  return a.map((x) => 2 * x)
}
const twice = doubled(map2)
const twiceInMemory = doubled(matrix)
export function rowsOf<D extends DTypeLike>(a: NDArray<D, 2>): NDArray<D, 1>[] {
  return [...a.rows()]
}
const rowsOfMap = rowsOf(map2)
export function same<D extends DTypeLike, N extends number>(a: NDArray<D, N>): NDArray<D, N> {
  return a.copy()
}
const copy = same(map3)
export type Functions = [
  Expect<Equal<typeof twice, NDArray<'float32'>>>,
  Expect<Equal<typeof twiceInMemory, NDArray<'float64'>>>,
  Expect<Equal<typeof rowsOfMap, NDArray<'float32', 1>[]>>,
  Expect<Equal<typeof copy, NDArray<'int64', 3>>>,
]
// @ts-expect-error one axis
rowsOf(map1)

// What keeps the axes of a generic array keeps its type; another number of axes is another type.
export function views<A extends NDArray>(a: A): A[] {
  return [a.index(':'), a.index('1:', '...', slice(2)), a.slice(1), a.T, a.flip(), a.swapAxes(0, 1), ...a.blocks()]
}
views(map2) satisfies Memmap<'float32', 2>[]
export function viewsOfFiles<A extends Memmap>(a: A): A[] {
  return [a.index(':'), a.index(), a.view(), a.transpose()]
}
// @ts-expect-error one axis less
export const row = <A extends NDArray>(a: A): A => a.index(0)
let later: NDArray<'float32'> = map2
later = map2.index(0)
later.toArray() satisfies Nested<number>

// A round trip of lists whose depth is not known.
declare const anyAxes: NDArray<'float32'>
export const roundTrip: NDArray<'float64'> = array(anyAxes.toArray())
export const roundTripShort: NDArray<'int16'> = array(anyAxes.toArray(), { dtype: 'int16' })
export const deep: NDArray<'float64', 3> = array([[[1, 2]], [[3, 4]]])
anyAxes.assign(anyAxes.toArray())
