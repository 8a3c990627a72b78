/**
 * Many elements to one, along axes or all together.
 * @module
 */
import { blank } from './create.js'
import { Code, dtype as dtypeOf, given } from './dtype/index.js'
import type { DType, DTypeLike } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { axisList } from './axes.js'
import { calling, native } from './native.js'
import type { NDArray } from './ndarray.js'
import { checkOptions } from './options.js'
import { operand } from './operand.js'
import { viewOf } from './ndarray.js'

/** The reductions, in the order of the numbers that the binding takes. */
const NAMES = [
  'sum',
  'prod',
  'mean',
  'var',
  'std',
  'min',
  'max',
  'argmin',
  'argmax',
  'any',
  'all',
  'countNonzero',
] as const

/** The name of a reduction. */
export type Reduction = (typeof NAMES)[number]

/** What a reduction is told besides the array; each takes those that NumPy's takes. */
export interface ReduceOptions {
  /** The axis, or axes, to reduce; all by default. */
  axis?: number | readonly number[]
  /** Keep reduced axes with length 1. */
  keepdims?: boolean
  /** What to add up, multiply or average in; by default NumPy's choice: integers in 64 bits, means of integers in float64. */
  dtype?: DTypeLike
  /** For `var` and `std`: divide by the number of elements less this; 0 by default. */
  ddof?: number
  /** Leave NaN out, as NumPy's `nansum`, `nanmean`, ... do. */
  skipNaN?: boolean
}

const BASE = ['axis', 'keepdims']

/** The options that each reduction takes. */
const OPTIONS: Readonly<Record<Reduction, readonly string[]>> = {
  sum: [...BASE, 'dtype', 'skipNaN'],
  prod: [...BASE, 'dtype', 'skipNaN'],
  mean: [...BASE, 'dtype', 'skipNaN'],
  var: [...BASE, 'dtype', 'ddof', 'skipNaN'],
  std: [...BASE, 'dtype', 'ddof', 'skipNaN'],
  min: [...BASE, 'skipNaN'],
  max: [...BASE, 'skipNaN'],
  argmin: [...BASE, 'skipNaN'],
  argmax: [...BASE, 'skipNaN'],
  any: BASE,
  all: BASE,
  countNonzero: BASE,
}

/** A reduction that is ready to run: everything checked, the result's place made. */
export interface ReductionPlan {
  readonly op: number
  readonly source: NDArray
  readonly dtype: number
  readonly ddof: number
  readonly skipNaN: boolean
  /** What the result is, for a single value. */
  readonly result: DType
  readonly counts: boolean
  /** Null where all axes go and a scalar is left. */
  readonly into: { readonly axes: Uint8Array; readonly target: NDArray; readonly shape: readonly number[] } | null
}

/** `NDArray.sum` and its kind. */
export function reduce(array: NDArray, name: Reduction, options: ReduceOptions = {}): unknown {
  const plan = planReduction(array, name, options)
  const from = operand(plan.source)
  const { op, dtype, ddof, skipNaN, into } = plan
  if (into === null) {
    const value = calling(() => native.reduceAll(op, from.memory, from.layout, dtype, ddof, skipNaN))
    return scalarOf(plan, value)
  }
  const to = operand(into.target)
  calling(() => native.reduce(op, from.memory, from.layout, into.axes, dtype, ddof, skipNaN, to.memory, to.layout))
  return resultOf(plan)
}

/**
 * Checks everything that can be wrong with a reduction.
 * @throws MemmapError `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`
 */
export function planReduction(array: NDArray, name: Reduction, options: ReduceOptions): ReductionPlan {
  array.store.checkOpen()
  checkOptions(options, OPTIONS[name], name)
  const { axis, keepdims = false, ddof = 0, skipNaN = false } = options
  if (typeof ddof !== 'number' || Number.isNaN(ddof)) throw wrong('ddof is a number', ddof)
  if (typeof keepdims !== 'boolean') throw wrong('keepdims is true or false', keepdims)
  if (typeof skipNaN !== 'boolean') throw wrong('skipNaN is true or false', skipNaN)
  const op = NAMES.indexOf(name)
  const wanted = options.dtype === undefined ? null : dtypeOf(options.dtype)
  const dtype = wanted === null ? -1 : wanted.code
  const code = calling(() => native.reductionKind(op, array.dtype.code, dtype)) as Code
  const result = resultDType(array.dtype, code, wanted)
  const reduced = axis === undefined ? array.shape.map((_, at) => at) : axisList(axis, array.ndim)
  if ((name === 'argmin' || name === 'argmax') && Array.isArray(axis)) throw wrong(`${name} takes one axis`, axis)
  checkNotEmpty(array, name, reduced)
  const kept = array.shape.filter((_, at) => !reduced.includes(at))
  const shape = keepdims ? array.shape.map((length, at) => (reduced.includes(at) ? 1 : length)) : kept
  const counts = name === 'argmin' || name === 'argmax' || name === 'countNonzero'
  const common = { op, source: array, dtype, ddof, skipNaN, result, counts }
  if (shape.length === 0) return { ...common, into: null }
  const axes = Uint8Array.from(array.shape, (_, at) => (reduced.includes(at) ? 1 : 0))
  return { ...common, into: { axes, target: blank(kept, result), shape } }
}

/** The single value that a reduction gave, as a scalar of its dtype. */
export function scalarOf(plan: ReductionPlan, value: unknown): unknown {
  if (plan.counts) return Number(value)
  if (Array.isArray(value)) return { re: value[0] as number, im: value[1] as number }
  return value
}

/** The array that a reduction filled. */
export function resultOf({ into }: ReductionPlan): NDArray {
  const { target, shape } = into as NonNullable<ReductionPlan['into']>
  return shape.length === target.ndim ? target : (target.reshape(shape) as NDArray)
}

function checkNotEmpty(array: NDArray, name: Reduction, reduced: readonly number[]): void {
  if (!['min', 'max', 'argmin', 'argmax'].includes(name) || array.size > 0) return
  if (!reduced.some((axis) => array.shape[axis] === 0)) return
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `${name} of no elements is undefined: the array has shape (${array.shape.join(', ')}), so check its size first`,
  )
}

/** The dtype of this kind; ticks keep the unit that they count. */
export function resultDType(from: DType, code: Code, wanted: DType | null): DType {
  if (wanted !== null && wanted.code === code) return wanted.newByteOrder('=')
  if (from.code === code) return from.newByteOrder('=')
  return dtypeOf(NAMES_BY_CODE[code])
}

const NAMES_BY_CODE: Readonly<Record<Code, string>> = {
  [Code.Bool]: 'bool',
  [Code.I8]: 'int8',
  [Code.U8]: 'uint8',
  [Code.I16]: 'int16',
  [Code.U16]: 'uint16',
  [Code.I32]: 'int32',
  [Code.U32]: 'uint32',
  [Code.I64]: 'int64',
  [Code.U64]: 'uint64',
  [Code.F16]: 'float16',
  [Code.F32]: 'float32',
  [Code.F64]: 'float64',
  [Code.C64]: 'complex64',
  [Code.C128]: 'complex128',
  [Code.Time]: 'timedelta64',
  [Code.Opaque]: 'V1',
}

/** `NDArray.cumsum` and `cumprod`. */
export function scan(array: NDArray, product: boolean, options: { axis?: number; dtype?: DTypeLike }): NDArray {
  array.store.checkOpen()
  checkOptions(options, ['axis', 'dtype'], product ? 'cumprod' : 'cumsum')
  const wanted = options.dtype === undefined ? null : dtypeOf(options.dtype)
  const dtype = wanted === null ? -1 : wanted.code
  const code = calling(() => native.scanKind(product, array.dtype.code, dtype)) as Code
  const result = resultDType(array.dtype, code, wanted)
  const axis = options.axis === undefined ? -1 : (axisList(options.axis, array.ndim)[0] as number)
  // NumPy counts an element without axes as one of one.
  const source = array.ndim === 0 ? viewOf(array, { shape: [1], byteStrides: [array.itemsize], position: array.position }) : array
  const made = blank(axis < 0 ? [source.size] : source.shape, result)
  const from = operand(source)
  const to = operand(made)
  calling(() => native.scan(product, from.memory, from.layout, axis, dtype, to.memory, to.layout))
  return made
}

function wrong(rule: string, value: unknown): MemmapError {
  return new MemmapError('ERR_MEMMAP_ARGUMENT', `${rule} (got ${given(value)})`)
}
