import type { DTypeLike } from '../../dtype/index.js'
import type { ReductionRow } from '../table.js'

/** Options of every reduction. */
export interface AxisOptions {
  /** The axis, or axes, to reduce; all by default. With it the result is an array. */
  axis?: number | readonly number[]
  /** Keep reduced axes with length 1; false by default. */
  keepdims?: boolean
}

/** Options of `min` and `max`. */
export interface ExtremeOptions extends AxisOptions {
  /** Leave NaN out, as NumPy's `nanmin` and the like do; false by default. */
  skipNaN?: boolean
}

/** Options of `argmin` and `argmax`. */
export interface PositionOptions extends ExtremeOptions {
  /** The one axis to go along; all elements in C order by default. */
  axis?: number
}

/** Options of `sum`, `prod` and `mean`. */
export interface SumOptions extends ExtremeOptions {
  /** The dtype to add up, multiply or average in; by default NumPy's: integers in 64 bits, means of integers in float64. */
  dtype?: DTypeLike
}

/** Options of `var` and `std`. */
export interface VarianceOptions extends SumOptions {
  /** Divide by the number of elements less this; 0 by default. */
  ddof?: number
}

/** Options of `cumsum` and `cumprod`. */
export interface ScanOptions {
  /** The axis to go along; all elements in C order by default. */
  axis?: number
  /** The dtype to add up or multiply in; by default NumPy's. */
  dtype?: DTypeLike
}

/** The options that a reduction can take; each takes those that NumPy's function takes. */
export type ReduceOptions = VarianceOptions

/** The options by the table's name for them. */
export interface OptionsByName {
  axis: AxisOptions
  extreme: ExtremeOptions
  position: PositionOptions
  sum: SumOptions
  variance: VarianceOptions
}

/** The names of the options, by the table's name for them. */
export const OPTION_NAMES: Readonly<Record<ReductionRow['takes'], readonly string[]>> = {
  axis: ['axis', 'keepdims'],
  extreme: ['axis', 'keepdims', 'skipNaN'],
  position: ['axis', 'keepdims', 'skipNaN'],
  sum: ['axis', 'keepdims', 'skipNaN', 'dtype'],
  variance: ['axis', 'keepdims', 'skipNaN', 'dtype', 'ddof'],
}
