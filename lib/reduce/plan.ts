/**
 * What a reduction needs to know before it runs, and everything that can be wrong with it.
 * @module
 */
import { axesToReduce, axisList } from '../axes.js'
import { blank } from '../create.js'
import { Code, given } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors.js'
import { blankFor } from '../keep-order.js'
import { calling, native } from '../native.js'
import type { NDArray } from '../ndarray.js'
import { checkOptions } from '../options.js'
import { NAMES, OPTIONS } from './options.js'
import type { ReduceOptions, Reduction } from './options.js'
import { kindError, noSumOfDates, resultDType, wantedDType } from './result-dtype.js'
import { checkRecords, truthsOf } from './truths.js'

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
  /** Whether the positions are those of text, which no kernel compares. */
  readonly text: boolean
  /** Null where all axes go and a scalar is left. */
  readonly into: { readonly axes: Uint8Array; readonly target: NDArray; readonly shape: readonly number[] } | null
}

/**
 * Checks everything that can be wrong with a reduction.
 * @throws MemmapError `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`
 */
export function planReduction(array: NDArray, name: Reduction, options: ReduceOptions): ReductionPlan {
  array.store.checkOpen()
  checkOptions(options, OPTIONS[name], name)
  const { keepdims = false, ddof = 0, skipNaN = false } = options
  // For null, which is Python's None, as NumPy.
  const axis = options.axis ?? undefined
  if (typeof ddof !== 'number' || Number.isNaN(ddof)) throw wrong('ddof is a number', ddof)
  if (typeof keepdims !== 'boolean') throw wrong('keepdims is true or false', keepdims)
  if (typeof skipNaN !== 'boolean') throw wrong('skipNaN is true or false', skipNaN)
  const op = NAMES.indexOf(name)
  const isPosition = name === 'argmin' || name === 'argmax'
  if (isPosition && axis !== undefined && typeof axis !== 'number') throw wrong(`${name} takes one axis`, axis)
  // Integers have no NaN, and are reduced as without the option, also where too few are left.
  const skips = skipNaN && !'biu'.includes(array.dtype.kind)
  const wanted = options.dtype == null ? null : wantedDType(options.dtype)
  checkInexact(name, skips, wanted)
  const text = isPosition && 'SU'.includes(array.dtype.kind)
  const source = text ? array : reducible(array, name, axis !== undefined, wanted)
  const dtype = wanted === null ? -1 : wanted.code
  const result = resultDType(source.dtype, text ? Code.I64 : resultCode(op, source.dtype, dtype), wanted)
  const reduced = reducedAxes(array, name, skips, axis)
  checkNotEmpty(array, name, reduced)
  const kept = array.shape.map((_, at) => at).filter((at) => !reduced.includes(at))
  const lengths = kept.map((at) => array.shape[at] as number)
  const shape = keepdims ? array.shape.map((length, at) => (reduced.includes(at) ? 1 : length)) : lengths
  const counts = isPosition || name === 'countNonzero'
  const common = { op, source, dtype, ddof, skipNaN: skips, result, counts, text }
  if (shape.length === 0) return { ...common, into: null }
  const axes = Uint8Array.from(array.shape, (_, at) => (reduced.includes(at) ? 1 : 0))
  const strides = kept.map((at) => source.byteStrides[at] as number)
  const target = isPosition ? blank(lengths, result) : blankFor(lengths, result, strides)
  return { ...common, into: { axes, target, shape } }
}

/** The array that a kernel reduces in place of this one; itself where its elements are numbers. */
function reducible(array: NDArray, name: Reduction, hasAxis: boolean, wanted: DType | null): NDArray {
  const { dtype } = array
  if (dtype.code === Code.Opaque && (name === 'any' || name === 'all' || name === 'countNonzero')) {
    checkRecords(array, name, hasAxis)
    return truthsOf(array)
  }
  if (dtype.kind === 'M' && (name === 'sum' || name === 'mean')) throw noSumOfDates(name, dtype)
  return inDType(array, wanted)
}

/** Durations, and what is to become durations, are added up in the dtype that is asked for. */
export function inDType(array: NDArray, wanted: DType | null): NDArray {
  if (wanted === null || wanted.name === array.dtype.name) return array
  return array.dtype.kind === 'm' || wanted.kind === 'm' ? (array.astype(wanted) as NDArray) : array
}

function resultCode(op: number, from: DType, dtype: number): Code {
  try {
    return calling(() => native.reductionKind(op, from.code, dtype)) as Code
  } catch (error) {
    throw kindError(error, NAMES[op] as string, from)
  }
}

/** NumPy takes no axis of an array without axes where it divides by a count. */
function reducedAxes(
  { shape, ndim, dtype }: NDArray,
  name: Reduction,
  skips: boolean,
  axis: unknown,
): readonly number[] {
  if (axis === undefined) return shape.map((_, at) => at)
  const isStrict = !(skips && 'fc'.includes(dtype.kind)) && (name === 'mean' || name === 'var' || name === 'std')
  return isStrict ? axisList(axis, ndim) : axesToReduce(axis, ndim)
}

/** A spread is a fraction; so is a mean where NaN is left out, as in NumPy. */
function checkInexact(name: Reduction, skips: boolean, wanted: DType | null): void {
  if (wanted === null || !'biu'.includes(wanted.kind)) return
  if (name === 'var' || name === 'std' || (name === 'mean' && skips)) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `${name} is a fraction, which ${wanted.name} does not hold: give a float dtype`,
    )
  }
}

function checkNotEmpty(array: NDArray, name: Reduction, reduced: readonly number[]): void {
  if (!['min', 'max', 'argmin', 'argmax'].includes(name) || array.size > 0) return
  if (!reduced.some((axis) => array.shape[axis] === 0)) return
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `${name} of no elements is undefined: the array has shape (${array.shape.join(', ')}), so check its size first`,
  )
}

function wrong(rule: string, value: unknown): MemmapError {
  return new MemmapError('ERR_MEMMAP_ARGUMENT', `${rule} (got ${given(value)})`)
}
