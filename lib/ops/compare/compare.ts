/**
 * Comparisons of two arrays: element by element, or of all elements.
 * @module
 */
import { allocateResult } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { dataOf } from '../../array/typed-views.js'
import { parseDType } from '../../dtype/index.js'
import { checkBoolean, checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { broadcastShapes, broadcastStrides } from '../../layout/broadcast.js'
import { native, unwrapNative } from '../../native/native.js'
import { allOfEach } from '../cast/to-bool.js'
import { coerceOperand } from './coerce-operand.js'
import { isNumber, parseComparison } from './comparable.js'
import { compareInto } from './compare-into.js'

/** `NDArray.compare`. */
export function compare(array: ArrayBase, op: unknown, other: unknown): ArrayBase {
  array.store.checkOpen()
  const comparison = parseComparison(op)
  const [left, right] = broadcastPair(array, coerceOperand(array, other))
  const result = allocateResult(left.shape, parseDType('bool'), left.byteStrides, right.byteStrides)
  compareInto(result, comparison, left, right)
  return result
}

/** `NDArray.equals`: the same shape and elements, as NumPy's `array_equal`. */
export function equals(array: ArrayBase, other: unknown): boolean {
  array.store.checkOpen()
  const right = coerceOperand(array, other, false)
  if (array.ndim !== right.ndim || array.shape.some((length, axis) => length !== right.shape[axis])) return false
  if (!isNumber(array.dtype) || !isNumber(right.dtype))
    return (dataOf(allOfEach(compare(array, '==', right), 0)) as Uint8Array)[0] === 1
  const a = operand(array)
  const b = operand(right)
  return unwrapNative(() => native.equals(a.memory, a.layout, b.memory, b.layout))
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
  const [left, right] = broadcastPair(array, coerceOperand(array, other))
  for (const { dtype } of [left, right]) {
    if (isNumber(dtype)) continue
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${dtype.name}: only numbers are close to one another; use equals`,
    )
  }
  const a = operand(left)
  const b = operand(right)
  return unwrapNative(() => native.allClose(a.memory, a.layout, b.memory, b.layout, rtol, atol, equalNaN))
}

function checkTolerance(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0) return
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid ${name} ${inspect(value)}: it must be a number that is not negative`,
  )
}

function broadcastPair(a: ArrayBase, b: ArrayBase): [ArrayBase, ArrayBase] {
  const shape = broadcastShapes(a.shape, b.shape)
  const broadcast = (array: ArrayBase): ArrayBase =>
    viewOf(array, { shape, byteStrides: broadcastStrides(array, shape), position: array.position })
  return [broadcast(a), broadcast(b)]
}
