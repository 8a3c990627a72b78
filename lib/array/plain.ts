/**
 * Work on small arrays in JavaScript, because a call of native code costs more than the work on a few thousand bytes. An array is
 * plain if its elements follow one another in C order and one typed array reads them.
 * @module
 */
import { parseDType } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { isContiguous } from '../layout/strides.js'
import { allocateEmpty } from './allocate.js'
import type { ArrayBase } from './array-base.js'

/** Fewer elements than these are reduced and copied one by one: beyond, native code is faster, and adds floats up in pairs. */
const FEW = 8

/** The most bytes of a small array. */
const SMALL = 8192

/** The methods of typed arrays that this module needs, whatever their elements. */
type View = Pick<Float64Array, 'length' | 'fill' | 'set' | 'subarray'> & { [index: number]: number }

/**
 * The typed array that reads the elements of a plain array that is small; null for others.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`
 */
function viewOf({ store, accessorKind, shape, byteStrides, dtype, size }: ArrayBase): View | null {
  const { view } = accessorKind
  store.checkOpen()
  if (view === 'view' || size === 0 || size * dtype.itemsize > SMALL || store.openMask !== 0) return null
  return isContiguous(shape, byteStrides, dtype.itemsize, 'C') ? (store[view] as unknown as View) : null
}

/** True where two plain arrays have bytes in common. */
function mayOverlap(a: ArrayBase, b: ArrayBase): boolean {
  if (a.store.memory !== b.store.memory) return false
  const [from, other] = [a.position + a.store.base, b.position + b.store.base]
  return from < other + b.nbytes && other < from + a.nbytes
}

/** The index of the first element in the typed array. */
function firstOf({ position, accessorKind }: ArrayBase): number {
  return position / accessorKind.unit
}

/** True where a typed array stores the elements of another one as NumPy casts them: to float32 and float64. */
function isCast(from: DType, to: DType): boolean {
  return (
    to.kind === 'f' &&
    to.itemsize > 2 &&
    (from.kind === 'f' ? from.itemsize > 2 : 'biu'.includes(from.kind) && from.itemsize < 8)
  )
}

/**
 * Copies the elements of one plain array to another of the same shape; false if one is not plain, or typed arrays do not cast as NumPy
 * does. The arrays may overlap.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function copyPlain(target: ArrayBase, source: ArrayBase): boolean {
  if (target.accessorKind !== source.accessorKind && !isCast(source.dtype, target.dtype)) return false
  const from = viewOf(source)
  const to = from === null ? null : viewOf(target)
  if (from === null || to === null) return false
  const { size } = source
  const start = firstOf(source)
  const at = firstOf(target)
  if (size < FEW && !mayOverlap(target, source)) {
    for (let i = 0; i < size; i++) to[at + i] = from[start + i] as number
  } else {
    to.set(from.subarray(start, start + size) as unknown as Float64Array, at)
  }
  source.store.checkFault()
  target.store.checkFault()
  return true
}

/**
 * Stores a number, bigint or boolean in every element of a plain array; false if it is not plain, or the value another one.
 * @throws MemmapError `ERR_MEMMAP_CAST`; the fault of a mapping
 */
export function fillPlain(array: ArrayBase, value: unknown): boolean {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') return false
  const view = viewOf(array)
  if (view === null) return false
  const { shape, size } = array
  // The first element converts the value, or throws.
  switch (shape.length) {
    case 0:
      array.set(value)
      return true
    case 1:
      array.set(0, value)
      break
    case 2:
      array.set(0, 0, value)
      break
    default:
      array.setSlow(...shape.map(() => 0), value)
  }
  const first = firstOf(array)
  view.fill(view[first] as number, first + 1, first + size)
  array.store.checkFault()
  return true
}

/** True for the dtypes whose elements {@link viewOf} reads as numbers that are the elements: no bool, float16 or 64-bit integers. */
function isNumbers({ kind, itemsize }: DType): boolean {
  return kind === 'f' ? itemsize > 2 : (kind === 'i' || kind === 'u') && itemsize < 8
}

/**
 * Reduces fewer than {@link FEW} elements of a plain array as the kernels do: sums in order, in the precision of floats, and positions of
 * the first NaN; undefined for others.
 * @throws MemmapError the fault of a mapping
 */
export function reducePlain(array: ArrayBase, name: string): number | bigint | undefined {
  const { size, dtype } = array
  if (size >= FEW || !isNumbers(dtype)) return undefined
  const view = viewOf(array)
  if (view === null) return undefined
  const first = firstOf(array)
  let result: number | bigint | undefined
  if (name === 'sum') result = sumOf(view, first, size, dtype)
  else if (name === 'max' || name === 'argmax') result = extremeOf(view, first, size, 1, name === 'argmax')
  else if (name === 'min' || name === 'argmin') result = extremeOf(view, first, size, -1, name === 'argmin')
  else return undefined
  array.store.checkFault()
  return result
}

function sumOf(view: View, first: number, size: number, { kind, itemsize }: DType): number | bigint {
  const isSingle = kind === 'f' && itemsize === 4
  // From 0, because NumPy's sum of negative zeros is 0.
  let sum = 0
  for (let i = 0; i < size; i++) {
    sum += view[first + i] as number
    if (isSingle) sum = Math.fround(sum)
  }
  return kind === 'f' ? sum : BigInt(sum)
}

function extremeOf(view: View, first: number, size: number, sign: 1 | -1, isPosition: boolean): number {
  let at = 0
  let most = view[first] as number
  for (let i = 1; i < size && !Number.isNaN(most); i++) {
    const value = view[first + i] as number
    if (sign * (value - most) > 0 || Number.isNaN(value)) {
      most = value
      at = i
    }
  }
  return isPosition ? at : most
}

/** The most elements that {@link comparePlain} takes. */
const SOME = 1024

/**
 * Compares the elements of a plain array with a number, which takes the precision of floats, as in NumPy 2 (NEP 50): an array of bool;
 * null for others.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function comparePlain(array: ArrayBase, op: string, number: number): ArrayBase | null {
  const { size, dtype } = array
  const view = size > SOME || !isNumbers(dtype) ? null : viewOf(array)
  if (view === null) return null
  const into = allocateEmpty(array.shape, parseDType('bool'))
  const flags = into.store.u8
  const other = dtype.kind === 'f' && dtype.itemsize === 4 ? Math.fround(number) : number
  const from = firstOf(array)
  for (let i = 0; i < size; i++) {
    const value = view[from + i] as number
    let holds: boolean
    if (op === '<') holds = value < other
    else if (op === '<=') holds = value <= other
    else if (op === '>') holds = value > other
    else if (op === '>=') holds = value >= other
    else if (op === '==') holds = value === other
    else holds = value !== other
    flags[i] = holds ? 1 : 0
  }
  array.store.checkFault()
  return into
}
