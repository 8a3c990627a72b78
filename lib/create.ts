/**
 * Arrays in memory of our own.
 * @module
 */
import { totalmem } from 'node:os'
import { castTo, copyOf } from './convert.js'
import { parseDType } from './dtype/index.js'
import type { Checked, DType, DTypeLike, ModelOf } from './dtype/index.js'
import { fitted, guess } from './dtype-of-lists.js'
import { MemmapError } from './errors.js'
import { flattened } from './lists.js'
import { makeArray } from './make.js'
import { native } from './native.js'
import { NDArray } from './ndarray.js'
import { checkOptions } from './options.js'
import type { ModelOfValues } from './results.js'
import { codecOf } from './scalar/index.js'
import { parseOrder, parseShape, sizeOf, stridesOf } from './shape.js'
import type { OrderLike, ShapeLike } from './shape.js'
import { LARGEST_BUFFER, Store } from './store.js'

/** How an array in memory is made. */
export interface ArrayOptions<D> {
  /** What one element is. */
  dtype?: D
  /** `'C'` (the default) or `'F'`. */
  order?: OrderLike
}

/**
 * An array of zeros in memory.
 * @param shape the length of each axis; a number for one axis, `[]` for none
 * @param options.dtype by default `'float64'`
 * @throws MemmapError `ERR_MEMMAP_SHAPE`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_ORDER`
 * @example
 * zeros([2, 3], { dtype: 'int16' }).toArray() // [[0, 0, 0], [0, 0, 0]]
 */
export function zeros<const D extends DTypeLike = 'float64'>(
  shape: ShapeLike,
  options: ArrayOptions<Checked<D>> = {},
): NDArray<ModelOf<D>> {
  checkOptions(options, ['dtype', 'order'], 'zeros')
  const dtype = withLength(parseDType(options.dtype ?? 'float64'))
  const made = blank([...parseShape(shape), ...dtype.shape], dtype.base, options.order)
  return made as unknown as NDArray<ModelOf<D>>
}

/**
 * An array in memory with these elements: a scalar, (nested) lists of them, a typed array, or another array, which is copied.
 * Typed arrays and arrays may stand among the lists too.
 * @param options.dtype by default that of a typed array or array; of lists: `'bool'`, `'int64'` for bigint, `'float64'` for
 *   numbers, `'complex128'`, `'M8[ms]'` for `Date`, or `'U'` as long as the longest text
 * @param options.order `'C'`, or `'F'`; by default that of an array that is copied
 * @throws MemmapError `ERR_MEMMAP_SHAPE` where lists on one level differ in length; `ERR_MEMMAP_CAST`; `ERR_MEMMAP_DTYPE`
 * @example
 * array([[1, 2], [3, 4]], { dtype: 'uint8' }).data // Uint8Array [1, 2, 3, 4]
 */
export function array<const D extends DTypeLike>(
  values: unknown,
  options: { dtype: Checked<D>; order?: OrderLike },
): NDArray<ModelOf<D>>
export function array<V>(values: V, options?: { order?: OrderLike }): NDArray<ModelOfValues<V>>
export function array(values: unknown, options: { dtype?: DTypeLike; order?: OrderLike } = {}): NDArray {
  checkOptions(options, ['dtype', 'order'], 'array')
  const wanted = options.dtype === undefined ? undefined : parseDType(options.dtype)
  const known = isElement(values, wanted) ? null : arrayOver(values)
  if (known !== null) return castTo(known, wanted ?? known.dtype, options.order)
  return fromLists(values, wanted, options.order)
}

/** Text has room for a character where no length was given, as in NumPy. */
function withLength(dtype: DType): DType {
  return dtype.itemsize === 0 && (dtype.kind === 'S' || dtype.kind === 'U') ? parseDType(`${dtype.kind}1`) : dtype
}

/** Whether bytes are one element of text or raw bytes, rather than an array of theirs. */
export function isElement(value: unknown, dtype: DType | undefined): boolean {
  return value instanceof Uint8Array && dtype?.names === null && (dtype.kind === 'S' || dtype.kind === 'V')
}

/** An array of zeros of this dtype, which has no sub-array. */
export function blank(shape: readonly number[], dtype: DType, order: OrderLike = 'C'): NDArray {
  return placed(shape, dtype, stridesOf(shape, dtype.itemsize, parseOrder(order)))
}

/** The same with axes that follow one another in memory in this order, the slowest first. */
export function blankLaidOut(shape: readonly number[], dtype: DType, slowFirst: readonly number[]): NDArray {
  const packed = stridesOf(
    slowFirst.map((axis) => shape[axis] as number),
    dtype.itemsize,
    'C',
  )
  const strides = new Array<number>(shape.length)
  slowFirst.forEach((axis, place) => (strides[axis] = packed[place] as number))
  return placed(shape, dtype, strides)
}

function placed(shape: readonly number[], dtype: DType, byteStrides: readonly number[]): NDArray {
  const bytes = sizeOf(shape, dtype.itemsize) * dtype.itemsize
  return makeArray(NDArray, Store.ofBuffer(allocate(bytes)), dtype, { shape, byteStrides, position: 0 }, null, true)
}

function allocate(bytes: number): ArrayBuffer {
  // Node 20 makes the buffer, but no typed array over it.
  if (bytes > LARGEST_BUFFER) throw tooLarge(bytes)
  // Not tried: where there is no memory, Node 26 ends a Worker instead of throwing.
  if (bytes > 2 ** 30 && bytes > totalmem()) throw tooLarge(bytes)
  let buffer
  try {
    buffer = new ArrayBuffer(bytes)
  } catch (cause) {
    throw tooLarge(bytes, cause)
  }
  // The first store to each page is what a large result costs most.
  if (bytes >= LARGE) native.useLargePages(buffer)
  return buffer
}

/** Bytes from which on a buffer has pages of its own, and enough of them. */
const LARGE = 2 ** 22

const TYPED: [new (buffer: ArrayBuffer) => ArrayBufferView, string][] = [
  [Int8Array, 'int8'],
  [Uint8Array, 'uint8'],
  [Uint8ClampedArray, 'uint8'],
  [Int16Array, 'int16'],
  [Uint16Array, 'uint16'],
  [Int32Array, 'int32'],
  [Uint32Array, 'uint32'],
  [BigInt64Array, 'int64'],
  [BigUint64Array, 'uint64'],
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
]

function tooLarge(bytes: number, cause?: unknown): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_TOO_LARGE',
    `there is no memory for an array of ${bytes} bytes: work on parts of it, or map a file with mode 'w+'`,
    { expected: bytes, cause },
  )
}

/** An NDArray as it is; a typed array as one-dimensional array over its own memory; null for anything else. */
export function arrayOver(value: unknown): NDArray | null {
  if (value instanceof NDArray) return value
  if (!ArrayBuffer.isView(value)) return null
  const name =
    TYPED.find(([type]) => value instanceof type)?.[1] ?? (value.constructor.name === 'Float16Array' ? 'float16' : null)
  if (name === null)
    throw new MemmapError('ERR_MEMMAP_DTYPE', `a ${value.constructor.name} has no dtype: pass a typed array`)
  const dtype = parseDType(name)
  // The kernels take no SharedArrayBuffer.
  const [buffer, position] =
    value.buffer instanceof ArrayBuffer
      ? [value.buffer, value.byteOffset]
      : [new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer, 0]
  const place = { shape: [value.byteLength / dtype.itemsize], byteStrides: [dtype.itemsize], position }
  return makeArray(NDArray, Store.ofBuffer(buffer, true), dtype, place, null, true)
}

/**
 * An array of the elements of nested lists, each checked as a single value is.
 * @param dtype of the result; left out, it follows from the elements
 */
export function fromLists(values: unknown, dtype?: DType, order?: OrderLike): NDArray {
  const inner = dtype?.shape ?? []
  const flat = flattened(values, dtype?.base)
  const { shape, leaves } = flat
  const element = dtype === undefined ? guess(flat) : fitted(dtype.base, flat)
  if (inner.some((length, axis) => shape[shape.length - inner.length + axis] !== length)) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `the innermost lists have the shape of the sub-array, [${inner.join(', ')}]`,
    )
  }
  const made = blank(shape, element)
  const codec = codecOf(element)
  const view = new DataView(made.buffer)
  leaves.forEach((leaf, index) => codec.write(view, index * element.itemsize, leaf))
  return parseOrder(order ?? 'C') === 'C' ? made : copyOf(made, order)
}
