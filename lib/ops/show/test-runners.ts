/**
 * What Jest and Vitest ask of a value: how to compare it, and how to print it where a test fails. Both ask by the same names, which
 * are no part of the public interface.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { exactText } from './identity.js'

/** Adds the answers to the prototype of the arrays. */
export function answerTestRunners(prototype: ArrayBase): void {
  Object.defineProperties(prototype, {
    // `toEqual` compares what iteration yields, and of a list of this kind no properties.
    '@@__IMMUTABLE_LIST__@@': { value: true },
    // The printer takes the text of an object of this type as it is, as NumPy prints it.
    $$typeof: { value: Symbol.for('jest.asymmetricMatcher') },
    toAsymmetricMatcher: {
      get(this: ArrayBase) {
        const text = exactText(this)
        return () => text
      },
    },
    // Jest prints a copy of the object. By default it reads every getter for that, of which some throw, and which lose the elements.
    [Symbol.for('@jest/serializableProperties')]: { value: ['toAsymmetricMatcher'] },
  })
}
