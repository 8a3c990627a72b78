import { MemmapError } from '../errors/memmap-error.js'

/** Converts an error of `node:fs` to a {@link MemmapError}; returns other errors unchanged. */
export function systemError(error: unknown, path: string | null): unknown {
  if (typeof error !== 'object' || error === null || error instanceof MemmapError) return error
  const { code, syscall, errno, message } = error as NodeJS.ErrnoException
  if (typeof code !== 'string') return error
  return new MemmapError(code, message, { path: path ?? undefined, syscall, errno, cause: error })
}
