// Compile-time assertions: this file passes when it compiles.
import { arange, array, dtype, full, linspace, memmap, NDArray, ones, openMemmap, zeros } from '../../lib/index.js'
import type { Checked, DType, DTypeLike, Memmap, Scalar, TypedArrayOf, NumberName } from '../../lib/index.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

type Float = 'float32' | 'float64'

// Functions that take the name of a dtype and pass it on.
export function open<T extends Float>(path: string, d: T): Memmap<T> {
  const a = memmap(path, { dtype: d })
  a.get(0) satisfies number
  a.data satisfies Float32Array | Float64Array
  return a
}
const opened = open('a.bin', 'float32')
export type Opened = [Expect<Equal<typeof opened, Memmap<'float32'>>>]
opened.get(0) satisfies number
opened.data satisfies Float32Array

export const arrow = <T extends Float>(d: T) => memmap('a.bin', { dtype: d })
arrow('float64').get(0) satisfies number
arrow('float64').data satisfies Float64Array
arrow('float64') satisfies Memmap<'float64'>

export const anyNumber = <T extends NumberName>(d: T): Memmap<T> => memmap('a.bin', { dtype: d, mode: 'r', shape: [2] })
anyNumber('int64').get(0) satisfies bigint
// Any dtype: as text that is checked where the function is called, or as a DType.
export const checked = <const T extends DTypeLike>(d: Checked<T>) => memmap('a.bin', { dtype: d })
checked('>i8').get(0) satisfies bigint
checked([['x', 'f4']]).get(0).x satisfies number
// @ts-expect-error no such dtype
checked('f5')
export const like = <D extends DTypeLike>(a: NDArray<D>): NDArray<D> => zeros([2, 3], { dtype: a.dtype })
export const typed = <D extends DTypeLike>(d: DType<D>): Memmap<D> => memmap('a.bin', { dtype: d, shape: [2] })
typed(dtype('>i8')).get(0) satisfies bigint
export const castLike = <D extends DTypeLike>(a: NDArray, b: NDArray<D>): NDArray<D> => a.astype(b.dtype)

export const empty = <T extends Float>(d: T): NDArray<T> => zeros([2, 3], { dtype: d })
export const emptyInF = <T extends NumberName>(d: T): NDArray<T> => zeros([2, 3], { dtype: d, order: 'F' })
export const filled = <T extends Float>(d: T): NDArray<T> => ones([2, 3], { dtype: d })
export const full7 = <T extends Float>(d: T): NDArray<T> => full([2, 3], 7, { dtype: d })
export const listed = <T extends Float>(d: T): NDArray<T> => array([1, 2], { dtype: d })
export const counted = <T extends Float>(d: T): NDArray<T> => arange(4, { dtype: d })
export const counted2 = <T extends Float>(d: T): NDArray<T> => arange(1, 4, { dtype: d })
export const counted3 = <T extends Float>(d: T): NDArray<T> => arange(1, 4, 2, { dtype: d })
export const spaced = <T extends Float>(d: T): NDArray<T> => linspace(0, 1, 5, { dtype: d })
export const created = <T extends Float>(path: string, d: T): Memmap<T> =>
  openMemmap(path, { mode: 'w+', dtype: d, shape: [2, 3] })
export const cast = <T extends Float>(a: NDArray, d: T): NDArray<T> => a.astype(d)
export const seen = <T extends Float>(a: NDArray, d: T): NDArray<T> => a.view(d)
export const seenInFile = <T extends Float>(a: Memmap, d: T): Memmap<T> => a.view(d)
export const mapped = <T extends Float>(a: NDArray<T>, d: T): NDArray<T> => a.map((value) => value, { dtype: d })
export const later = <T extends Float>(a: NDArray<T>, d: T): Promise<NDArray<T>> => a.promises.astype(d)

// Functions of arrays.
export function first<D extends DTypeLike>(a: NDArray<D>): Scalar<D> {
  return a.get(0)
}
first(zeros(3, { dtype: 'int64' })) satisfies bigint
first(zeros(3)) satisfies number
first(opened) satisfies number
first(zeros(3, { dtype: [['x', 'f4']] })).x satisfies number

export function elements<D extends DTypeLike>(a: NDArray<D>): TypedArrayOf<D> {
  return a.copy().data
}
elements(zeros(3, { dtype: 'int16' })) satisfies Int16Array

export function norm(a: NDArray<'float32'>): number {
  return a.sum()
}
norm(opened)
norm(opened.index(0))
norm(opened.copy())

export function either(a: NDArray<Float>): number {
  const total: number = a.sum()
  a.data satisfies Float32Array | Float64Array
  for (const row of a.rows()) row.get(0) satisfies number
  for (const value of a.values()) value satisfies number
  a.assign(a.map((value) => value + 1))
  a.set(0, 1)
  a.copy() satisfies NDArray<Float>
  return total
}
either(opened)
either(zeros(3))
// @ts-expect-error integers are no floats
either(zeros(3, { dtype: 'int32' }))

export function chain<D extends DTypeLike>(a: NDArray<D>): NDArray<D> {
  const copy: NDArray<D> = a.copy()
  const view: NDArray<D> = a.index('1:')
  const row: NDArray<D> = a.index([0, 1])
  const cast: NDArray<'float64'> = a.astype('float64')
  cast.sum() satisfies number
  const any: NDArray = a
  copy.assign(view)
  copy.assign(a.index(0), [1])
  copy.fill(a.index(0, 0))
  copy.set(0, a.index(1))
  a.toArray()
  a.sum()
  a.min()
  a.sum({ axis: 0 })
  const doubled: NDArray<'float64'> = a.map(() => 1, { dtype: 'float64' })
  for (const one of a.rows()) copy.assign(one)
  for (const block of a.blocks()) copy.assign(block)
  return any.ndim > 0 ? row.reshape(-1).T : doubled.ndim > 0 ? view.transpose() : copy
}
chain(opened) satisfies NDArray<'float32'>

export function floats<D extends Float>(a: NDArray<D>): number {
  const total: number = a.sum()
  const value: number = a.get(0)
  const item: number = a.item()
  const largest: number = a.max()
  const mean: number = a.mean()
  a.set(0, 1)
  a.fill(0.5)
  a.assign([1, 2, 3])
  a.apply((x) => x * 2)
  a.map((x) => x * 2) satisfies NDArray<D>
  a.data satisfies Float32Array | Float64Array
  const sums: NDArray<Float> = a.sum({ axis: 0 })
  sums.get(0) satisfies number
  const wide: NDArray<Float> = a
  const all: NDArray = a
  all.ndim satisfies number
  a.compare('>', 1) satisfies NDArray<'bool'>
  for (const [indices, one] of a.entries()) {
    indices satisfies number[]
    one satisfies number
  }
  a.index(0) satisfies NDArray<D>
  a.copy() satisfies NDArray<D>
  return total + value + item + largest + mean + wide.get(0)
}
floats(opened)
floats(zeros(3))

// Classes that hold one.
export class Column<D extends NumberName> {
  readonly values: Memmap<D>
  constructor(path: string, dtype: D) {
    this.values = memmap(path, { dtype })
  }
  at(row: number): Scalar<D> {
    return this.values.get(row)
  }
  put(row: number, value: number): void {
    this.values.set(row, value)
  }
}
new Column('a.bin', 'int64').at(0) satisfies bigint

// Tables from names.
export function tables<K extends Record<string, NumberName>>(spec: K): { [Name in keyof K]: NDArray<K[Name]> } {
  return Object.fromEntries(Object.entries(spec).map(([name, dtype]) => [name, zeros(3, { dtype })])) as never
}
tables({ a: 'int64' }).a.get(0) satisfies bigint
declare const name: NumberName
const some = memmap('a.bin', { dtype: name })
some.shape satisfies readonly number[]
export const someTotal: number | bigint | boolean | object = some.get(0)
declare const floatName: Float
memmap('a.bin', { dtype: floatName }).get(0) satisfies number
const text: string = 'float32'
export const late = memmap('a.bin', { dtype: text })
