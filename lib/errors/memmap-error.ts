/** The codes of this package's own errors; system errors keep theirs (`ENOENT`, `EACCES`, `ENOSPC`, ...). */
export type MemmapErrorCode =
  | 'ERR_MEMMAP_MODE'
  | 'ERR_MEMMAP_DTYPE'
  | 'ERR_MEMMAP_SHAPE'
  | 'ERR_MEMMAP_OFFSET'
  | 'ERR_MEMMAP_ORDER'
  | 'ERR_MEMMAP_SIZE'
  | 'ERR_MEMMAP_EMPTY'
  | 'ERR_MEMMAP_CLOSED'
  | 'ERR_MEMMAP_READONLY'
  | 'ERR_MEMMAP_TRUNCATED'
  | 'ERR_MEMMAP_INDEX'
  | 'ERR_MEMMAP_BROADCAST'
  | 'ERR_MEMMAP_CAST'
  | 'ERR_MEMMAP_RESHAPE'
  | 'ERR_MEMMAP_NOT_VIEWABLE'
  | 'ERR_MEMMAP_NPY'
  | 'ERR_MEMMAP_TOO_LARGE'
  | 'ERR_MEMMAP_EXTERNAL_BUFFERS'
  | 'ERR_MEMMAP_NATIVE_MISSING'
  | 'ERR_MEMMAP_LOCKED'
  | 'ERR_MEMMAP_UNSUPPORTED'
  | 'ERR_MEMMAP_ARGUMENT'

/** The details of an error, each present only where it applies. */
export interface ErrorDetails {
  /** The file. */
  path?: string | undefined
  /** The system call that failed. */
  syscall?: string | undefined
  /** The system's error number, negative as in Node's own errors. */
  errno?: number | undefined
  /** The bytes, elements or shape that the call needed. */
  expected?: unknown
  /** The actual bytes, elements or shape. */
  actual?: unknown
  /** The underlying error. */
  cause?: unknown
}

/**
 * Every error that this package throws. `code` is the kind of error and is stable; the message has the given value, the rule
 * that it breaks and the way out.
 *
 * @example
 * try {
 *   memmap('missing.bin')
 * } catch (error) {
 *   if (error instanceof MemmapError && error.code === 'ENOENT') create()
 * }
 */
export class MemmapError extends Error {
  /** One of {@link MemmapErrorCode}, or the code of the system's error. */
  readonly code: MemmapErrorCode | (string & {})
  /** The file. */
  declare readonly path?: string
  /** The system call that failed. */
  declare readonly syscall?: string
  /** The system's error number, negative as in Node's own errors. */
  declare readonly errno?: number
  /** The bytes, elements or shape that the call needed. */
  declare readonly expected?: unknown
  /** The actual bytes, elements or shape. */
  declare readonly actual?: unknown

  /** For tests and wrappers of a program's own; the package creates all others. */
  constructor(code: MemmapErrorCode | (string & {}), message: string, details: ErrorDetails = {}) {
    const { cause, ...facts } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true, configurable: true })
    }
  }

  static {
    // Defined on the prototype, as in the built-in errors, so that `String(error)` starts with it and no instance lists it.
    Object.defineProperty(this.prototype, 'name', { value: 'MemmapError', configurable: true, writable: true })
  }
}

/** Creates an `ERR_MEMMAP_INDEX` error. */
export function indexError(message: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_INDEX', message)
}

/** Creates the error of every use after `close()`. */
export function closedError(): MemmapError {
  return new MemmapError('ERR_MEMMAP_CLOSED', 'the array is closed: open the file again')
}
