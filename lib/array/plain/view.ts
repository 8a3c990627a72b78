/**
 * Work on small arrays in JavaScript, because a call of native code costs more than the work on a few thousand bytes. An array is
 * plain if its elements follow one another in C order and one typed array reads them.
 * @module
 */
import type { DType } from '../../dtype/index.js'
import { sizeOf } from '../../layout/shape.js'
import { isContiguous } from '../../layout/strides.js'
import type { Core } from '../../memory/accessors/generated.js'
import type { ViewName } from '../../memory/store.js'
import { LOOPS } from './generated.js'
import type { PlainLoops, View } from './template.js'

/** The most bytes of a small array. */
const SMALL = 8192

/**
 * The typed array that reads the elements of a plain array of at most so many bytes; null for others.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`
 */
export function smallView(array: Core, most = SMALL): View | null {
  return sizeOf(array.shape) * array.dtype.itemsize > most ? null : plainView(array)
}

/**
 * The typed array that reads the elements of a plain array of any size; null for others.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`
 */
export function plainView({ store, accessorKind, shape, byteStrides, dtype }: Core): View | null {
  const { view } = accessorKind
  store.checkOpen()
  if (view === 'view' || !store.openViews() || sizeOf(shape) === 0) return null
  return isContiguous(shape, byteStrides, dtype.itemsize, 'C') ? (store.viewNamed(view) as unknown as View) : null
}

const NAMES: readonly ViewName[] = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'u64', 'i64', 'f32', 'f64']
const BY_NAME = new Map(NAMES.map((name, index) => [name, LOOPS[index] as PlainLoops]))

/** The loops over the typed array that reads the elements of a plain array. */
export function loopsOf({ accessorKind }: Core): PlainLoops {
  return BY_NAME.get(accessorKind.view) as PlainLoops
}

/** The bytes of a file from which on its pages are asked for before they are read, which native code does. */
const LARGE_FILE = 2 ** 22

/** True for memory and small files, whose elements may be read one by one wherever they lie. */
export function isNear({ store }: Core): boolean {
  return store.mapping === null || store.length < LARGE_FILE
}

/** The most bytes that typed arrays fill and copy sooner than native code, of a file: as they are, and over a SharedArrayBuffer. */
const LARGEST_OF_FILE = 2 ** 16
const LARGEST_SHARED = 2 ** 14

/** The most bytes that typed arrays fill and copy sooner than native code: `inMemory` or fewer. */
export function mostStored(array: Core, inMemory: number): number {
  const { store } = array
  if (store.mapping === null) return inMemory
  if (!isNear(array)) return SMALL
  return store.hasSharedViews ? LARGEST_SHARED : LARGEST_OF_FILE
}

/** The index of the first element in the typed array. */
export function firstOf({ position, accessorKind }: Core): number {
  return position / accessorKind.unit
}

/** True for float32, whose results are rounded to it. */
export function isSingle({ kind, itemsize }: DType): boolean {
  return kind === 'f' && itemsize === 4
}

/** True for the dtypes whose elements a view has as the numbers that they are: no bool, float16 or 64-bit integers. */
export function isNumbers({ kind, itemsize }: DType): boolean {
  return kind === 'f' ? itemsize > 2 : (kind === 'i' || kind === 'u') && itemsize < 8
}
