import type { Memory } from '../../native/binding.cjs'

/**
 * The kernels that do their work before they return and are written for small arrays: `src/direct.rs`. Callers store their numbers with
 * `kernelNumbers` and the layouts of the arrays with `operand`.
 */
export interface DirectKernels {
  /** Copies the elements of one array to those of another of the same shape, cast as NumPy casts arrays. */
  assignNow(source: Memory, target: Memory): void

  /** Reverses the bytes of every number in place. */
  byteswap(target: Memory): void

  /**
   * Copies the entries of an axis (number 0) at the positions in an array of integers, which may count from the end.
   * @returns the place of the first position that is outside, and then copies nothing; -1 without one
   */
  takeAt(source: Memory, positions: Memory, target: Memory): number

  /** How many elements of a boolean array are true. */
  maskCount(mask: Memory): number

  /** Copies the elements where the mask is true, in C order. */
  maskGather(source: Memory, mask: Memory, target: Memory): void

  /** Compares elements with the same index; number 0 is a `Comparison`. */
  compare(a: Memory, b: Memory, target: Memory): void

  /** Whether all elements are equal. */
  equals(a: Memory, b: Memory): boolean

  /** Reduces all axes to one value; the numbers are a `Reduction`, the `Kind` of the result or -1, ddof, and 1 to skip NaN. */
  reduceAllNow(source: Memory): boolean | number | bigint | [re: number, im: number]

  /** Reduces the axes of `reducedAxes`; the numbers are those of `reduceAllNow`. */
  reduceNow(source: Memory, target: Memory): void

  /** Stores running sums; the numbers are 1 for products, the axis or -1 for all elements in C order, and the `Kind` of the result or -1. */
  scan(source: Memory, target: Memory): void
}
