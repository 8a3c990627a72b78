import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'

/**
 * The options for printing arrays, by NumPy's names and with NumPy's defaults.
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.set_printoptions.html
 */
export interface PrintOptions {
  /** Digits after the point, at most; 8 by default. */
  precision?: number | undefined
  /** Arrays of more elements than this are summarised; 1000 by default, Infinity for never. */
  threshold?: number | undefined
  /** The number of items that a summary keeps at each end of each axis; 3 by default. */
  edgeitems?: number | undefined
  /** Characters in a line; 75 by default, Infinity for no wrapping. */
  linewidth?: number | undefined
  /** Never write floats with an exponent; false by default. */
  suppress?: boolean | undefined
  /** `'maxprec'` by default: at most `precision` digits, fewer where they identify the number. */
  floatmode?: FloatMode | undefined
  /** `'-'` by default: a sign for negative numbers only; `'+'` a sign for all, `' '` a space in place of a plus. */
  sign?: '-' | '+' | ' ' | undefined
  /** Text for NaN, `'nan'` by default. */
  nanstr?: string | undefined
  /** Text for infinity, `'inf'` by default. */
  infstr?: string | undefined
}

/** How many digits floats are printed with: NumPy's `floatmode`. */
export type FloatMode = (typeof FLOAT_MODES)[number]

/** {@link PrintOptions} with every default filled in. */
export type Printing = { readonly [Name in keyof PrintOptions]-?: NonNullable<PrintOptions[Name]> }

const FLOAT_MODES = ['fixed', 'unique', 'maxprec', 'maxprec_equal'] as const
const SIGNS = ['-', '+', ' '] as const

/** The size of NumPy's buffer for one number. */
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

const CHECKS: Record<keyof Printing, { readonly rule: string; readonly isValid: (value: unknown) => boolean }> = {
  precision: {
    rule: `a whole number from 0 to ${MAX_PRECISION}`,
    isValid: (value) => isCount(value) && value <= MAX_PRECISION,
  },
  threshold: { rule: 'a number (Infinity never summarises)', isValid: isNumber },
  edgeitems: { rule: 'a whole number, 0 or more', isValid: isCount },
  linewidth: { rule: 'a number (Infinity never wraps)', isValid: isNumber },
  suppress: { rule: 'true or false', isValid: (value) => typeof value === 'boolean' },
  floatmode: { rule: `one of ${list(FLOAT_MODES)}`, isValid: (value) => FLOAT_MODES.some((mode) => mode === value) },
  sign: { rule: `one of ${list(SIGNS)}`, isValid: (value) => SIGNS.some((sign) => sign === value) },
  nanstr: { rule: 'a string', isValid: (value) => typeof value === 'string' },
  infstr: { rule: 'a string', isValid: (value) => typeof value === 'string' },
}

/**
 * Checks print options and fills in the defaults.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for an unknown or invalid option
 */
export function printing(options: PrintOptions = {}): Printing {
  if (typeof options !== 'object' || options === null || Symbol.iterator in options) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid print options ${inspect(options)}: they must be an object; give one such as { precision: 3 }`,
    )
  }
  const result: Record<string, unknown> = { ...DEFAULTS }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue
    const check = isOption(name) ? CHECKS[name] : undefined
    if (!check) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `invalid print option ${inspect(name)}: there is none of that name; give one of ${list(Object.keys(DEFAULTS))}`,
      )
    }
    if (!check.isValid(value)) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `invalid print option ${name} ${inspect(value)}: it must be ${check.rule}`,
      )
    }
    result[name] = value
  }
  return result as Printing
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
