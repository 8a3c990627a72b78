/**
 * The order of axes in memory: NumPy's order `'K'`.
 * @module
 */

/** The axes sorted by their strides, the largest first; axes of equal strides keep their order. */
export function axesByStride(byteStrides: readonly number[]): number[] {
  const axes = byteStrides.map((_, axis) => axis)
  return axes.toSorted((a, b) => Math.abs(byteStrides[b] as number) - Math.abs(byteStrides[a] as number))
}

/**
 * The axes from the slowest to the fastest, in the order in which NumPy iterates over operands of one shape: C order where
 * their layouts differ.
 * Source: NumPy, `npyiter_find_best_axis_ordering` in nditer_constr.c.
 */
export function iterationOrder(shape: readonly number[], ...operands: (readonly number[])[]): number[] {
  const fastFirst: number[] = []
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    let position = fastFirst.length
    for (let before = fastFirst.length - 1; before >= 0; before--) {
      const faster = isFaster(axis, fastFirst[before] as number, shape, operands)
      if (faster === false) break
      if (faster === true) position = before
    }
    fastFirst.splice(position, 0, axis)
  }
  return fastFirst.toReversed()
}

/** Returns true if an axis has smaller strides than another; undefined where no operand decides. */
function isFaster(
  axis: number,
  other: number,
  shape: readonly number[],
  operands: readonly (readonly number[])[],
): boolean | undefined {
  if (shape[axis] === 1 || shape[other] === 1) return undefined
  let faster: boolean | undefined
  for (const strides of operands) {
    const [a, b] = [Math.abs(strides[axis] as number), Math.abs(strides[other] as number)]
    if (a === 0 || b === 0) continue
    if (b <= a) return false
    faster = true
  }
  return faster
}
