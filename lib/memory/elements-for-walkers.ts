/**
 * What code sees of an array that walks the own properties of any object: `node:assert`, `util.inspect` without custom texts, test
 * runners, libraries for deep equality. The state of an array is private; its property `elements` has what they need, created
 * when they ask.
 * @module
 */
import type { Fields } from './accessors/access.js'

/** What a walker learns about an array. Upper layers provide it, because it takes operations. */
export interface Walked {
  /** A text that is the same for equal arrays only, whatever their file, memory order and byte order. */
  identify(array: Fields): string
  /** The text of an array, as NumPy prints it. */
  show(array: Fields): string
}

let walked: Walked

/** Registers how arrays are told apart and shown; the module that defines the class calls it once. */
export function registerWalked(how: Walked): void {
  walked = how
}

/**
 * The text of an array, in the place where inspection looks for that of an error: `util.inspect` without custom texts, and with it
 * the messages of `node:assert`, prints the `stack` of any instance of Error, here a getter.
 */
class Shown {
  readonly #array: Fields

  constructor(array: Fields) {
    this.#array = array
  }

  /** Not `Error`, which would be put in front of the text. */
  get name(): string {
    return ''
  }

  get stack(): string {
    return walked.show(this.#array)
  }

  /**
   * What comparison asks: the keys, of which there is one that says what the array is, or the message, as of an error. Inspection
   * looks behind a Proxy and does not ask it. A Proxy also cannot be cloned: `structuredClone` and `postMessage` of an array
   * throw, where they would copy all of its memory.
   */
  static readonly traps: ProxyHandler<Shown> = {
    ownKeys: (shown) => [walked.identify(shown.#array)],
    getOwnPropertyDescriptor: (shown, key) =>
      key === walked.identify(shown.#array) ? { value: true, enumerable: true, configurable: true } : undefined,
    has: (shown, key) => key in shown || key === walked.identify(shown.#array),
    get: (shown, key) => {
      if (key === 'message') return walked.identify(shown.#array)
      if (key in shown) return Reflect.get(shown, key) as unknown
      // Some take a property that is undefined for one that is not there.
      return key === walked.identify(shown.#array) || undefined
    },
    set: () => false,
  }
}
Object.setPrototypeOf(Shown.prototype, Error.prototype)
// The engine puts the message of an error into that of the DataCloneError.
Object.defineProperty(Shown.prototype, 'message', {
  value: 'an array (send what describe() returns and open it with Memmap.attach(), or send copy().data)',
})

/** Creates the value of the property `elements` of an array. */
export function elementsForWalkers(array: Fields): object {
  return new Proxy(new Shown(array), Shown.traps)
}
