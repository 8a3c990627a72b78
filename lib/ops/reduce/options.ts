import type { DTypeLike } from '../../dtype/index.js'
import type { ReductionRow } from '../table.js'

/** The options of every reduction. */
export interface AxisOptions {
  /** The axis, or axes, to reduce; all by default. With it the result is an array. */
  axis?: number | readonly number[]
  /** Keep reduced axes with length 1; false by default. */
  keepdims?: boolean
}

/** The options of `min`, `max` and `ptp`. */
export interface ExtremeOptions extends AxisOptions {
  /** Skip NaN, as NumPy's `nanmin`, `nansum` and others do; false by default. */
  skipNaN?: boolean
}

/** The options of `argmin` and `argmax`. */
export interface PositionOptions extends ExtremeOptions {
  /** The axis of the positions; all elements in C order by default. */
  axis?: number
}

/** The options of `sum`, `prod` and `mean`. */
export interface SumOptions extends ExtremeOptions {
  /** The dtype of the computation; by default NumPy's: integers in 64 bits, means of integers in float64. */
  dtype?: DTypeLike
}

/** The options of `var` and `std`. */
export interface VarianceOptions extends SumOptions {
  /** Divide by the number of elements less this; 0 by default. */
  ddof?: number
}

/** The options of `cumsum` and `cumprod`. */
export interface ScanOptions {
  /** The axis of the scan; all elements in C order by default. */
  axis?: number
  /** The dtype of the computation; by default NumPy's. */
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
