/**
 * From the text of an expression and its values to a tree of kernels, with NumPy's dtypes.
 * @module
 */
import { asArray } from '../array/as-array.js'
import { parseDType } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { isDate } from '../errors/brands.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { COMPARISONS } from './grammar.js'
import { lower, truth } from './lower.js'
import { cast, constant, isComputable, leaf, number, OPERATIONS, call } from './node.js'
import type { Node } from './node.js'
import { expressionError } from './parse.js'
import type { Template, Tree } from './parse.js'
import { loopDType, strongDTypes } from './resolve.js'
import type { TypeOf } from './resolve.js'
import { defaultDType, holds, integerRange, operateWeak, partOfWeak, valueFor, weakOf } from './scalars.js'
import type { Weak } from './scalars.js'
import { lowerTimes } from './times.js'

/** A part of an expression: elements, or a scalar without a dtype of its own. */
export type Value = Node | Weak

/**
 * Builds the tree of an expression.
 * @param nodeOf returns the tree of a value that is an expression; null for others
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_CAST`
 */
export function buildTree(
  { text, tree }: Template,
  values: readonly unknown[],
  nodeOf: (value: unknown) => Node | null,
): Built {
  const operands: (Value | undefined)[] = []
  const fixed = new Set<number>()
  const build = (tree: Tree): Value => {
    switch (tree.kind) {
      case 'operand':
        return (operands[tree.index] ??= operandOf(values[tree.index], tree.index, nodeOf))
      case 'integer':
        return { weak: 'int', value: tree.value }
      case 'float':
        return { weak: 'float', value: tree.value }
      case 'bool':
        return { weak: 'bool', value: tree.value }
      case 'call': {
        const args = tree.args.map(build)
        const fail: Fail = (code, rule, cure) => expressionError(text, tree.at, rule, cure, code)
        // These use the value of a scalar, not only its dtype.
        if (tree.name === 'power' || args.every(isWeak)) for (const arg of args) fix(arg, fixed)
        return callOf(tree.name, args, tree.isOperator, fail)
      }
    }
  }
  const value = build(tree)
  if (!isWeak(value)) return { node: value, operands, fixed }
  fix(value, fixed)
  return { node: alone(value), operands, fixed }
}

/** A tree, and what it was built from. */
export interface Built {
  readonly node: Node
  /** The values of the operands. */
  readonly operands: readonly (Value | undefined)[]
  /** The operands whose values the tree depends on, not only their dtypes and shapes. */
  readonly fixed: ReadonlySet<number>
}

function fix(value: Value, fixed: Set<number>): void {
  if (isWeak(value) && value.weak === 'float' && value.operand !== undefined) fixed.add(value.operand)
}

function isWeak(value: Value): value is Weak {
  return 'weak' in value
}

/** A scalar that stands alone, with NumPy's dtype for it. */
function alone(value: Weak): Node {
  const dtype = defaultDType(value)
  return constant(valueFor(value, dtype), dtype)
}

/** The node of a value between the texts. */
function operandOf(value: unknown, index: number, nodeOf: (value: unknown) => Node | null): Value {
  const own = nodeOf(value)
  if (own !== null) return own
  const weak = weakOf(value)
  if (weak !== null) return weak.weak === 'float' ? { ...weak, operand: index } : weak
  if (isDate(value)) return constant(value, parseDType('M8[ms]'))
  const array = asArray(value)
  if (array === null) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid operand ${inspect(value)}: an expression takes arrays, typed arrays, expressions and scalars; convert lists with array()`,
    )
  }
  array.store.checkOpen()
  if (!isComputable(array.dtype)) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid operand of dtype ${array.dtype.name}: an expression computes with numbers, dates and durations; take a field of records with field()`,
    )
  }
  return leaf(array)
}

type Fail = (
  code: 'ERR_MEMMAP_ARGUMENT' | 'ERR_MEMMAP_DTYPE' | 'ERR_MEMMAP_CAST',
  rule: string,
  cure: string,
) => MemmapError

function callOf(name: string, args: readonly Value[], isOperator: boolean, fail: Fail): Value {
  if (isOperator && args.every(isWeak)) {
    const [a, b] = args as [Weak, Weak | undefined]
    const result = operateWeak(name, a, b)
    if (result !== null) return result
  }
  const [only] = args
  if ((name === 'real' || name === 'imag') && only !== undefined && isWeak(only)) return partOfWeak(name, only)
  const weakened =
    name === 'clip'
      ? withinRange(args)
      : name === 'angle' || name.startsWith('logical')
        ? args.map((arg) => strong(arg, null, fail))
        : args
  if (weakened.some((arg) => !isWeak(arg) && arg.dtype.unit !== null)) return ofTimes(name, weakened, fail)
  if (COMPARISONS.has(name)) {
    const compared = compare(name, weakened)
    if (compared !== null) return compared
  }
  const types: TypeOf[] = weakened.map((arg) => (isWeak(arg) ? arg : arg.dtype))
  // NumPy computes the angle of real numbers beside a Python integer, which takes a bool to int64.
  if (name === 'angle' && (types[0] as DType).kind === 'b') types[0] = number('int64')
  const loop = isSquareOfBools(name, weakened) ? number('int8') : loopDType(name, types)
  if (loop === null) throw noLoop(name, strongDTypes(types), fail)
  if (name === 'power') {
    const simple = simplePower(weakened, loop, fail)
    if (simple !== null) return simple
  }
  const nodes = weakened.map((arg, index) =>
    name === 'where' && index === 0 ? truth(strong(arg, null, fail)) : strong(arg, loop, fail, name === 'where'),
  )
  return lower(name, loop, nodes)
}

/** A value as elements of a dtype; of its own with null. */
function strong(value: Value, dtype: DType | null, fail: Fail, wraps = false): Node {
  if (!isWeak(value)) return dtype === null ? value : cast(value, dtype)
  const to = dtype ?? defaultDType(value)
  if (value.weak === 'int' && !holds(to, value.value) && 'iu'.includes(to.kind)) {
    if (wraps)
      return constant(
        to.kind === 'u' ? BigInt.asUintN(8 * to.itemsize, value.value) : BigInt.asIntN(8 * to.itemsize, value.value),
        to,
      )
    throw fail(
      'ERR_MEMMAP_CAST',
      `${value.value} is out of bounds for ${to.name}`,
      'convert the array with astype() first, or interpolate an array of another dtype',
    )
  }
  return constant(valueFor(value, to), to, value.weak === 'float' ? value.operand : undefined)
}

function noLoop(name: string, dtypes: readonly DType[], fail: Fail): MemmapError {
  const cures: Record<string, string> = {
    subtract: 'use ^, or convert one side with astype()',
    negative: 'use ~',
  }
  const isOfBools = dtypes.every(({ kind }) => kind === 'b')
  return fail(
    'ERR_MEMMAP_DTYPE',
    `${name} is not defined for ${dtypes.map(({ name }) => name).join(' and ')}`,
    (isOfBools ? cures[name] : undefined) ?? 'convert the operands with astype()',
  )
}

/** A function of dates and durations; weak integers count ticks. */
function ofTimes(name: string, args: readonly Value[], fail: Fail): Node {
  const nodes = args.map((arg) => (isWeak(arg) ? strong(arg, null, fail) : arg))
  const result = lowerTimes(name, nodes)
  if (result === null)
    throw noLoop(
      name,
      nodes.map(({ dtype }) => dtype),
      fail,
    )
  return result
}

/** The bounds of `clip` that no element reaches are those of the dtype, as in NumPy. */
function withinRange(args: readonly Value[]): readonly Value[] {
  const [first, low, high] = args as [Value, Value, Value]
  const array = isWeak(first) ? alone(first) : first
  if (!'iu'.includes(array.dtype.kind)) return [array, low, high]
  const [least, most] = integerRange(array.dtype)
  const bound = (value: Value, isLow: boolean): Value => {
    if (!isWeak(value) || value.weak !== 'int') return value
    if (isLow) return value.value < least ? { weak: 'int', value: least } : value
    return value.value > most ? { weak: 'int', value: most } : value
  }
  return [array, bound(low, true), bound(high, false)]
}

/**
 * A comparison that is exact where a common dtype would not be: with an integer that the array's dtype does not hold, and of int64 with
 * uint64. Null for others.
 */
function compare(name: string, args: readonly Value[]): Node | null {
  const [a, b] = args as [Value, Value]
  if (isWeak(a) !== isWeak(b)) {
    const [array, scalar, isReversed] = isWeak(a) ? [b as Node, a, true] : [a, b as Weak, false]
    if (scalar.weak !== 'int' || !'iu'.includes(array.dtype.kind) || holds(array.dtype, scalar.value)) return null
    // All elements are on one side of it.
    const isAbove = scalar.value > 0n !== isReversed
    const holdsForAll =
      name === 'not_equal' || (name.startsWith('less') ? isAbove : name.startsWith('greater') && !isAbove)
    return { ...constant(holdsForAll, number('bool')), shape: array.shape }
  }
  if (isWeak(a) || isWeak(b)) return null
  const names = [a.dtype.name, b.dtype.name]
  if (!names.includes('int64') || !names.includes('uint64')) return null
  const isSignedFirst = a.dtype.name === 'int64'
  return compareSigned(isSignedFirst ? name : (MIRRORED[name] ?? name), isSignedFirst ? a : b, isSignedFirst ? b : a)
}

const MIRRORED: Readonly<Record<string, string>> = {
  less: 'greater',
  less_equal: 'greater_equal',
  greater: 'less',
  greater_equal: 'less_equal',
}

/** An int64 compared with a uint64: a negative number is less than any. */
function compareSigned(name: string, a: Node, b: Node): Node {
  const [bool, unsigned] = [number('bool'), number('uint64')]
  const isNegative = call(OPERATIONS.Less, a.dtype.code, [a, constant(0, a.dtype)], bool)
  const compared = lower(name, unsigned, [cast(a, unsigned), b])
  if (name.startsWith('less') || name === 'not_equal')
    return call(OPERATIONS.Add, bool.code, [isNegative, compared], bool)
  return call(
    OPERATIONS.Multiply,
    bool.code,
    [call(OPERATIONS.LogicalNot, bool.code, [isNegative], bool), compared],
    bool,
  )
}

/** Whether the power of bools is their square, which NumPy computes as int8. */
function isSquareOfBools(name: string, [base, exponent]: readonly Value[]): boolean {
  if (name !== 'power' || base === undefined || exponent === undefined || isWeak(base) || !isWeak(exponent))
    return false
  // A bool without axes is a scalar of NumPy's, which computes as int64.
  return base.dtype.kind === 'b' && base.shape.length > 0 && exponent.weak === 'int' && exponent.value === 2n
}

/** Powers that NumPy computes by other functions; null for others. */
function simplePower(args: readonly Value[], loop: DType, fail: Fail): Node | null {
  const [base, exponent] = args as [Value, Value]
  if (!isWeak(exponent) || exponent.weak === 'complex' || isWeak(base)) return null
  const power = Number(exponent.value)
  const isWhole = 'iu'.includes(loop.kind)
  if (isWhole && power < 0) {
    throw fail(
      'ERR_MEMMAP_ARGUMENT',
      'an integer to a negative power is no integer',
      'write a base of floats, as in (1.0 * x) ** -1',
    )
  }
  const of = cast(base, loop)
  if (power === 1) return of
  if (power === 2) return lower('square', loop, [of])
  if (isWhole || loop.kind === 'c') return null
  if (power === 0.5) return lower('sqrt', loop, [of])
  if (power === 3 || power === 4) return product(of, power, loop)
  return power === -1 ? lower('reciprocal', loop, [of]) : null
}

/** A float to the third or fourth power, by products in the next precision: within 2 ulp in float64, which has none. */
function product(of: Node, power: 3 | 4, loop: DType): Node {
  const wide = number(loop.name === 'float16' ? 'float32' : 'float64')
  const base = cast(of, wide)
  const square = lower('square', wide, [base])
  return cast(power === 3 ? lower('multiply', wide, [square, base]) : lower('square', wide, [square]), loop)
}
