/** The codes that this package itself gives; errors of the system keep their own (`ENOENT`, `EACCES`, `ENOSPC`, ...). */
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

/** Facts that go with an error, each present only where it applies. */
export interface ErrorDetails {
  /** The file. */
  path?: string | undefined
  /** The system call that failed. */
  syscall?: string | undefined
  /** The system's error number, negative as in Node's own errors. */
  errno?: number | undefined
  /** What the call needed: bytes, elements or a shape. */
  expected?: unknown
  /** What there was instead. */
  actual?: unknown
  /** The error underneath. */
  cause?: unknown
}

/**
 * Every error that this package throws. `code` tells the kind and is stable; the message says what was given, which rule
 * that breaks and what to do instead.
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
  declare readonly path?: string
  declare readonly syscall?: string
  declare readonly errno?: number
  declare readonly expected?: unknown
  declare readonly actual?: unknown

  constructor(code: MemmapErrorCode | (string & {}), message: string, details: ErrorDetails = {}) {
    const { cause, ...facts } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true, configurable: true })
    }
  }

  static {
    // On the prototype, as for the built-in errors: `String(error)` starts with it and no instance lists it.
    Object.defineProperty(this.prototype, 'name', { value: 'MemmapError', configurable: true, writable: true })
  }
}

/** An `ERR_MEMMAP_INDEX`. */
export function indexError(message: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_INDEX', message)
}

/** The error of every use after `close()`. */
export function closedError(): MemmapError {
  return new MemmapError('ERR_MEMMAP_CLOSED', 'the array is closed: open the file again')
}
