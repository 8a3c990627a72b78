import { inspect } from './inspect.js'
import { MemmapError } from './memmap-error.js'

/**
 * Rejects unknown options, because JavaScript would silently ignore them.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function checkOptions(options: unknown, known: readonly string[], of: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid options ${inspect(options)}: ${of} takes an object; give one with ${known.join(', ')}`,
    )
  }
  for (const name in options) {
    if (!known.includes(name)) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `invalid option '${name}': ${of} has no such option; give ${known.join(', ')}`,
      )
    }
  }
}

/** @throws MemmapError `ERR_MEMMAP_ARGUMENT` */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid ${name} ${inspect(value)}: it must be true or false`)
  }
}
