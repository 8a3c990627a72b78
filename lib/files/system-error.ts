import { MemmapError } from '../errors/memmap-error.js'

/** A {@link MemmapError} of what a call of `node:fs` threw; what is one already stays as it is. */
export function systemError(error: unknown, path: string | null): unknown {
  if (!(error instanceof Error) || error instanceof MemmapError || !('code' in error)) return error
  const { code, syscall, errno, message } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  return new MemmapError(code, message, { path: path ?? undefined, syscall, errno, cause: error })
}
