import { given } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors.js'

/** `ERR_MEMMAP_CAST`: the value, the dtype, the rule it breaks and the way out. */
export function castError(value: unknown, dtype: DType, rule: string, way: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_CAST', `cannot store ${given(value)} as ${dtype.name}: ${rule}; ${way}`)
}
