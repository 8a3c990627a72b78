/** How the command ends: its exit codes, and the errors of its own. */

/** All is well. */
export const OK = 0
/** The data is not as asked: `check` and `diff`. */
export const CHECK_FAILED = 1
/** Wrong use, or a file that cannot be read or written. */
export const USAGE_ERROR = 2

/** Something that the user gave wrong: told in one line, with what would be right. */
export class UsageError extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'UsageError', configurable: true, writable: true })
  }
}
