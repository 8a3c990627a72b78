/**
 * The operations that run over elements, a row each. The binding's numbers, the methods of arrays and of their promises with
 * their types, the table in the docs and the cases that the tests compare with NumPy all follow from it.
 * @module
 */

/** The types, checks and kernel of a reduction. */
export interface ReductionRow {
  /** The number of the kernel, `Reduction` in `native/binding.d.cts`. */
  readonly code: number
  /** NumPy's function, and the one that skips NaN. */
  readonly numpy: string
  readonly nanNumpy?: string
  /**
   * The dtype of the result: the array's own, int64 for positions and counts (numbers without an axis), bool, or the one that the
   * table of dtypes names for sums, means, variances and differences.
   */
  readonly result: 'same' | 'count' | 'bool' | 'sum' | 'mean' | 'variance' | 'range'
  /** The options that it takes; see `OPTION_NAMES`. */
  readonly takes: 'axis' | 'extreme' | 'position' | 'sum' | 'variance'
  /** True if the reduction is undefined for no elements. */
  readonly needsElements?: true
}

/** The reductions, by the names of their methods. */
export const REDUCTIONS = {
  /**
   * The sum of all elements, or along axes: bools and integers in 64 bits (as bigint), floats pairwise. NumPy's `sum`.
   * @returns a scalar; with `axis` or `keepdims` an NDArray, 0-d where no axis is left
   * @example
   * a.sum() // 21
   * a.sum({ axis: 0 }).toArray() // [5, 7, 9]
   * a.sum({ axis: [0, 1], keepdims: true, dtype: 'float64', skipNaN: true })
   * @throws MemmapError `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE` where elements of this kind have no sum;
   *   `ERR_MEMMAP_ARGUMENT` for an option; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  sum: { code: 0, numpy: 'sum', nanNumpy: 'nansum', result: 'sum', takes: 'sum' },
  /**
   * The product of all elements, or along axes. As `sum`.
   * @example
   * a.prod({ axis: 0 }).toArray() // [4, 10, 18]
   */
  prod: { code: 1, numpy: 'prod', nanNumpy: 'nanprod', result: 'sum', takes: 'sum' },
  /**
   * The arithmetic mean; of bools and integers in float64. As `sum`.
   * @example
   * a.mean() // 3.5
   * a.mean({ axis: 1 }).toArray() // [2, 5]
   */
  mean: { code: 2, numpy: 'mean', nanNumpy: 'nanmean', result: 'mean', takes: 'sum' },
  /**
   * The variance: squares of distances from the mean, divided by the number of elements less `ddof`. As `sum`.
   * @example
   * a.var({ axis: 0 }).toArray() // [2.25, 2.25, 2.25]
   */
  var: { code: 3, numpy: 'var', nanNumpy: 'nanvar', result: 'variance', takes: 'variance' },
  /**
   * The standard deviation: the root of `var`.
   * @example
   * a.std({ axis: 0 }).toArray() // [1.5, 1.5, 1.5]
   * array([1, 3]).std({ ddof: 1 }) // Math.SQRT2
   */
  std: { code: 4, numpy: 'std', nanNumpy: 'nanstd', result: 'variance', takes: 'variance' },
  /**
   * The smallest element; NaN or NaT if there is one. Options as for `sum`, without `dtype`.
   * @example
   * a.min() // 1
   * a.min({ axis: 1 }).toArray() // [1, 4]
   * @throws MemmapError as `sum`; `ERR_MEMMAP_ARGUMENT` for no elements
   */
  min: { code: 5, numpy: 'min', nanNumpy: 'nanmin', result: 'same', takes: 'extreme', needsElements: true },
  /**
   * The largest element; NaN or NaT if there is one. As `min`.
   * @example
   * a.max({ axis: 0 }).toArray() // [4, 5, 6]
   * array([1, NaN]).max({ skipNaN: true }) // 1
   */
  max: { code: 6, numpy: 'max', nanNumpy: 'nanmax', result: 'same', takes: 'extreme', needsElements: true },
  /**
   * The position of the first smallest element, or of the first NaN or NaT: in C order over all elements, or along one axis. As
   * `min`.
   * @example
   * a.argmin() // 0
   * a.argmin({ axis: 1 }).toArray() // [0n, 0n]
   */
  argmin: { code: 7, numpy: 'argmin', nanNumpy: 'nanargmin', result: 'count', takes: 'position', needsElements: true },
  /**
   * The position of the first largest element, or of the first NaN or NaT. As `argmin`.
   * @example
   * a.argmax() // 5
   */
  argmax: { code: 8, numpy: 'argmax', nanNumpy: 'nanargmax', result: 'count', takes: 'position', needsElements: true },
  /**
   * True if any element is: numbers that are not zero (NaN and NaT are true), text and bytes that are not empty. As `sum`.
   * @example
   * a.compare('>', 5).any() // true
   */
  any: { code: 9, numpy: 'any', result: 'bool', takes: 'axis' },
  /**
   * True if every element is, as in `any`.
   * @example
   * a.compare('>', 5).all({ axis: 1 }).toArray() // [false, false]
   */
  all: { code: 10, numpy: 'all', result: 'bool', takes: 'axis' },
  /**
   * The number of true elements, as in `any`.
   * @example
   * a.compare('>', 2).countNonzero() // 4
   */
  countNonzero: { code: 11, numpy: 'count_nonzero', result: 'count', takes: 'axis' },
  /**
   * The largest element less the smallest ("peak to peak"): a duration for dates, and not defined for bools. As `min`.
   * @example
   * a.ptp() // 5
   */
  ptp: { code: 12, numpy: 'ptp', result: 'range', takes: 'extreme', needsElements: true },
} as const satisfies Readonly<Record<string, ReductionRow>>

/** The name of a reduction. */
export type Reduction = keyof typeof REDUCTIONS

/** The scans (cumulative operations), by the names of their methods. */
export const SCANS = {
  /**
   * The sum of all elements up to each, along an axis, or over all elements in C order. NumPy's `cumsum`.
   * @returns an array; of one axis where none is given
   * @example
   * a.cumsum().toArray() // [1, 3, 6, 10, 15, 21]
   * a.cumsum({ axis: 0 }).toArray() // [[1, 2, 3], [5, 7, 9]]
   */
  cumsum: { code: 0, numpy: 'cumsum', result: 'sum' },
  /**
   * The product of all elements up to each. As `cumsum`.
   * @example
   * a.cumprod({ axis: 1 }).toArray() // [[1, 2, 6], [4, 20, 120]]
   */
  cumprod: { code: 1, numpy: 'cumprod', result: 'sum' },
} as const satisfies Readonly<Record<string, Pick<ReductionRow, 'code' | 'numpy' | 'result'>>>

/** The name of a scan. */
export type Scan = keyof typeof SCANS

/** The comparisons, by their operators. `holds` takes a difference: below 0, 0 or above; NaN for values without an order. */
export const COMPARISONS = {
  '<': { code: 0, numpy: 'less', holds: (difference: number) => difference < 0 },
  '<=': { code: 1, numpy: 'less_equal', holds: (difference: number) => difference <= 0 },
  '==': { code: 2, numpy: 'equal', holds: (difference: number) => difference === 0 },
  '!=': { code: 3, numpy: 'not_equal', holds: (difference: number) => difference !== 0 },
  '>=': { code: 4, numpy: 'greater_equal', holds: (difference: number) => difference >= 0 },
  '>': { code: 5, numpy: 'greater', holds: (difference: number) => difference > 0 },
} as const

/** The operator of a comparison. */
export type Comparison = keyof typeof COMPARISONS
