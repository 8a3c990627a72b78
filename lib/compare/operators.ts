import { given } from '../dtype/index.js'
import { MemmapError } from '../errors.js'

/** How two elements are compared. */
export type Comparison = (typeof OPS)[number]

// In the order of the numbers that the binding takes.
const OPS = ['<', '<=', '==', '!=', '>=', '>'] as const

/**
 * The operator that a caller gave.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function parseComparison(op: unknown): Comparison {
  const known = OPS.find((one) => one === op)
  if (known !== undefined) return known
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `a comparison is one of ${OPS.map((one) => `'${one}'`).join(', ')} (got ${given(op)})`,
  )
}

/** The operator as the binding takes it. */
export function numberOf(op: Comparison): number {
  return OPS.indexOf(op)
}

/** Whether an operator holds for two values that differ so: below 0, 0 or above; NaN for values without an order. */
export function holds(op: Comparison, difference: number): boolean {
  switch (op) {
    case '<':
      return difference < 0
    case '<=':
      return difference <= 0
    case '==':
      return difference === 0
    case '!=':
      return difference !== 0
    case '>=':
      return difference >= 0
    case '>':
      return difference > 0
  }
}
