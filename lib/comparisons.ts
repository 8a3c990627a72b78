/**
 * Two arrays element by element.
 * @module
 */
import { broadcastStrides } from './axes.js'
import { comparand } from './compare/comparand.js'
import { compareInto, isNumber } from './compare/index.js'
import { parseComparison } from './compare/operators.js'
import { given, parseDType } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { blankFor } from './keep-order.js'
import { viewOf } from './make.js'
import { calling, native } from './native.js'
import type { NDArray } from './ndarray.js'
import { operand } from './operand.js'
import { checkOptions } from './options.js'
import { broadcastShapes } from './shape.js'

/** `NDArray.compare`. */
export function compare(array: NDArray, op: unknown, other: unknown): NDArray {
  array.store.checkOpen()
  const comparison = parseComparison(op)
  const [left, right] = together(array, comparand(array, other))
  const made = blankFor(left.shape, parseDType('bool'), left.byteStrides, right.byteStrides)
  compareInto(made, comparison, left, right)
  return made
}

/** `NDArray.equals`: the same shape and elements, as NumPy's `array_equal`. */
export function equals(array: NDArray, other: unknown): boolean {
  array.store.checkOpen()
  const right = comparand(array, other, false)
  if (array.ndim !== right.ndim || array.shape.some((length, axis) => length !== right.shape[axis])) return false
  if (!isNumber(array.dtype) || !isNumber(right.dtype)) return compare(array, '==', right).all()
  const a = operand(array)
  const b = operand(right)
  return calling(() => native.equals(a.memory, a.layout, b.memory, b.layout))
}

/** How far two elements may be apart. */
export interface CloseOptions {
  /** Relative to the other array's element; 1e-5 by default. */
  rtol?: number
  /** In itself; 1e-8 by default. */
  atol?: number
  /** Whether NaN is close to NaN; not by default. */
  equalNaN?: boolean
}

/** `NDArray.allClose`: NumPy's `allclose`. */
export function allClose(array: NDArray, other: unknown, options: CloseOptions = {}): boolean {
  array.store.checkOpen()
  checkOptions(options, ['rtol', 'atol', 'equalNaN'], 'allClose')
  const { rtol = 1e-5, atol = 1e-8, equalNaN = false } = options
  checkTolerance('rtol', rtol)
  checkTolerance('atol', atol)
  if (typeof equalNaN !== 'boolean') {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `equalNaN is true or false (got ${given(equalNaN)})`)
  }
  const [left, right] = together(array, comparand(array, other))
  for (const { dtype } of [left, right]) {
    if (isNumber(dtype)) continue
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `only numbers are close to one another, and these are ${dtype.name}: use equals`,
    )
  }
  const a = operand(left)
  const b = operand(right)
  return calling(() => native.allClose(a.memory, a.layout, b.memory, b.layout, rtol, atol, equalNaN))
}

function checkTolerance(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0) return
  throw new MemmapError('ERR_MEMMAP_ARGUMENT', `${name} is a number that is not negative (got ${given(value)})`)
}

function together(a: NDArray, b: NDArray): [NDArray, NDArray] {
  const shape = broadcastShapes(a.shape, b.shape)
  const spread = (array: NDArray): NDArray =>
    viewOf(array, { shape, byteStrides: broadcastStrides(array, shape), position: array.position })
  return [spread(a), spread(b)]
}
