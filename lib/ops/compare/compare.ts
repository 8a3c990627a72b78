/**
 * Comparisons of two arrays: element by element, or of all elements.
 * @module
 */
import { allocateResult } from '../../array/allocate.js'
import { coreOf, isArray } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { comparePlain } from '../../array/plain/compare.js'
import { isNumbers } from '../../array/plain/view.js'
import { operand } from '../../array/operand.js'
import { innerDataOf } from '../../array/typed-views.js'
import { parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { checkBoolean, checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { native, unwrapNative } from '../../native/native.js'
import { allOfEach } from '../cast/to-bool.js'
import type { Comparison } from '../table.js'
import { broadcastPair } from './broadcast-pair.js'
import { coerceOperand, ExactNumbers, RecordValues } from './coerce-operand.js'
import type { Comparand } from './coerce-operand.js'
import { isNumber, parseComparison } from './comparable.js'
import { compareInto } from './compare-into.js'
import { compareWithNumber } from './compare-numbers.js'
import { allCloseExactly, compareExactly } from './exact-numbers.js'
import { compareRecordValues } from './record-values.js'

/** `NDArray.compare`. */
export function compare(array: ArrayBase, op: unknown, other: unknown): ArrayBase {
  const core = coreOf(array)
  core.store.checkOpen()
  const comparison = parseComparison(op)
  if (typeof other === 'number' || isArray(other)) {
    const flags = comparePlain(array, comparison, other)
    if (flags !== null) return flags
  }
  if (typeof other === 'number' && isNumbers(core.dtype)) {
    const result = allocateResult(core.shape, parseDType('bool'), core.byteStrides)
    compareWithNumber(result, comparison, array, other)
    return result
  }
  return compareWith(array, comparison, coerceOperand(array, other))
}

/** Compares an array element by element with an operand of any kind, broadcast. */
export function compareWith(array: ArrayBase, op: Comparison, other: Comparand): ArrayBase {
  if (other instanceof ExactNumbers) return compareExactly(array, op, other)
  if (other instanceof RecordValues) return compareRecordValues(array, op, other, compareWith)
  const [left, right] = broadcastPair(array, other)
  const result = allocateResult(left.shape, parseDType('bool'), left.byteStrides, right.byteStrides)
  compareInto(result, op, left, right)
  return result
}

/** `NDArray.equals`: the same shape and elements, as NumPy's `array_equal`. */
export function equals(array: ArrayBase, other: unknown): boolean {
  array.store.checkOpen()
  const right = coerceOperand(array, other, false)
  const { shape } = right instanceof RecordValues ? right.flat : right
  if (array.ndim !== shape.length || array.shape.some((length, axis) => length !== shape[axis])) return false
  if (!isArray(right) || !isNumber(array.dtype) || !isNumber(right.dtype))
    return (innerDataOf(allOfEach(compareWith(array, '==', right), 0)) as Uint8Array)[0] === 1
  return unwrapNative(() => native.equals(operand(0, array), operand(1, right)))
}

/** The tolerances of `allClose`. */
export interface CloseOptions {
  /** The tolerance relative to the other array's element; 1e-5 by default. */
  rtol?: number
  /** The absolute tolerance; 1e-8 by default. */
  atol?: number
  /** Treat NaN as close to NaN; false by default. */
  equalNaN?: boolean
}

/** `NDArray.allClose`: NumPy's `allclose`. */
export function allClose(array: ArrayBase, other: unknown, options: CloseOptions = {}): boolean {
  array.store.checkOpen()
  checkOptions(options, ['rtol', 'atol', 'equalNaN'], 'allClose')
  const { rtol = 1e-5, atol = 1e-8, equalNaN = false } = options
  checkTolerance('rtol', rtol)
  checkTolerance('atol', atol)
  checkBoolean('equalNaN', equalNaN)
  const comparand = coerceOperand(array, other, true, false)
  if (comparand instanceof ExactNumbers) return allCloseExactly(array, comparand, { rtol, atol, equalNaN })
  if (comparand instanceof RecordValues) throw notClose(array.dtype)
  const [left, right] = broadcastPair(array, comparand)
  for (const { dtype } of [left, right]) {
    if (!isNumber(dtype)) throw notClose(dtype)
  }
  return unwrapNative(() => native.allClose(operand(0, left), operand(1, right), rtol, atol, equalNaN))
}

function notClose(dtype: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${dtype.name}: only numbers are close to one another; use equals`,
  )
}

function checkTolerance(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0) return
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid ${name} ${inspect(value)}: it must be a number that is not negative`,
  )
}
