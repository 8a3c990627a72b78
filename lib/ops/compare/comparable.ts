import { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { COMPARISONS } from '../table.js'
import type { Comparison } from '../table.js'

/**
 * The operator that a caller gave.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function parseComparison(op: unknown): Comparison {
  if (typeof op === 'string' && Object.hasOwn(COMPARISONS, op)) return op as Comparison
  const known = Object.keys(COMPARISONS).map((one) => `'${one}'`)
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid comparison ${inspect(op)}: it must be one of ${known.join(', ')}`,
  )
}

/** Whether elements are numbers or bools. */
export function isNumber({ kind }: DType): boolean {
  return 'biufc'.includes(kind)
}

/** Whether integers can stand for durations: 64 bits with a sign hold them. */
export function isTicks({ kind, itemsize }: DType): boolean {
  return kind === 'b' || kind === 'i' || (kind === 'u' && itemsize < 8)
}

/** The error of a comparison that NumPy has not either. */
export function noComparison(op: Comparison, a: DType, b: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid comparison '${op}' of ${a.name} and ${b.name}: these dtypes have none; convert one with astype(), or compare field by field`,
  )
}
