import type { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { COMPARISONS } from '../table.js'
import type { Comparison } from '../table.js'

/**
 * Checks the operator of a comparison.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function parseComparison(op: unknown): Comparison {
  if (typeof op === 'string' && Object.hasOwn(COMPARISONS, op)) return op as Comparison
  const operators = Object.keys(COMPARISONS).map((one) => `'${one}'`)
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid comparison ${inspect(op)}: it must be one of ${operators.join(', ')}`,
  )
}

/** Returns true if elements are numbers or bools. */
export function isNumber({ kind }: DType): boolean {
  return 'biufc'.includes(kind)
}

/** Returns true if a dtype converts to ticks of a duration: bools and integers that an int64 holds. */
export function isTicks({ kind, itemsize }: DType): boolean {
  return kind === 'b' || kind === 'i' || (kind === 'u' && itemsize < 8)
}

/** Creates the error of a comparison that NumPy does not have either. */
export function noComparison(op: Comparison, a: DType, b: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid comparison '${op}' of ${a.name} and ${b.name}: these dtypes have none; convert one with astype(), or compare field by field`,
  )
}
