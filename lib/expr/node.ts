/**
 * The tree of an expression after its types are resolved: arrays, casts and calls of kernels.
 * @module
 */
import { coreOf } from '../array/array-base.js'
import type { ArrayBase } from '../array/array-base.js'
import { NUMBERS, parseDType, TIME_CODE } from '../dtype/index.js'
import type { DType, NumberName } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { broadcastShapes } from '../layout/broadcast.js'
import { native } from '../native/native.js'
import { elementOf } from '../ops/assign-value.js'

/** The kernels, by the names of the table in `expr/table.rs`. */
export const OPERATIONS = native.Operation

/** A node: its elements have a shape and a dtype, in this machine's byte order. */
export type Node = Leaf | Scalar | Cast | Call

interface Elements {
  readonly shape: readonly number[]
  readonly dtype: DType
  /** The most nodes from this one to a leaf. */
  readonly depth: number
}

/** The deepest tree, which keeps those who walk it within their stack. */
const MAX_DEPTH = 1000

/** The elements of an array, in memory or joined. */
export interface Leaf extends Elements {
  readonly kind: 'leaf'
  readonly array: ArrayBase
}

/** A number that is the same for all elements, which a float64 holds. */
export interface Scalar extends Elements {
  readonly kind: 'scalar'
  readonly value: number
  /** The number of the operand that it is the value of; -1 for a literal. */
  readonly operand: number
}

/** The elements of a node as those of another dtype. */
export interface Cast extends Elements {
  readonly kind: 'cast'
  readonly of: Node
}

/** The results of a kernel. */
export interface Call extends Elements {
  readonly kind: 'call'
  readonly operation: number
  /** The code of the kind that the loop is for. */
  readonly loop: number
  readonly args: readonly Node[]
}

export function leaf(array: ArrayBase): Leaf {
  const { dtype, shape } = coreOf(array)
  return { kind: 'leaf', array, shape, dtype: dtype.isNative ? dtype : dtype.newByteOrder('='), depth: 0 }
}

const NO_AXES: readonly number[] = Object.freeze([])

/** A single value. */
export function constant(value: unknown, dtype: DType, operand = -1): Leaf | Scalar {
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
  const number = isPlain ? Number(value) : NaN
  const isExact = isPlain && (typeof value !== 'bigint' || Number.isSafeInteger(number))
  return isExact && 'biuf'.includes(dtype.kind)
    ? { kind: 'scalar', value: number, operand, shape: NO_AXES, dtype, depth: 0 }
    : leaf(elementOf(value, dtype))
}

/** The same elements as another dtype; the node itself where they have it. Times keep their ticks. */
export function cast(of: Node, dtype: DType): Node {
  if (of.dtype.code === dtype.code) return of.dtype === dtype ? of : { ...of, dtype }
  return { kind: 'cast', of, shape: of.shape, dtype, depth: deeper([of]) }
}

export function call(operation: number, loop: number, args: readonly Node[], dtype: DType): Call {
  const [first] = args as [Node]
  const shape = args.every((arg) => arg.shape === first.shape)
    ? first.shape
    : broadcastShapes(...args.map((arg) => arg.shape))
  return { kind: 'call', operation, loop, args, shape, dtype, depth: deeper(args) }
}

function deeper(args: readonly Node[]): number {
  let depth = 0
  for (const arg of args) depth = Math.max(depth, arg.depth + 1)
  if (depth <= MAX_DEPTH) return depth
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid expression: its operands are expressions of expressions, more than ${MAX_DEPTH} deep; evaluate() one of them first`,
  )
}

/** A dtype of numbers. */
export function number(name: NumberName): DType {
  return parseDType(name)
}

/** Whether the dtype is one of numbers, or of dates and durations. */
export function isComputable({ code, names, shape }: DType): boolean {
  return code <= TIME_CODE && names === null && shape.length === 0
}

/** The signed integers that share their loops with unsigned ones of the same size. */
export function signless({ kind, itemsize, code }: DType): number {
  return kind === 'u' ? NUMBERS[`int${8 * itemsize}` as NumberName].code : code
}
