/**
 * The product of arrays of one and two axes.
 * @module
 */
import { allocateEmpty } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { inMemory } from '../../array/computed.js'
import { asOwner, viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { promoteDTypes } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { shapeText } from '../../layout/shape.js'
import { stridesOf } from '../../layout/strides.js'
import { native, unwrapNative } from '../../native/native.js'
import type { NativeTask } from '../../native/native.js'
import { arrayFrom } from '../from-values.js'

/** A checked `dot`, with its result allocated. */
export interface DotPlan {
  /** The operands as matrices, and that of the result. */
  readonly left: ArrayBase
  readonly right: ArrayBase
  readonly target: ArrayBase
  readonly shape: readonly number[]
  /** Products of two elements. */
  readonly products: number
}

/** `NDArray.dot`. */
export function dot(array: ArrayBase, other: unknown): unknown {
  const plan = planDot(array, other)
  for (const { left, target } of blocksOfRows(plan)) unwrapNative(() => runDot({ target }, inMemory(left), plan.right))
  return productOf(plan)
}

/** Bytes of rows that are evaluated together, where they are computed. */
const BLOCK_BYTES = 2 ** 24

/** The rows of a product: all of them, or blocks of those that are computed. */
export function* blocksOfRows({ left, target }: DotPlan): Generator<{ left: ArrayBase; target: ArrayBase }> {
  const [rows] = left.shape as [number]
  const count =
    left.store.recipe === null ? rows : Math.max(1, Math.floor(BLOCK_BYTES / Math.max(1, left.nbytes / rows)))
  if (count >= rows) return yield { left, target }
  for (let from = 0; from < rows; from += count) {
    const slice = (array: ArrayBase): ArrayBase => {
      const { shape, byteStrides, position } = array
      const lengths = shape.with(0, Math.min(count, rows - from))
      return viewOf(array, { shape: lengths, byteStrides, position: position + from * (byteStrides[0] as number) })
    }
    yield { left: slice(left), target: slice(target) }
  }
}

/** Checks a `dot` and allocates its result. */
export function planDot(array: ArrayBase, given: unknown): DotPlan {
  array.store.checkOpen()
  const other = asArray(given) ?? arrayFrom(given)
  other.store.checkOpen()
  checkNumbers(array.dtype)
  checkNumbers(other.dtype)
  checkAxes(array)
  checkAxes(other)
  const common = promoteDTypes(array.dtype, other.dtype) as DType
  const left = array.ndim === 2 ? array : asMatrix(array, 0)
  const right = other.ndim === 2 ? other : asMatrix(other, 1)
  const [rows, inner] = left.shape as [number, number]
  const [length, columns] = right.shape as [number, number]
  if (inner !== length) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shapes ${shapeText(array.shape)} and ${shapeText(other.shape)}: the last axis of the first, ${inner}, must be as long as the first axis of the second, ${length}; transpose() one of them`,
      { expected: inner, actual: length },
    )
  }
  return {
    left,
    right,
    target: allocateEmpty([rows, columns], common),
    shape: [...array.shape.slice(0, -1), ...other.shape.slice(1)],
    products: rows * inner * columns,
  }
}

/** Runs a planned product; the operands are the plan's, or equal to them. */
export function runDot(
  { target }: Pick<DotPlan, 'target'>,
  left: ArrayBase,
  right: ArrayBase,
  task?: NativeTask,
): unknown {
  return native.dot(operand(0, left), operand(1, right), operand(2, target), task)
}

/** The result of a product: a scalar for two vectors. */
export function productOf({ target, shape }: DotPlan): unknown {
  const byteStrides = stridesOf(shape, target.itemsize, 'C')
  const result = viewOf(target, { shape, byteStrides, position: target.position })
  return shape.length === 0 ? result.get() : asOwner(result)
}

/** A vector as a matrix of one row (axis 0 is new) or one column (axis 1 is). */
function asMatrix(vector: ArrayBase, axis: 0 | 1): ArrayBase {
  const { shape, byteStrides, position } = vector
  return viewOf(vector, {
    shape: shape.toSpliced(axis, 0, 1),
    byteStrides: byteStrides.toSpliced(axis, 0, 0),
    position,
  })
}

function checkAxes({ ndim, shape }: ArrayBase): void {
  if (ndim === 1 || ndim === 2) return
  const wayOut = ndim === 0 ? 'multiply elements with map()' : 'select or reshape() two of its axes'
  throw new MemmapError(
    'ERR_MEMMAP_SHAPE',
    `invalid shape ${shapeText(shape)}: dot multiplies arrays of one or two axes; ${wayOut}`,
  )
}

function checkNumbers({ kind, name }: DType): void {
  if ('biufc'.includes(kind)) return
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${name}: dot is defined for numbers; convert it with astype()`,
  )
}
