/**
 * The operators and constants of expressions.
 * @module
 */
import { FUNCTIONS } from './functions.js'

/** The functions of operators. `binary` is by precedence, the weakest first. */
export const OPERATORS: {
  readonly comparison: Readonly<Record<string, string>>
  readonly binary: readonly Readonly<Record<string, string>>[]
  readonly unary: Readonly<Record<string, string>>
} = {
  comparison: {
    '<': 'less',
    '<=': 'less_equal',
    '==': 'equal',
    '!=': 'not_equal',
    '>=': 'greater_equal',
    '>': 'greater',
  },
  binary: [
    { '|': 'bitwise_or' },
    { '^': 'bitwise_xor' },
    { '&': 'bitwise_and' },
    { '<<': 'left_shift', '>>': 'right_shift' },
    { '+': 'add', '-': 'subtract' },
    { '*': 'multiply', '/': 'divide', '//': 'floor_divide', '%': 'remainder' },
  ],
  unary: { '-': 'negative', '+': 'positive', '~': 'invert' },
}

/** The functions that compare. */
export const COMPARISONS: ReadonlySet<string> = new Set(Object.values(OPERATORS.comparison))

export const CONSTANTS: Readonly<Record<string, number | boolean>> = {
  True: true,
  False: false,
  nan: NaN,
  inf: Infinity,
  pi: Math.PI,
  e: Math.E,
}

/** The functions that have an operator instead of a name. */
const OPERATOR_ONLY = new Set([
  ...COMPARISONS,
  ...OPERATORS.binary.flatMap((operators) => Object.values(operators)),
  'power',
  'positive',
  'invert',
])

/** Whether a name is that of a function. */
export function isCallable(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name) && !OPERATOR_ONLY.has(name)
}
