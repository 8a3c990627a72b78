import { constants } from 'node:os'
import { MemmapError } from '../errors/memmap-error.js'

/** Converts an error of `node:fs` to a {@link MemmapError}; returns other errors unchanged. */
export function systemError(error: unknown, path: string | null): unknown {
  if (typeof error !== 'object' || error === null || error instanceof MemmapError) return error
  const { code, syscall, errno, message } = error as NodeJS.ErrnoException
  if (typeof code !== 'string') return error
  return new MemmapError(code, message, { path: path ?? undefined, syscall, errno, cause: error })
}

/** The error of the system for a folder where a file is expected; null is the path of an open file without one. */
export function folderError(path: string | null): MemmapError {
  const name = path === null ? '' : `, open '${path}'`
  return new MemmapError('EISDIR', `EISDIR: illegal operation on a directory${name}`, {
    path: path ?? undefined,
    syscall: 'open',
    errno: -constants.errno.EISDIR,
  })
}
