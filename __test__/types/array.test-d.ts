// Compile-time assertions: this file passes when it compiles.
import { array, dtype, memmap, newaxis, slice, zeros } from '../../lib/index.js'
import type { AnyScalar, Complex, DTypeLike, Memmap, NDArray, Nested, NumberName } from '../../lib/index.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

// Opening: the element follows the dtype, with no annotation.
const bytes = memmap('a.bin')
const longs = memmap('a.bin', { dtype: 'int64', mode: 'r' })
const swapped = memmap('a.bin', { dtype: '>f4', shape: [3, 4] })
const complex = memmap('a.bin', { dtype: 'complex64' })
const text = memmap('a.bin', { dtype: 'U3' })
const dates = memmap('a.bin', { dtype: 'M8[ns]' })
const halves = memmap('a.bin', { dtype: 'float16' })
const flags = memmap('a.bin', { dtype: Uint8Array })
const points = memmap('a.bin', {
  dtype: [
    ['x', '<f4'],
    ['n', '>i8', [2]],
    ['inner', [['ok', 'bool']]],
  ],
})
declare const late: DTypeLike
const unknownYet = memmap('a.bin', { dtype: late as never })

export type Opened = [
  Expect<Equal<typeof bytes, Memmap<'uint8', 1>>>,
  Expect<Equal<ReturnType<typeof longs.get>, bigint>>,
  Expect<Equal<typeof longs.data, BigInt64Array>>,
  Expect<Equal<ReturnType<typeof swapped.get>, number>>,
  Expect<Equal<typeof swapped.data, Float32Array>>,
  Expect<Equal<ReturnType<typeof complex.get>, Complex>>,
  Expect<Equal<ReturnType<typeof text.get>, string>>,
  Expect<Equal<typeof text.data, never>>,
  Expect<Equal<typeof dates.data, BigInt64Array>>,
  Expect<Equal<typeof halves.data, Float16Array>>,
  Expect<Equal<typeof halves.bits, Uint16Array>>,
  Expect<Equal<typeof flags.data, Uint8Array>>,
  Expect<Equal<ReturnType<typeof points.get>, { x: number; n: bigint[]; inner: { ok: boolean } }>>,
  Expect<Equal<typeof points.data, never>>,
]

// The dtype is the type parameter, and a parameter is declared so.
export type Named = [
  Expect<Equal<typeof swapped, Memmap<'float32', 2>>>,
  Expect<Equal<typeof dates, Memmap<'M8[ns]', 1>>>,
  Expect<Equal<typeof points, Memmap<[['x', '<f4'], ['n', '>i8', [2]], ['inner', [['ok', 'bool']]]], 1>>>,
]
declare function total32(array: NDArray<'float32'>): number
total32(swapped)
total32(zeros(3, { dtype: '>f4' }))
// @ts-expect-error integers are no floats
total32(longs)
declare function sumOfFloats(array: NDArray<'float32' | 'float64'>): number
sumOfFloats(swapped)
export function scaled<D extends 'float32' | 'float64'>(array: NDArray<D>): NDArray<D> {
  const any: NDArray = array
  return any.ndim > 0 ? array.map((value) => value) : array.T
}
export function mappedAsArray<D extends NumberName>(array: Memmap<D>): NDArray {
  return array
}

// An array of anything takes every array, and a Memmap is one.
export const all: NDArray[] = [bytes, longs, swapped, complex, text, dates, points, unknownYet, zeros(3)]
export const mapped: Memmap[] = [bytes, longs, points]
// @ts-expect-error an array in memory is no Memmap
export const notMapped: Memmap = zeros(3)

// Views of a Memmap are Memmaps; copies are arrays in memory.
export type Views = [
  Expect<Equal<typeof swapped.T, typeof swapped>>,
  Expect<Equal<ReturnType<typeof swapped.slice>, typeof swapped>>,
  Expect<Equal<ReturnType<typeof swapped.copy>, NDArray<'float32', 2>>>,
]
swapped.index(0, '::2', '...', newaxis, slice(1, 2)).flush()
swapped.index(':', 3n).transpose([0]).flip().squeeze().flush()
longs.view('float64').data satisfies Float64Array
longs.view('float64').flush()
longs.astype('float32').data satisfies Float32Array
// @ts-expect-error a copy is not mapped
longs.astype('float32').flush()
// @ts-expect-error neither is what lists select
longs.index([0, 1]).flush()
longs.index([0, 1]).get(0) satisfies bigint
longs.index(longs.compare('>', 3n)).get(0) satisfies bigint
longs.take([[0, 1]]).get(0, 1) satisfies bigint
longs.mask([true, false]).get(0) satisfies bigint

// Fields and parts.
points.field('x').data satisfies Float32Array
points.field('x').flush()
points.field('n').get(0, 1) satisfies bigint
points.field('inner').field('ok').get(0) satisfies boolean
complex.real.data satisfies Float32Array
complex.imag.flush()
longs.real.get(0) satisfies bigint
// @ts-expect-error there is no such field
points.field('y')
// @ts-expect-error nor has a number fields
longs.field('x')

// Storing.
bytes.set(0, 255)
bytes.set(-1, true)
longs.set(0, 5n)
longs.set(0, 1, 5)
complex.set(0, { re: 1, im: 2 })
complex.set(0, [1, 2])
text.set(0, 'abc')
dates.set(0, new Date())
dates.set(0, '2020-01-31')
points.set(0, { x: 1, n: [1n, 2], inner: { ok: true } })
points.set(0, [1, [1n, 2n], [true]])
bytes
  .assign([1, 2, 3])
  .assign(5, ['1:', [0, 1]])
  .fill(0)
swapped
  .assign([
    [1, 2],
    [3, 4],
  ])
  .assign(new Int8Array(4))
  .assign(longs, [':', 0])
points.field('x').assign(1)
// @ts-expect-error text is no number
bytes.set(0, '5')
// @ts-expect-error a field is missing
points.set(0, { x: 1 })
// @ts-expect-error null selects nothing
bytes.index(null)
// @ts-expect-error neither does undefined
bytes.assign(1, [undefined])
bytes.apply((value, index) => value + index)
bytes.map((value) => value * 2).data satisfies Uint8Array
bytes.map((value) => value / 2, { dtype: 'float32' }).data satisfies Float32Array
// @ts-expect-error a number is not text
bytes.map((value) => value, { dtype: 'V8' })

// Reductions: bigint for whole numbers, an array where axes may be left.
const words = zeros([2, 3], { dtype: 'uint16' })
words.sum() satisfies bigint
words.sum({ dtype: 'float32' }) satisfies number
words.sum({ keepdims: true }).data satisfies BigUint64Array
words.mean() satisfies number
words.min() satisfies number
words.argmax() satisfies number
words.any() satisfies boolean
words.countNonzero() satisfies number
complex.sum() satisfies Complex
complex.mean({ skipNaN: true }) satisfies Complex
complex.var() satisfies number
dates.min() satisfies bigint
zeros(3, { dtype: 'm8[s]' }).sum() satisfies bigint
zeros(3, { dtype: 'bool' }).cumsum().data satisfies BigInt64Array
zeros(3, { dtype: 'uint8' }).cumprod({ dtype: 'float64' }).data satisfies Float64Array
const perColumn = words.sum({ axis: 0 })
const means = words.mean({ axis: [0, 1] })
const positions = words.argmin({ axis: 0, keepdims: true })
export type Reduced = [
  Expect<Equal<typeof perColumn, NDArray<'uint64', 1>>>,
  Expect<Equal<typeof means, NDArray<'float64', 0>>>,
  Expect<Equal<typeof positions, NDArray<'int64', 2>>>,
]
// @ts-expect-error no such dtype
words.sum({ dtype: 'float33' })
// @ts-expect-error any takes no dtype
words.any({ dtype: 'float32' })
// Without axis and keepdims a reduction is a scalar, whatever else is asked for.
words.sum({ skipNaN: true }) satisfies bigint
words.mean({ keepdims: false }) satisfies number
words.std({ axis: 1, ddof: 1 }).data satisfies Float64Array
// @ts-expect-error one axis
words.argmin({ axis: [0, 1] })
const noSum = text.sum()
export type NoSumOfText = Expect<Equal<typeof noSum, never>>

// Off the event loop: promises of the same.
const later = words.promises
const total = later.sum()
const totals = later.sum({ axis: 0, signal: AbortSignal.timeout(1) })
const spread = later.std({ ddof: 1, onProgress: (part) => part.toFixed() })
const largest = later.max({ onProgress: (part) => part.toFixed() })
const copied = swapped.promises.astype('int64', { onProgress: (part) => part.toFixed() })
export type Later = [
  Expect<Equal<typeof total, Promise<bigint>>>,
  Expect<Equal<typeof totals, Promise<NDArray<'uint64', 1>>>>,
  Expect<Equal<typeof spread, Promise<number>>>,
  Expect<Equal<typeof largest, Promise<number>>>,
  Expect<Equal<typeof copied, Promise<NDArray<'int64', 2>>>>,
  Expect<Equal<ReturnType<typeof longs.promises.fill>, Promise<typeof longs>>>,
  Expect<Equal<ReturnType<typeof longs.promises.copy>, Promise<NDArray<'int64', 1>>>>,
]
longs.promises.fill(3n, { signal: AbortSignal.abort() }) satisfies Promise<NDArray>
longs.promises.assign([1n], [':'], { onProgress: () => {} }) satisfies Promise<NDArray>
longs.promises.flush({ durable: true }) satisfies Promise<void>
// @ts-expect-error text is no number
bytes.promises.fill('5')
// @ts-expect-error no such dtype
words.promises.sum({ dtype: 'float33' })
// @ts-expect-error any takes no dtype
words.promises.any({ dtype: 'float32' })

// Rows are arrays of the same kind; plain iteration has scalars of one axis.
for (const row of swapped.rows()) row satisfies Memmap<'float32'>
for (const row of words.rows()) row.sum() satisfies bigint

// Blocks are what the array is.
for (const block of swapped.blocks({ axis: 1 })) block satisfies Memmap<'float32'>
export async function blocksLater(): Promise<void> {
  for await (const block of words.blocks()) block satisfies NDArray<'uint16'>
}

// Comparing.
words.compare('<=', 3).data satisfies Uint8Array
words.compare('==', longs).get(0, 0) satisfies boolean
words.equals([[1, 2, 3]]) satisfies boolean
words.allClose(1, { rtol: 0, equalNaN: true }) satisfies boolean
// @ts-expect-error no such comparison
words.compare('=', 3)

// Elements one after the other.
for (const [indices, value] of words.entries()) {
  indices satisfies number[]
  value satisfies number
}
for (const value of longs.values()) {
  value satisfies bigint
}
export const nested: Nested<number> = words.toArray()
longs.item() satisfies bigint

// Made of values.
array([1, 2]).data satisfies Float64Array
array([[1n]]).data satisfies BigInt64Array
array([true]).get(0) satisfies boolean
array('abc').get() satisfies string
array(new Int16Array(3)).data satisfies Int16Array
array([new Float32Array(2)]).data satisfies Float32Array
array(longs).data satisfies BigInt64Array
array([[1, 2]], { dtype: 'complex128' }).get(0, 0) satisfies Complex
array([{ x: 1 }], { dtype: [['x', 'f4']] }).get(0) satisfies { x: number }
array([1], { dtype: longs.dtype }).data satisfies BigInt64Array
array([1], { dtype: dtype(late as never) }).get(0) satisfies AnyScalar
// @ts-expect-error no such dtype
array([1], { dtype: 'f5' })
// @ts-expect-error no such dtype
zeros(3, { dtype: 'flaot32' })
// @ts-expect-error no such dtype
memmap('a.bin', { dtype: 'S1.5' })
// @ts-expect-error no such mode
memmap('a.bin', { mode: 'w' })
// @ts-expect-error no such option
memmap('a.bin', { shap: 3 })
