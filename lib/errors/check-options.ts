import { inspect } from './inspect.js'
import { MemmapError } from './memmap-error.js'

/**
 * Refuses options that do not exist, which would otherwise be ignored without a word.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function checkOptions(options: unknown, known: readonly string[], of: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `the options of ${of} are an object (got ${inspect(options)})`)
  }
  for (const name in options) {
    if (!known.includes(name)) {
      throw new MemmapError('ERR_MEMMAP_ARGUMENT', `${of} has no option '${name}': there are ${known.join(', ')}`)
    }
  }
}

/** @throws MemmapError `ERR_MEMMAP_ARGUMENT` */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `${name} is true or false (got ${inspect(value)})`)
  }
}
