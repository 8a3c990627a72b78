import { Code } from './dtype/index.js'
import { MemmapError } from './errors.js'
import type { NDArray } from './ndarray.js'
import { extent, isAligned } from './place.js'
import { isContiguous, sizeOf } from './shape.js'
import type { Exposed } from './store.js'

/** A typed array with what finds an array's elements in it; shape, strides and offset in elements. */
export interface Strided<Data> {
  readonly data: Data
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
}

type TypedArray = Exclude<ReturnType<(typeof MAKERS)[keyof typeof MAKERS]>, never>

/** How many of its entries a typed array has for one element. */
const MAKERS = {
  [Code.Bool]: (buffer: ArrayBufferLike, at: number, count: number) => new Uint8Array(buffer, at, count),
  [Code.I8]: (buffer: ArrayBufferLike, at: number, count: number) => new Int8Array(buffer, at, count),
  [Code.U8]: (buffer: ArrayBufferLike, at: number, count: number) => new Uint8Array(buffer, at, count),
  [Code.I16]: (buffer: ArrayBufferLike, at: number, count: number) => new Int16Array(buffer, at, count),
  [Code.U16]: (buffer: ArrayBufferLike, at: number, count: number) => new Uint16Array(buffer, at, count),
  [Code.I32]: (buffer: ArrayBufferLike, at: number, count: number) => new Int32Array(buffer, at, count),
  [Code.U32]: (buffer: ArrayBufferLike, at: number, count: number) => new Uint32Array(buffer, at, count),
  [Code.I64]: (buffer: ArrayBufferLike, at: number, count: number) => new BigInt64Array(buffer, at, count),
  [Code.U64]: (buffer: ArrayBufferLike, at: number, count: number) => new BigUint64Array(buffer, at, count),
  [Code.F32]: (buffer: ArrayBufferLike, at: number, count: number) => new Float32Array(buffer, at, count),
  [Code.F64]: (buffer: ArrayBufferLike, at: number, count: number) => new Float64Array(buffer, at, count),
  [Code.C64]: (buffer: ArrayBufferLike, at: number, count: number) => new Float32Array(buffer, at, 2 * count),
  [Code.C128]: (buffer: ArrayBufferLike, at: number, count: number) => new Float64Array(buffer, at, 2 * count),
  [Code.Time]: (buffer: ArrayBufferLike, at: number, count: number) => new BigInt64Array(buffer, at, count),
}

interface Float16Constructor {
  new (buffer: ArrayBufferLike, at: number, count: number): TypedArray
}

const { Float16Array: Half } = globalThis as unknown as { Float16Array?: Float16Constructor }

/** The buffer that holds an array's elements. */
export function exposed(array: NDArray): Exposed {
  const { start, length } = extent(array, array.dtype.itemsize)
  return array.store.expose(start, length)
}

/** `NDArray.data`. */
export function dataOf(array: NDArray): TypedArray {
  return overElements(array, make(array))
}

/** `NDArray.bits`. */
export function bitsOf(array: NDArray): Uint16Array {
  array.store.checkOpen()
  if (array.dtype.code !== Code.F16) {
    throw notViewable(`bits are those of float16 elements, and these are ${array.dtype.name}`, 'use data, or bytes')
  }
  return overElements(array, MAKERS[Code.U16])
}

/** `NDArray.bytes`. */
export function bytesOf(array: NDArray): Uint8Array {
  checkContiguous(array)
  const { buffer, start } = exposed(array)
  return new Uint8Array(buffer, inside(array, start), array.nbytes)
}

/** `NDArray.strided`. */
export function stridedOf(array: NDArray): Strided<TypedArray> {
  const maker = make(array)
  checkElements(array)
  const { itemsize } = array.dtype
  const { start: lowest, length } = extent(array, itemsize)
  const { buffer, start } = exposed(array)
  const strides = array.strides
  if (strides === null) {
    throw notViewable('a stride is no whole number of elements', 'make a copy with copy()')
  }
  const at = lowest - start
  return {
    data: maker(buffer, length === 0 ? 0 : at, length / itemsize),
    shape: array.shape,
    strides,
    offset: (array.position - lowest) / itemsize,
  }
}

function overElements<T>(array: NDArray, maker: (buffer: ArrayBufferLike, at: number, count: number) => T): T {
  checkContiguous(array)
  checkElements(array)
  const { buffer, start } = exposed(array)
  return maker(buffer, inside(array, start), sizeOf(array.shape))
}

/** The position of an array in its buffer; that of one without elements may lie anywhere. */
function inside(array: NDArray, start: number): number {
  return array.size === 0 ? 0 : array.position - start
}

function make(array: NDArray): (buffer: ArrayBufferLike, at: number, count: number) => TypedArray {
  array.store.checkOpen()
  const { code, name } = array.dtype
  if (code === Code.F16) {
    if (Half === undefined) {
      throw notViewable(
        'this runtime has no Float16Array',
        `use bits, a Uint16Array of their patterns, or astype('float32').data, a copy`,
      )
    }
    return (buffer, at, count) => new Half(buffer, at, count)
  }
  if (code === Code.Opaque) {
    throw notViewable(`elements of ${name} have no typed array`, 'use bytes, get, or field() for a field of a record')
  }
  return MAKERS[code]
}

function checkContiguous(array: NDArray): void {
  array.store.checkOpen()
  const { shape, byteStrides, itemsize } = array
  if (!isContiguous(shape, byteStrides, itemsize, 'C') && !isContiguous(shape, byteStrides, itemsize, 'F')) {
    throw notViewable('the elements of this view do not follow one another', 'use strided(), or copy().data')
  }
}

function checkElements(array: NDArray): void {
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
      `elements of ${itemsize} bytes do not all lie on a multiple of ${part} bytes (the first is at byte ${array.position})`,
      'use get and set, or copy().data',
    )
  }
}

function notViewable(reason: string, way: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_NOT_VIEWABLE', `no typed array can show these elements: ${reason}; ${way}`)
}
