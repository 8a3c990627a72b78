/**
 * The checks of a reduction, and the arguments of its kernel.
 * @module
 */
import { allocateEmpty, allocateResult } from '../../array/allocate.js'
import { coreOf } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { NUMBERS, OPAQUE_CODE } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { checkBoolean, checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { axesToReduce, axisList } from '../../layout/axis.js'
import { native } from '../../native/native.js'
import { toBool } from '../cast/to-bool.js'
import { castTo } from '../copy.js'
import { REDUCTIONS } from '../table.js'
import type { Reduction, ReductionRow } from '../table.js'
import { OPTION_NAMES } from './options.js'
import type { ReduceOptions } from './options.js'
import { differenceDType, noSumOfDates, parseResultDType, resultCodes, resultDType } from './result-dtype.js'

/** A reduction that is ready to run: checked, with its result allocated. */
export class ReductionPlan {
  // No object literal with a spread, because V8 gives each such object a hidden class of its own.
  constructor(
    readonly row: ReductionRow,
    readonly source: ArrayBase,
    /** The code of the option `dtype`; -1 for NumPy's choice. */
    readonly dtype: number,
    readonly ddof: number,
    readonly skipNaN: boolean,
    /** True for `argmin` and `argmax` of text, which have no kernel. */
    readonly isText: boolean,
    /** Null where the result is a scalar. */
    readonly into: {
      readonly axes: Uint8Array
      readonly target: ArrayBase
      readonly shape: readonly number[]
    } | null,
  ) {}

  /** The same reduction of an equal array. */
  of(source: ArrayBase): ReductionPlan {
    const { row, dtype, ddof, skipNaN, isText, into } = this
    return new ReductionPlan(row, source, dtype, ddof, skipNaN, isText, into)
  }
}

/**
 * Checks a reduction and allocates its result.
 * @throws MemmapError `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`
 */
export function planReduction(array: ArrayBase, name: Reduction, options: ReduceOptions): ReductionPlan {
  const core = coreOf(array)
  core.store.checkOpen()
  const row: ReductionRow = REDUCTIONS[name]
  checkOptions(options, OPTION_NAMES[row.takes], name)
  const { axis, keepdims, dtype, ddof, skipNaN } = options
  const last = core.lastPlan as LastPlan | null
  if (
    last !== null &&
    last.name === name &&
    last.axis === axis &&
    last.keepdims === keepdims &&
    last.dtype === dtype &&
    last.ddof === ddof &&
    last.skipNaN === skipNaN
  ) {
    return last.plan()
  }
  const plan = planNew(array, row, name, options)
  // Not of a list, which may change, and not with elements that were cast.
  const first = plan()
  const isReusable = (typeof axis === 'number' || axis === undefined) && typeof dtype !== 'object'
  if (isReusable && first.source === array)
    core.lastPlan = { name, axis, keepdims, dtype, ddof, skipNaN, plan } satisfies LastPlan
  return first
}

/** The last plan of an array, which repeated calls use again: layout and dtype of an array do not change. */
interface LastPlan extends Readonly<Record<'axis' | 'keepdims' | 'dtype' | 'ddof' | 'skipNaN', unknown>> {
  readonly name: Reduction
  readonly plan: () => ReductionPlan
}

/** Checks a reduction; the function that it returns allocates the result. */
function planNew(array: ArrayBase, row: ReductionRow, name: Reduction, options: ReduceOptions): () => ReductionPlan {
  const { keepdims = false, ddof = 0, skipNaN = false } = options
  // null is Python's None.
  const axis = options.axis ?? undefined
  if (typeof ddof !== 'number' || Number.isNaN(ddof)) throw optionError('ddof', ddof, 'it must be a number')
  checkBoolean('keepdims', keepdims)
  checkBoolean('skipNaN', skipNaN)
  if (row.takes === 'position' && axis !== undefined && typeof axis !== 'number') {
    throw optionError('axis', axis, `${name} takes one axis`)
  }
  // Integers have no NaN, so the option has no effect on them, not even on results of too few elements.
  const skips = skipNaN && !'biu'.includes(array.dtype.kind)
  const wanted = options.dtype == null ? null : parseResultDType(options.dtype)
  checkInexact(name, row, skips, wanted)
  const isText = row.takes === 'position' && 'SU'.includes(array.dtype.kind)
  const source = isText ? array : reducible(array, name, row, axis !== undefined, wanted)
  const dtype = wanted === null ? -1 : wanted.code
  const code = isText ? NUMBERS.int64.code : resultCode(name, row.code, source.dtype, dtype)
  const reduced = reducedAxes(array, row, skips, axis)
  checkNotEmpty(array, name, row, reduced)
  if (axis === undefined && !keepdims) {
    const plan = new ReductionPlan(row, source, dtype, ddof, skips, isText, null)
    return () => plan
  }
  const kept = array.shape.map((_, at) => at).filter((at) => !reduced.includes(at))
  const lengths = kept.map((at) => array.shape[at] as number)
  const shape = keepdims ? array.shape.map((length, at) => (reduced.includes(at) ? 1 : length)) : lengths
  // Over a buffer, because V8 would move a small typed array to one when native code first reads it.
  const axes = new Uint8Array(new ArrayBuffer(array.ndim))
  for (const at of reduced) axes[at] = 1
  const result = resultDType(row.result === 'range' ? differenceDType(source.dtype) : source.dtype, code, wanted)
  const strides = kept.map((at) => source.byteStrides[at] as number)
  const isPosition = row.takes === 'position'
  return () => {
    const target = isPosition ? allocateEmpty(lengths, result) : allocateResult(lengths, result, strides)
    return new ReductionPlan(row, source, dtype, ddof, skips, isText, { axes, target, shape })
  }
}

/** Returns the array that the kernel reduces: the array itself if its elements are numbers. */
function reducible(
  array: ArrayBase,
  name: Reduction,
  row: ReductionRow,
  hasAxis: boolean,
  wanted: DType | null,
): ArrayBase {
  const { dtype } = array
  if (dtype.code === OPAQUE_CODE && row.takes === 'axis') {
    checkRecords(array, name, hasAxis)
    return toBool(array)
  }
  if (dtype.kind === 'M' && (row.result === 'sum' || row.result === 'mean')) throw noSumOfDates(name, dtype)
  return castForReduction(array, wanted)
}

/** Casts to the option `dtype` if the elements or the dtype are durations, because the kernels cast numbers only. */
export function castForReduction(array: ArrayBase, wanted: DType | null): ArrayBase {
  if (wanted === null || wanted.name === array.dtype.name) return array
  return array.dtype.kind === 'm' || wanted.kind === 'm' ? castTo(array, wanted) : array
}

const resultCode = resultCodes(native.reductionKind)

/** The axes to reduce. As in NumPy, means and variances reject an axis of an array without axes. */
function reducedAxes(
  { shape, ndim, dtype }: ArrayBase,
  { result }: ReductionRow,
  skips: boolean,
  axis: unknown,
): readonly number[] {
  if (axis === undefined) return shape.map((_, at) => at)
  const isStrict = !(skips && 'fc'.includes(dtype.kind)) && (result === 'mean' || result === 'variance')
  return isStrict ? axisList(axis, ndim) : axesToReduce(axis, ndim)
}

/** Rejects an integer dtype for a variance, and for a mean that skips NaN, as in NumPy. */
function checkInexact(name: Reduction, { result }: ReductionRow, skips: boolean, wanted: DType | null): void {
  if (wanted === null || !'biu'.includes(wanted.kind)) return
  if (result === 'variance' || (result === 'mean' && skips)) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${wanted.name}: ${name} is a fraction, which it does not hold; give a float dtype`,
    )
  }
}

function checkNotEmpty(array: ArrayBase, name: Reduction, row: ReductionRow, reduced: readonly number[]): void {
  if (row.needsElements !== true || array.size > 0) return
  if (!reduced.some((axis) => array.shape[axis] === 0)) return
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid shape (${array.shape.join(', ')}): ${name} of no elements is undefined; check the size first`,
  )
}

/** Rejects reductions of records except `countNonzero` without an axis, as in NumPy. */
function checkRecords(array: ArrayBase, name: Reduction, hasAxis: boolean): void {
  if (array.dtype.names === null || (name === 'countNonzero' && !hasAxis)) return
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${array.dtype.name}: ${name} is not defined for records; take one of their fields with field()`,
  )
}

function optionError(name: string, value: unknown, rule: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid ${name} ${inspect(value)}: ${rule}`)
}
