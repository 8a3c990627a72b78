import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import type { Mode } from '../memory/origin.js'
import { parseMode } from './open.js'

/** The mode for mapping an existing file: NumPy's `mmap_mode`. It never creates a file, so it cannot be `'w+'`. */
export type MmapMode = 'r' | 'r+' | 'c' | 'readonly' | 'readwrite' | 'copyonwrite'

/**
 * Parses the option `mmapMode`; returns null for a file that is to be read.
 * @throws MemmapError `ERR_MEMMAP_MODE`
 */
export function parseMmapMode(value: unknown): Exclude<Mode, 'w+'> | null {
  if (value === undefined || value === null || value === '') return null
  const mode = parseMode(value)
  if (mode !== 'w+') return mode
  throw new MemmapError(
    'ERR_MEMMAP_MODE',
    `invalid mmapMode ${inspect(value)}: it would clear the file before loading it; give 'r', 'r+' or 'c', or create a file with openMemmap()`,
  )
}
