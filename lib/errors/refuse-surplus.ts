import { inspect } from './inspect.js'
import { MemmapError } from './memmap-error.js'

/**
 * Lets methods reject surplus arguments, because JavaScript would silently ignore them: `fill(7, 1, 2)` fills a part of a typed
 * array, and would fill all of this one.
 * @param owner a prototype
 * @param most the number of arguments of each method
 * @param fail returns the error, or throws it
 */
export function refuseSurplus(
  owner: object,
  most: Readonly<Record<string, number>>,
  fail: (error: MemmapError) => unknown = raise,
): void {
  for (const [name, count] of Object.entries(most)) {
    const method = Object.getOwnPropertyDescriptor(owner, name)?.value as (...args: unknown[]) => unknown
    const checked = function (this: unknown, first?: unknown, second?: unknown, third?: unknown): unknown {
      // Not a rest parameter, which makes every call slower.
      if (arguments.length > count) return fail(surplus(name, count, [...arguments].slice(count)))
      return method.call(this, first, second, third)
    }
    Object.defineProperty(checked, 'name', { value: name })
    Object.defineProperty(checked, 'length', { value: method.length })
    Object.defineProperty(owner, name, { value: checked, writable: true, configurable: true })
  }
}

function raise(error: MemmapError): never {
  throw error
}

/** {@link refuseSurplus} for a function, with all of its arguments. */
export function checkArguments(name: string, count: number, given: ArrayLike<unknown>): void {
  if (given.length > count) throw surplus(name, count, Array.from(given).slice(count))
}

function surplus(name: string, count: number, rest: readonly unknown[]): MemmapError {
  const takes = count === 0 ? 'no arguments' : count === 1 ? 'one argument' : `at most ${count} arguments`
  return new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid arguments ${rest.map(inspect).join(', ')} of ${name}: it takes ${takes}; leave them out, or see the options of ${name}`,
  )
}
