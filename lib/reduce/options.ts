import type { DTypeLike } from '../dtype/index.js'

/** The reductions, in the order of the numbers that the binding takes. */
export const NAMES = [
  'sum',
  'prod',
  'mean',
  'var',
  'std',
  'min',
  'max',
  'argmin',
  'argmax',
  'any',
  'all',
  'countNonzero',
] as const

/** The name of a reduction. */
export type Reduction = (typeof NAMES)[number]

/** Options of every reduction. */
export interface AxisOptions {
  /** The axis, or axes, to reduce; all by default. */
  axis?: number | readonly number[]
  /** Keep reduced axes with length 1. */
  keepdims?: boolean
}

/** Options of `min` and `max`. */
export interface ExtremeOptions extends AxisOptions {
  /** Leave NaN out, as NumPy's `nanmin` and the like do. */
  skipNaN?: boolean
}

/** Options of `argmin` and `argmax`. */
export interface PositionOptions extends ExtremeOptions {
  /** The one axis to go along; all elements in C order by default. */
  axis?: number
}

/** Options of `sum`, `prod` and `mean`. */
export interface SumOptions extends ExtremeOptions {
  /** What to add up, multiply or average in; by default NumPy's choice: integers in 64 bits, means of integers in float64. */
  dtype?: DTypeLike
}

/** Options of `var` and `std`. */
export interface SpreadOptions extends SumOptions {
  /** Divide by the number of elements less this; 0 by default. */
  ddof?: number
}

/** Options of `cumsum` and `cumprod`. */
export interface ScanOptions {
  /** The axis to go along; all elements in C order by default. */
  axis?: number
  /** What to add up or multiply in; by default NumPy's choice. */
  dtype?: DTypeLike
}

/** The options that there are; each reduction takes those that NumPy's takes. */
export type ReduceOptions = SpreadOptions

const BASE = ['axis', 'keepdims']

/** The options that each reduction takes. */
export const OPTIONS: Readonly<Record<Reduction, readonly string[]>> = {
  sum: [...BASE, 'dtype', 'skipNaN'],
  prod: [...BASE, 'dtype', 'skipNaN'],
  mean: [...BASE, 'dtype', 'skipNaN'],
  var: [...BASE, 'dtype', 'ddof', 'skipNaN'],
  std: [...BASE, 'dtype', 'ddof', 'skipNaN'],
  min: [...BASE, 'skipNaN'],
  max: [...BASE, 'skipNaN'],
  argmin: [...BASE, 'skipNaN'],
  argmax: [...BASE, 'skipNaN'],
  any: BASE,
  all: BASE,
  countNonzero: BASE,
}
