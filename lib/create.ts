/**
 * Arrays in memory of our own.
 * @module
 */
import { dtype as dtypeOf, given, parseDType } from './dtype/index.js'
import type { AnyModel, Checked, DType, DTypeLike, ModelOf } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { NDArray, makeArray } from './ndarray.js'
import { assignElements } from './assign.js'
import { codecOf } from './scalar/index.js'
import { MAX_NDIM, parseOrder, parseShape, sizeOf, stridesOf } from './shape.js'
import type { OrderLike, ShapeLike } from './shape.js'
import { Store } from './store.js'

/** How an array in memory is made. */
export interface ArrayOptions<D> {
  /** What one element is. */
  dtype?: D
  /** `'C'` (the default) or `'F'`. */
  order?: OrderLike
}

/** What {@link array} takes: a scalar, (nested) lists, a typed array or another array. */
export type ArrayLike = unknown

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
  const dtype = dtypeOf((options.dtype ?? 'float64') as DTypeLike)
  const made = blank([...parseShape(shape), ...dtype.shape], dtype.base, options.order)
  return made as unknown as NDArray<ModelOf<D>>
}

/**
 * An array in memory with these elements: a scalar, (nested) lists of them, a typed array, or another array, which is copied.
 * @param options.dtype by default that of a typed array or array; of lists: `'bool'`, `'int64'` for bigint, `'float64'`,
 *   `'complex128'`, or `'U'` as long as the longest text
 * @throws MemmapError `ERR_MEMMAP_SHAPE` where lists on one level differ in length; `ERR_MEMMAP_CAST`; `ERR_MEMMAP_DTYPE`
 * @example
 * array([[1, 2], [3, 4]], { dtype: 'uint8' }).data // Uint8Array [1, 2, 3, 4]
 */
export function array<const D extends DTypeLike>(
  values: ArrayLike,
  options: { dtype: Checked<D>; order?: OrderLike },
): NDArray<ModelOf<D>>
export function array<M extends AnyModel>(values: NDArray<M>, options?: { order?: OrderLike }): NDArray<M>
export function array(values: ArrayLike, options?: { order?: OrderLike }): NDArray
export function array(values: ArrayLike, options: { dtype?: DTypeLike; order?: OrderLike } = {}): NDArray {
  const wanted = options.dtype === undefined ? undefined : dtypeOf(options.dtype)
  const known = arrayOver(values)
  if (known !== null) {
    const copy = blank(known.shape, wanted ?? known.dtype, options.order)
    assignElements(copy, known)
    return copy
  }
  return fromLists(values, wanted, options.order)
}

/** An array of zeros of this dtype, which has no sub-array. */
export function blank(shape: readonly number[], dtype: DType, order: OrderLike = 'C'): NDArray {
  const strides = stridesOf(shape, dtype.itemsize, parseOrder(order))
  const bytes = sizeOf(shape, dtype.itemsize) * dtype.itemsize
  return makeArray(NDArray, Store.ofBuffer(allocate(bytes)), dtype, { shape, byteStrides: strides, position: 0 }, null, true)
}

function allocate(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    throw new MemmapError(
      'ERR_MEMMAP_TOO_LARGE',
      `this runtime has no memory for an array of ${bytes} bytes: work on parts of it, or map a file with mode 'w+'`,
      { expected: bytes, cause },
    )
  }
}

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

/** An NDArray as it is; a typed array as one-dimensional array over its own memory; null for anything else. */
export function arrayOver(value: unknown): NDArray | null {
  if (value instanceof NDArray) return value
  if (!ArrayBuffer.isView(value)) return null
  const name =
    TYPED.find(([type]) => value instanceof type)?.[1] ?? (value.constructor.name === 'Float16Array' ? 'float16' : null)
  if (name === null) throw new MemmapError('ERR_MEMMAP_DTYPE', `a ${value.constructor.name} has no dtype: pass a typed array`)
  const dtype = dtypeOf(name)
  // The kernels take no SharedArrayBuffer.
  const [buffer, position] =
    value.buffer instanceof ArrayBuffer
      ? [value.buffer, value.byteOffset]
      : [new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer, 0]
  const place = { shape: [value.byteLength / dtype.itemsize], byteStrides: [dtype.itemsize], position }
  return makeArray(NDArray, Store.ofBuffer(buffer), dtype, place, null, true)
}

/**
 * An array of the elements of nested lists, each checked as a single value is.
 * @param dtype of the result; left out, it follows from the elements. A structured one takes lists as records at the depth
 *   at which `ndim` says that the array ends
 */
export function fromLists(values: unknown, dtype?: DType, order?: OrderLike): NDArray {
  const inner = dtype?.shape ?? []
  const shape = shapeOfLists(values, dtype?.base)
  const leaves: unknown[] = []
  collect(values, shape, 0, leaves)
  const element = dtype?.base ?? guess(leaves)
  if (inner.length > 0 && inner.some((length, axis) => shape[shape.length - inner.length + axis] !== length)) {
    throw new MemmapError('ERR_MEMMAP_SHAPE', `the innermost lists have the shape of the sub-array, [${inner.join(', ')}]`)
  }
  const made = blank(shape, element, order)
  const codec = codecOf(element)
  const view = new DataView(made.store.memory as ArrayBuffer)
  let index = 0
  for (const position of positions(made)) codec.write(view, position, leaves[index++])
  return made
}

/** The byte position of every element of an array, in C order. */
export function* positions({ shape, byteStrides, position }: NDArray): Generator<number> {
  if (shape.includes(0)) return
  const indices = new Array<number>(shape.length).fill(0)
  let at = position
  for (;;) {
    yield at
    let axis = shape.length - 1
    for (; axis >= 0; axis--) {
      const stride = byteStrides[axis] as number
      const next = (indices[axis] as number) + 1
      at += stride
      if (next < (shape[axis] as number)) {
        indices[axis] = next
        break
      }
      indices[axis] = 0
      at -= next * stride
    }
    if (axis < 0) return
  }
}

/** How lists are nested. For records and text the innermost list or text is an element. */
function shapeOfLists(values: unknown, dtype: DType | undefined): number[] {
  const shape: number[] = []
  let level = values
  while (Array.isArray(level) && !isElement(level, dtype)) {
    shape.push(level.length)
    if (shape.length > MAX_NDIM) throw new MemmapError('ERR_MEMMAP_SHAPE', `an array has at most ${MAX_NDIM} axes, and these lists are deeper`)
    level = level[0]
  }
  return shape
}

/** Whether a list stands for one record by position, rather than for an axis. */
function isElement(list: readonly unknown[], dtype: DType | undefined): boolean {
  const names = dtype?.names
  if (names == null || list.length === 0) return false
  // Lists and objects are records, unless each is what its field takes.
  if (!list.every((entry) => Array.isArray(entry) || isRecord(entry))) return true
  return (
    list.length === names.length &&
    names.every((name, index) => {
      const field = dtype?.fields?.[name]?.dtype
      return field !== undefined && (field.shape.length > 0 ? Array.isArray(list[index]) : field.names !== null)
    })
  )
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

function collect(value: unknown, shape: readonly number[], depth: number, into: unknown[]): void {
  if (depth === shape.length) {
    into.push(value)
    return
  }
  if (!Array.isArray(value) || value.length !== shape[depth]) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `the lists of an array have the same length on each level: ${given(value)} stands where a list of ${shape[depth]} is expected`,
    )
  }
  for (const entry of value) collect(entry, shape, depth + 1, into)
}

/** The dtype that holds all of these, as NumPy finds it for Python's values; numbers are floats. */
function guess(leaves: readonly unknown[]): DType {
  const kinds = new Set(leaves.map(kindOf))
  const only = (...kind: string[]): boolean => [...kinds].every((one) => kind.includes(one))
  if (leaves.length === 0 || only('number', 'boolean', 'bigint')) {
    if (kinds.size === 0) return dtypeOf('float64')
    if (only('boolean')) return dtypeOf('bool')
    return only('bigint', 'boolean') ? dtypeOf('int64') : dtypeOf('float64')
  }
  if (only('complex', 'number', 'boolean', 'bigint')) return dtypeOf('complex128')
  if (only('date')) return dtypeOf('M8[ms]')
  if (only('string')) return parseDType(`U${Math.max(1, ...leaves.map((text) => [...(text as string)].length))}`)
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `no dtype holds elements like ${given(leaves.find((leaf) => kindOf(leaf) === 'other') ?? leaves[0])}: give the option dtype`,
  )
}

function kindOf(value: unknown): string {
  if (value instanceof Date) return 'date'
  if (typeof value === 'object' && value !== null && 're' in value && 'im' in value) return 'complex'
  return ['number', 'bigint', 'boolean', 'string'].includes(typeof value) ? typeof value : 'other'
}
