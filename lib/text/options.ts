import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'

/**
 * How arrays are written, by NumPy's names; an option that is left out has NumPy's default.
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.set_printoptions.html
 */
export interface PrintOptions {
  /** Digits after the point, at most; 8 by default. */
  precision?: number | undefined
  /** Arrays of more elements than this are summarised; 1000 by default, Infinity for never. */
  threshold?: number | undefined
  /** How many items a summary keeps at each end of each axis; 3 by default. */
  edgeitems?: number | undefined
  /** Characters in a line; 75 by default, Infinity for no wrapping. */
  linewidth?: number | undefined
  /** Never write floats with an exponent; false by default. */
  suppress?: boolean | undefined
  /** `'maxprec'` by default: at most `precision` digits, fewer where they say it all. */
  floatmode?: FloatMode | undefined
  /** `'-'` by default: a sign for negative numbers only; `'+'` for all, `' '` a space in its place. */
  sign?: '-' | '+' | ' ' | undefined
  /** Text for NaN, `'nan'` by default. */
  nanstr?: string | undefined
  /** Text for infinity, `'inf'` by default. */
  infstr?: string | undefined
}

export type FloatMode = (typeof FLOAT_MODES)[number]

/** {@link PrintOptions} with nothing left out. */
export type Printing = { readonly [Name in keyof PrintOptions]-?: NonNullable<PrintOptions[Name]> }

const FLOAT_MODES = ['fixed', 'unique', 'maxprec', 'maxprec_equal'] as const
const SIGNS = ['-', '+', ' '] as const

/** NumPy's buffer for one number holds no more either. */
const MAX_PRECISION = 16_000

const DEFAULTS: Printing = {
  precision: 8,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 75,
  suppress: false,
  floatmode: 'maxprec',
  sign: '-',
  nanstr: 'nan',
  infstr: 'inf',
}

const CHECKS: Record<keyof Printing, { readonly rule: string; readonly holds: (value: unknown) => boolean }> = {
  precision: {
    rule: `a whole number from 0 to ${MAX_PRECISION}`,
    holds: (value) => isCount(value) && value <= MAX_PRECISION,
  },
  threshold: { rule: 'a number (Infinity never summarises)', holds: isNumber },
  edgeitems: { rule: 'a whole number, 0 or more', holds: isCount },
  linewidth: { rule: 'a number (Infinity never wraps)', holds: isNumber },
  suppress: { rule: 'true or false', holds: (value) => typeof value === 'boolean' },
  floatmode: { rule: `one of ${list(FLOAT_MODES)}`, holds: (value) => FLOAT_MODES.some((mode) => mode === value) },
  sign: { rule: `one of ${list(SIGNS)}`, holds: (value) => SIGNS.some((sign) => sign === value) },
  nanstr: { rule: 'a string', holds: (value) => typeof value === 'string' },
  infstr: { rule: 'a string', holds: (value) => typeof value === 'string' },
}

/**
 * Checks print options and fills in the defaults.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for an option that is unknown or has no such value
 */
export function printing(options: PrintOptions = {}): Printing {
  if (typeof options !== 'object' || options === null) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `print options are an object such as { precision: 3 } (got ${inspect(options)})`,
    )
  }
  const chosen: Record<string, unknown> = { ...DEFAULTS }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue
    const check = isOption(name) ? CHECKS[name] : undefined
    if (!check) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `there is no print option ${inspect(name)}; there are ${list(Object.keys(DEFAULTS))}`,
      )
    }
    if (!check.holds(value)) {
      throw new MemmapError('ERR_MEMMAP_ARGUMENT', `print option ${name} must be ${check.rule} (got ${inspect(value)})`)
    }
    chosen[name] = value
  }
  return chosen as Printing
}

function isOption(name: string): name is keyof Printing {
  return Object.hasOwn(CHECKS, name)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}

function list(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
