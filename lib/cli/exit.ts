/** Exit codes of the command, and its own errors. */

export const OK = 0
/** `check` or `diff` failed. */
export const CHECK_FAILED = 1
/** A usage error, or a file that cannot be read or written. */
export const USAGE_ERROR = 2

/** An error in the arguments, or in a file for them: one line that names the rule and the way out. */
export class UsageError extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'UsageError', configurable: true, writable: true })
  }
}

/** Standard output cannot be written, which ends the command whatever files are left to do. */
export class OutputError extends UsageError {
  constructor(cause: unknown) {
    super(`standard output cannot be written: ${(cause as Error).message}`, { cause })
  }
}
