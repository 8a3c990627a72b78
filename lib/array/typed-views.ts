import { NUMBER_ROWS, OPAQUE_CODE } from '../dtype/index.js'
import type { TypedArrayConstructor } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { extent, isAligned } from '../layout/layout.js'
import { sizeOf } from '../layout/shape.js'
import { isContiguous } from '../layout/strides.js'
import type { Exposed } from '../memory/store.js'
import { coreOf } from './array-base.js'
import type { ArrayBase } from './array-base.js'

/** A typed array with the layout of an array's elements in it; strides and offset in elements. */
export interface Strided<Data> {
  /** The typed array, over the memory of the array. */
  readonly data: Data
  /** The length of each axis. */
  readonly shape: readonly number[]
  /** The step from one entry to the next on each axis, in elements. */
  readonly strides: readonly number[]
  /** The position of the first element in `data`. */
  readonly offset: number
}

/** Returns the buffer that contains an array's elements. */
export function exposed(array: ArrayBase): Exposed {
  const { start, length } = extent(array, array.dtype.itemsize)
  return array.store.expose(start, length)
}

/** `NDArray.data`. */
export function dataOf(array: ArrayBase): ArrayBufferView {
  const core = coreOf(array)
  const typedArray = typedArrayOf(core)
  const { store, accessorKind, shape, byteStrides, position, dtype } = core
  const size = sizeOf(shape)
  // Elements that a typed array of the store reads are aligned and in the byte order of the machine.
  if (size > 0 && accessorKind.view !== 'view' && isContiguous(shape, byteStrides, dtype.itemsize, 'C')) {
    const { buffer, start } = store.expose(position, size * dtype.itemsize)
    return new typedArray(buffer, position - start, size)
  }
  return overElements(array, typedArray, exposed)
}

/** As {@link dataOf}, for this library: no caller gets the typed array. */
export function innerDataOf(array: ArrayBase): ArrayBufferView {
  return overElements(array, typedArrayOf(array), innerOf)
}

function innerOf(array: ArrayBase): Exposed {
  const { start, length } = extent(array, array.dtype.itemsize)
  return array.store.inner(start, length)
}

/** `NDArray.bits`. */
export function bitsOf(array: ArrayBase): Uint16Array {
  array.store.checkOpen()
  if (array.dtype.name !== 'float16') {
    throw notViewable(`only float16 elements have bits, and these are ${array.dtype.name}`, 'use data, or bytes')
  }
  return overElements(array, Uint16Array, exposed) as Uint16Array
}

/** `NDArray.bytes`. */
export function bytesOf(array: ArrayBase): Uint8Array {
  return bytesIn(array, exposed)
}

/** As {@link bytesOf}, for this library: no caller gets the typed array. */
export function innerBytesOf(array: ArrayBase): Uint8Array {
  return bytesIn(array, innerOf)
}

function bytesIn(array: ArrayBase, memoryOf: (array: ArrayBase) => Exposed): Uint8Array {
  checkContiguous(array)
  const { buffer, start } = memoryOf(array)
  if (array.nbytes === 0) return new Uint8Array(buffer, 0, 0)
  return new Uint8Array(buffer, offsetIn(array, start), array.nbytes)
}

/** `NDArray.strided`. */
export function stridedOf(array: ArrayBase): Strided<ArrayBufferView> {
  const typedArray = typedArrayOf(array)
  checkElements(array)
  const { itemsize } = array.dtype
  const { start: lowest, length } = extent(array, itemsize)
  const { buffer, start } = exposed(array)
  const strides = stridesInElements(array)
  if (strides === null) {
    throw notViewable('a stride is no whole number of elements', 'make a copy with copy()')
  }
  return {
    data: new typedArray(buffer, length === 0 ? 0 : lowest - start, (length / itemsize) * entriesOf(array)),
    shape: array.shape,
    strides,
    offset: (array.position - lowest) / itemsize,
  }
}

function overElements(
  array: ArrayBase,
  typedArray: TypedArrayConstructor,
  memoryOf: (array: ArrayBase) => Exposed,
): ArrayBufferView {
  checkContiguous(array)
  checkElements(array)
  const { buffer, start } = memoryOf(array)
  return new typedArray(buffer, offsetIn(array, start), sizeOf(array.shape) * entriesOf(array))
}

/** The offset of an array in its buffer; 0 for an array without elements, whose position may be outside. */
function offsetIn(array: ArrayBase, start: number): number {
  return array.size === 0 ? 0 : array.position - start
}

/** The number of entries of the typed array in one element. */
function entriesOf({ dtype }: ArrayBase): number {
  return dtype.kind === 'c' ? 2 : 1
}

function typedArrayOf(array: Pick<ArrayBase, 'store' | 'dtype'>): TypedArrayConstructor {
  array.store.checkOpen()
  const { code, name } = array.dtype
  if (code === OPAQUE_CODE) {
    throw notViewable(`elements of ${name} have no typed array`, 'use bytes, get, or field() for a field of a record')
  }
  const row = NUMBER_ROWS[code]?.[1]
  // Times are int64 ticks.
  if (row === undefined) return BigInt64Array
  if (row.array !== undefined) return row.array
  throw notViewable(
    `this runtime has no ${name[0]?.toUpperCase()}${name.slice(1)}Array`,
    `use bits, a Uint16Array of their patterns, or astype('float32').data, a copy`,
  )
}

function checkContiguous(array: ArrayBase): void {
  array.store.checkOpen()
  const { shape, byteStrides, itemsize } = array
  if (!isContiguous(shape, byteStrides, itemsize, 'C') && !isContiguous(shape, byteStrides, itemsize, 'F')) {
    throw notViewable('the elements of this view do not follow one another', 'use strided(), or copy().data')
  }
}

function checkElements(array: ArrayBase): void {
  array.store.checkOpen()
  const { dtype, itemsize } = array
  if (!dtype.isNative) {
    throw notViewable(
      `elements of dtype '${dtype.str}' are in the other byte order than this machine's`,
      `use get and set, or astype(dtype.newByteOrder('=')).data, a copy`,
    )
  }
  const part = dtype.kind === 'c' ? itemsize / 2 : itemsize
  if (!isAligned(part, array)) {
    throw notViewable(
      `elements of ${itemsize} bytes are not all at a multiple of ${part} bytes (the first is at byte ${array.position})`,
      'use get and set, or copy().data',
    )
  }
}

/** The strides in elements; null where one is no whole number of elements. */
export function stridesInElements({ byteStrides, itemsize }: ArrayBase): readonly number[] | null {
  const strides = byteStrides.map((stride) => (stride === 0 ? 0 : stride / itemsize))
  return strides.every(Number.isInteger) ? strides : null
}

function notViewable(reason: string, way: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_NOT_VIEWABLE', `invalid typed array over the elements: ${reason}; ${way}`)
}
