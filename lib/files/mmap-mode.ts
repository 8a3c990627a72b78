import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import type { Mode } from '../memory/origin.js'
import { parseMode } from './open.js'

/** How a file is mapped rather than read: NumPy's `mmap_mode`. A file is not made this way, so there is no `'w+'`. */
export type MmapMode = 'r' | 'r+' | 'c' | 'readonly' | 'readwrite' | 'copyonwrite'

/**
 * The mode in which a file is to be mapped; null where it is to be read.
 * @throws MemmapError `ERR_MEMMAP_MODE`
 */
export function parseMmapMode(value: unknown): Exclude<Mode, 'w+'> | null {
  if (value === undefined || value === null || value === '') return null
  const mode = parseMode(value)
  if (mode !== 'w+') return mode
  throw new MemmapError(
    'ERR_MEMMAP_MODE',
    `mmapMode ${inspect(value)} would make the file that is to be loaded: mmapMode is 'r', 'r+' or 'c' (openMemmap() makes files)`,
  )
}
