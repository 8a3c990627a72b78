import { closeSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemError } from '../../files/system-error.js'

/** A file without a name, for bytes that have no file of their own. */
export interface Temporary {
  readonly fd: number
  /** For messages. */
  readonly path: string
  /** Closes the file, and removes its name where it still has one. Call it after the last use. */
  readonly remove: () => void
}

/**
 * Creates a file in the folder for temporary files (`TMPDIR`), which its owner alone can read. Its name is removed at once, where
 * the system permits it, so that no file stays however the process ends.
 * @throws MemmapError the system's
 */
export function openTemporary(): Temporary {
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
  const path = join(tmpdir(), `memmap-${process.pid}-${random}.npy`)
  let fd: number
  try {
    fd = openSync(path, 'wx+', 0o600)
  } catch (error) {
    throw systemError(error, path)
  }
  const removeName = (): void => {
    try {
      rmSync(path, { force: true })
    } catch {
      // Windows removes no file that is open or mapped.
    }
  }
  removeName()
  let closed = false
  const remove = (): void => {
    if (closed) return
    closed = true
    closeSync(fd)
    removeName()
  }
  return { fd, path, remove }
}
