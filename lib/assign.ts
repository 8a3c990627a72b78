import { broadcastStrides } from './axes.js'
import { arrayOver, fromLists, positions } from './create.js'
import { Code } from './dtype/index.js'
import type { DType, Model } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { scattered } from './gather.js'
import { calling, native } from './native.js'
import { checkWriteable, viewOf } from './ndarray.js'
import type { NDArray } from './ndarray.js'
import { operand } from './operand.js'
import { fieldOf } from './retype.js'
import { codecOf, encode } from './scalar/index.js'
import { select } from './selection.js'
import type { Selector } from './selection.js'

/** What can be assigned to elements: one value for all, (nested) lists, a typed array or another array. */
export type Assignable<M extends Model> = M['writable'] | NestedValues<M['writable']> | ArrayBufferView | NDArray

/** Lists of values, nested as deep as there are axes. */
export interface NestedValues<T> extends ReadonlyArray<T | NestedValues<T>> {}

/** `NDArray.assign`. */
export function assign(array: NDArray, value: unknown, selectors?: readonly Selector[]): void {
  checkWriteable(array)
  if (selectors === undefined) return assignValue(array, value)
  if (!Array.isArray(selectors)) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `the selectors of assign are a list of them: assign(value, [':', 0])`)
  }
  const found = select(selectors, array)
  if ('inner' in found) scattered(array, found, value)
  else assignValue(viewOf(array, found), value)
}

/** Stores a value, broadcast and cast, in every element of an array that is known to be writeable. */
export function assignValue(array: NDArray, value: unknown): void {
  const source = sourceOf(value, array.dtype)
  if (source === null) fillElements(array, value)
  else assignElements(array, source)
}

/** The value as an array; null for a single element of this dtype. */
export function sourceOf(value: unknown, dtype: DType): NDArray | null {
  // Raw bytes and text take a Uint8Array for one element.
  if (value instanceof Uint8Array && (dtype.kind === 'V' || dtype.kind === 'S') && dtype.names === null) return null
  const known = arrayOver(value)
  if (known !== null) return known
  if (!Array.isArray(value)) return null
  const lists = fromLists(value, dtype)
  // A record by position.
  return lists.ndim === 0 ? null : lists
}

/** `NDArray.fill`. */
export function fill(array: NDArray, value: unknown): void {
  checkWriteable(array)
  fillElements(array, value)
}

function fillElements(array: NDArray, value: unknown): void {
  const element = encode(array.dtype, value)
  if (hasPadding(array.dtype)) {
    // Bytes between fields are left alone, as in NumPy.
    const store = codecOf(array.dtype).prepare(value)
    for (const at of positions(array)) store(array.store.viewAt(at, array.itemsize), array.store.at)
    array.store.checkFault()
    return
  }
  const { memory, layout } = operand(array)
  calling(() => native.fill(memory, layout, element))
}

/**
 * Stores the elements of one array in another, broadcast and cast as NumPy casts arrays; correct where they share memory.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function assignElements(target: NDArray, source: NDArray): void {
  const shape = leadingOnesDropped(source, target.ndim)
  const from = viewOf(source, { ...shape, position: source.position })
  const spread = viewOf(from, { shape: target.shape, byteStrides: broadcastStrides(from, target.shape), position: from.position })
  copyElements(target, spread)
}

/** NumPy lets a source have axes of length 1 in front that the target has not. */
function leadingOnesDropped({ shape, byteStrides }: NDArray, ndim: number): { shape: number[]; byteStrides: number[] } {
  let skip = 0
  while (shape.length - skip > ndim && shape[skip] === 1) skip++
  return { shape: shape.slice(skip), byteStrides: byteStrides.slice(skip) }
}

/** For arrays of the same shape. */
function copyElements(target: NDArray, source: NDArray): void {
  const from = source.dtype
  const to = target.dtype
  const opaque = from.code === Code.Opaque || to.code === Code.Opaque
  const sameBytes = opaque && from.equals(to) && !hasPadding(to)
  const numbers = !opaque && sameTicks(from, to)
  if (sameBytes || numbers) return runAssign(target, source)
  if (from.names !== null && to.names !== null) return copyFields(target, source)
  copyOneByOne(target, source)
}

function runAssign(target: NDArray, source: NDArray): void {
  const from = operand(source)
  const to = operand(target)
  calling(() => native.assign(from.memory, from.layout, to.memory, to.layout))
}

/** Whether ticks, if both have any, count the same unit, so that they are copied as numbers. */
function sameTicks(from: DType, to: DType): boolean {
  if (from.code !== Code.Time || to.code !== Code.Time) return true
  return from.kind === to.kind && from.name === to.name
}

/** Records by the position of their fields, as in NumPy. */
function copyFields(target: NDArray, source: NDArray): void {
  const from = source.dtype.names ?? []
  const to = target.dtype.names ?? []
  if (from.length !== to.length) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `records of ${from.length} fields cannot be stored in records of ${to.length}: assign field by field`,
    )
  }
  const safe = target.store === source.store ? source.copy() : source
  to.forEach((name, index) => assignElements(fieldOf(target, name), fieldOf(safe, from[index])))
}

/** Through JavaScript values: text, and what else no kernel converts. All are converted before the first is stored. */
function copyOneByOne(target: NDArray, source: NDArray): void {
  const codec = codecOf(target.dtype)
  const stores = [...source.values()].map((value) => codec.prepare(value))
  let index = 0
  for (const at of positions(target)) stores[index++]?.(target.store.viewAt(at, target.itemsize), target.store.at)
  target.store.checkFault()
}

/** Whether an element has bytes that belong to no field. */
function hasPadding(dtype: DType): boolean {
  if (dtype.names === null) return false
  const covered = dtype.names.reduce((sum, name) => sum + (dtype.fields?.[name]?.dtype.itemsize ?? 0), 0)
  return covered !== dtype.itemsize || dtype.names.some((name) => hasPadding(dtype.fields?.[name]?.dtype.base as DType))
}
