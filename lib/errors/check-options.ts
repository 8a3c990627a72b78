import { refuseOtherCopy } from './brands.js'
import { inspect } from './inspect.js'
import { MemmapError } from './memmap-error.js'

/**
 * Rejects unknown options, because JavaScript would silently ignore them.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function checkOptions(options: unknown, names: readonly string[], owner: string): void {
  refuseOtherCopy(options)
  // Lists and arrays are iterable, and no options: their properties would be taken for options.
  if (typeof options !== 'object' || options === null || Symbol.iterator in options) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid options ${inspect(options)}: ${owner} takes an object; give one with ${names.join(', ')}`,
    )
  }
  for (const name in options) {
    // A property that somebody gave every object is no option.
    if (!names.includes(name) && (Object.hasOwn(options, name) || !(name in Object.prototype))) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `invalid option '${name}': ${owner} has no such option; give ${names.join(', ')}`,
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
