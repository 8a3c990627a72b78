/**
 * The functions of expressions, a row each: which dtypes NumPy's function has a loop for.
 * @module
 */

/** The properties of a function. */
export interface FunctionRow {
  /** How many values it takes. */
  readonly takes: 1 | 2 | 3
  /** The dtypes of its loops, by NumPy's letters: the first one that all values safely cast to is taken. */
  readonly loops: string
  /** The dtype of its results, where it is not that of the loop. */
  readonly result?: 'bool' | 'real'
  /** True if dates and durations have a loop too. */
  readonly times?: true
  /** True if a bool is refused, although it would cast to the first loop. */
  readonly noBool?: true
}

const INTEGERS = 'bBhHiIlL'
const REALS = 'efd'
const FLOATS = `${REALS}FD`
const NUMBERS = `${INTEGERS}${FLOATS}`
const ALL = `?${NUMBERS}`

function rows<const Name extends string>(names: Name, row: FunctionRow): Record<string, FunctionRow> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, row]))
}

/** The functions, by NumPy's names. */
export const FUNCTIONS: Readonly<Record<string, FunctionRow>> = {
  add: { takes: 2, loops: ALL, times: true },
  subtract: { takes: 2, loops: NUMBERS, times: true, noBool: true },
  multiply: { takes: 2, loops: ALL, times: true },
  divide: { takes: 2, loops: FLOATS },
  ...rows('floor_divide remainder', { takes: 2, loops: `${INTEGERS}${REALS}` }),
  power: { takes: 2, loops: NUMBERS },
  ...rows('negative positive sign', { takes: 1, loops: NUMBERS, times: true, noBool: true }),
  abs: { takes: 1, loops: ALL, result: 'real', times: true },
  ...rows('reciprocal square conj', { takes: 1, loops: NUMBERS }),
  ...rows(
    'sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh rint',
    { takes: 1, loops: FLOATS },
  ),
  cbrt: { takes: 1, loops: REALS },
  ...rows('arctan2 hypot', { takes: 2, loops: REALS }),
  ...rows('floor ceil trunc', { takes: 1, loops: `?${INTEGERS}${REALS}` }),
  ...rows('maximum minimum fmax fmin', { takes: 2, loops: ALL, times: true }),
  clip: { takes: 3, loops: ALL, times: true },
  where: { takes: 3, loops: ALL, times: true },
  ...rows('isnan isinf isfinite', { takes: 1, loops: ALL, result: 'bool', times: true }),
  ...rows('logical_and logical_or logical_xor', { takes: 2, loops: ALL, result: 'bool' }),
  logical_not: { takes: 1, loops: ALL, result: 'bool' },
  ...rows('bitwise_and bitwise_or bitwise_xor', { takes: 2, loops: `?${INTEGERS}` }),
  ...rows('left_shift right_shift', { takes: 2, loops: INTEGERS }),
  invert: { takes: 1, loops: `?${INTEGERS}` },
  ...rows('less less_equal equal not_equal greater_equal greater', {
    takes: 2,
    loops: ALL,
    result: 'bool',
    times: true,
  }),
  real: { takes: 1, loops: ALL, result: 'real' },
  imag: { takes: 1, loops: ALL, result: 'real' },
  angle: { takes: 1, loops: FLOATS, result: 'real' },
}
