/**
 * Calls of NumPy's functions as calls of kernels: some are several, and some functions of several names are one.
 * @module
 */
import { TIME_CODE, NUMBERS } from '../dtype/index.js'
import type { DType, NumberName } from '../dtype/index.js'
import { FUNCTIONS } from './functions.js'
import type { FunctionRow } from './functions.js'
import { call, cast, constant, number, OPERATIONS, signless } from './node.js'
import type { Node } from './node.js'

/** The kernels of functions that are one, by the function's name. Of the others, the name in capitals is that of the kernel. */
const KERNELS: Readonly<Record<string, number>> = {
  abs: OPERATIONS.Absolute,
  isnan: OPERATIONS.IsNan,
  isinf: OPERATIONS.IsInf,
  isfinite: OPERATIONS.IsFinite,
}

/** The kernels whose loops do not ask for the sign of integers. */
const SIGNLESS = new Set([
  OPERATIONS.Add,
  OPERATIONS.Subtract,
  OPERATIONS.Multiply,
  OPERATIONS.Negative,
  OPERATIONS.BitwiseAnd,
  OPERATIONS.BitwiseOr,
  OPERATIONS.BitwiseXor,
  OPERATIONS.Invert,
  OPERATIONS.LeftShift,
  OPERATIONS.Equal,
  OPERATIONS.NotEqual,
])

const BOOL = number('bool')

/** The kernels of logic on bools. */
const LOGIC: Readonly<Record<string, number>> = {
  and: OPERATIONS.Multiply,
  or: OPERATIONS.Add,
  xor: OPERATIONS.LogicalXor,
}

/** Calls a kernel over elements of a dtype, in which the arguments are. Halves are computed as singles and rounded. */
export function kernel(operation: number, loop: DType, args: readonly Node[], result: DType = loop): Node {
  if (loop.name === 'float16') {
    const single = number('float32')
    const wide = args.map((arg) => (arg.dtype.name === 'float16' ? cast(arg, single) : arg))
    return result.name === 'float16'
      ? cast(call(operation, single.code, wide, single), result)
      : call(operation, single.code, wide, result)
  }
  return call(operation, SIGNLESS.has(operation) ? signless(loop) : loop.code, args, result)
}

function kernelOf(name: string): number {
  const known = KERNELS[name]
  if (known !== undefined) return known
  const capitals = name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return OPERATIONS[capitals as keyof typeof OPERATIONS] as unknown as number
}

/** The real dtype of a complex one; any other as it is. */
function realOf(dtype: DType): DType {
  return dtype.kind === 'c' ? number(NUMBERS[dtype.name as NumberName].part as NumberName) : dtype
}

/** The elements as bools. */
export function truth(node: Node): Node {
  return cast(node, BOOL)
}

/**
 * A call of a function whose loop is over elements of a dtype of numbers, or of times.
 * @param args in that dtype, but for what `where` chooses by
 */
export function lower(name: string, loop: DType, args: readonly Node[]): Node {
  const [a, b, c] = args as [Node, Node, Node]
  const { kind } = loop
  const isWhole = 'biu'.includes(kind)
  switch (name) {
    case 'positive':
    case 'real':
    case 'imag':
    case 'conj':
      return part(name, loop, a)
    case 'angle':
      return kind === 'c'
        ? kernel(OPERATIONS.Arctan2, realOf(loop), [part('imag', loop, a), part('real', loop, a)])
        : kernel(OPERATIONS.Arctan2, loop, [zerosLike(a), a])
    case 'square':
      return kernel(OPERATIONS.Multiply, loop, [a, a])
    case 'abs':
      if (kind === 'c') return kernel(OPERATIONS.Modulus, loop, [a], realOf(loop))
      return kind === 'b' || kind === 'u' ? a : kernel(OPERATIONS.Absolute, loop, [a])
    case 'sign':
      return kind === 'u'
        ? kernel(OPERATIONS.Minimum, loop, [a, constant(1, loop)])
        : kernel(OPERATIONS.Sign, loop, [a])
    case 'floor':
    case 'ceil':
    case 'trunc':
      return isWhole ? a : kernel(kernelOf(name), loop, [a])
    case 'isnan':
    case 'isinf':
      return isWhole || (name === 'isinf' && loop.code === TIME_CODE)
        ? spread(constant(false, BOOL), a)
        : kernel(kernelOf(name), loop, [a], BOOL)
    case 'isfinite':
      return isWhole ? spread(constant(true, BOOL), a) : kernel(kernelOf(name), loop, [a], BOOL)
    case 'logical_not':
      return call(OPERATIONS.LogicalNot, BOOL.code, [truth(a)], BOOL)
    case 'logical_and':
    case 'logical_or':
    case 'logical_xor':
      return call(LOGIC[name.slice(8)] as number, BOOL.code, [truth(a), truth(b)], BOOL)
    case 'bitwise_and':
    case 'bitwise_or':
    case 'bitwise_xor':
      return kind === 'b'
        ? call(LOGIC[name.slice(8)] as number, BOOL.code, [a, b], BOOL)
        : kernel(kernelOf(name), loop, [a, b])
    case 'invert':
      return kind === 'b' ? call(OPERATIONS.LogicalNot, BOOL.code, [a], BOOL) : kernel(OPERATIONS.Invert, loop, [a])
    case 'maximum':
    case 'fmax':
      return extreme(name === 'fmax' ? OPERATIONS.Fmax : OPERATIONS.Maximum, loop, [a, b])
    case 'minimum':
    case 'fmin':
      return extreme(name === 'fmin' ? OPERATIONS.Fmin : OPERATIONS.Minimum, loop, [a, b])
    case 'clip':
      return extreme(OPERATIONS.Minimum, loop, [extreme(OPERATIONS.Maximum, loop, [a, b]), c])
    case 'greater':
      return kernel(OPERATIONS.Less, loop, [b, a], BOOL)
    case 'greater_equal':
      return kernel(OPERATIONS.LessEqual, loop, [b, a], BOOL)
    case 'rint':
      return kernel(kind === 'c' ? OPERATIONS.RintParts : OPERATIONS.Rint, loop, [a])
    case 'power':
      return kernel(isWhole ? OPERATIONS.WholePower : OPERATIONS.Power, loop, [a, b])
    case 'where':
      return call(OPERATIONS.Where, codeOfSize(loop.itemsize), [truth(a), b, c], loop)
    default:
      return kernel(kernelOf(name), loop, args, (FUNCTIONS[name] as FunctionRow).result === 'bool' ? BOOL : loop)
  }
}

/** A part of complex numbers, or what it is of real ones. */
function part(name: string, loop: DType, a: Node): Node {
  if (loop.kind !== 'c') return name === 'imag' ? zerosLike(a) : a
  if (name === 'positive') return a
  const operation = name === 'real' ? OPERATIONS.Real : name === 'imag' ? OPERATIONS.Imag : OPERATIONS.Conj
  return kernel(operation, loop, [a], name === 'conj' ? loop : realOf(loop))
}

/** A node with the shape of another. */
function spread(node: Node, { shape }: Node): Node {
  return { ...node, shape }
}

function zerosLike(a: Node): Node {
  return spread(constant(0, a.dtype), a)
}

/** The larger or smaller of two. Integers have no NaN to tell the functions apart. */
function extreme(operation: number, loop: DType, args: readonly Node[]): Node {
  const isGreatest = operation === OPERATIONS.Maximum || operation === OPERATIONS.Fmax
  if (loop.kind === 'b') return call(LOGIC[isGreatest ? 'or' : 'and'] as number, BOOL.code, args, BOOL)
  const isInteger = loop.kind === 'i' || loop.kind === 'u'
  return kernel(isInteger ? (isGreatest ? OPERATIONS.Maximum : OPERATIONS.Minimum) : operation, loop, args)
}

/** The code of the dtype whose elements stand for all of a size. */
function codeOfSize(itemsize: number): number {
  return itemsize === 16 ? NUMBERS.complex128.code : NUMBERS[`int${8 * itemsize}` as NumberName].code
}
