/**
 * The loops of `map` and `apply`: the template from which `scripts/generate-accessors.mjs` generates copies of them.
 *
 * V8 compiles a function into the loop that calls it only where the loop has called no other. So each function gets a copy of its
 * own, as long as there are copies: a closure has the feedback of its source text, and only another text has another feedback.
 *
 * - A copy sees one kind of source and of target, so that reads and stores are compiled for one kind of typed array.
 * - The checks read {@link GATE}, because V8 compiles its bounds check to an exit, and keeps numbers unboxed.
 * - A value that a loop does not store leaves it by a call of {@link leave}: a store to a field would box each value before the test.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { gate, openFaults } from '../../memory/accessors/access.js'
import type { Store } from '../../memory/store.js'

/** A function of an element and its index in C order. */
export type ElementFunction = (value: unknown, index: number) => unknown

/** What a loop reads and stores. */
export interface Run {
  /** The store of the source and its version when the loop began: the function may close or resize the array. */
  readonly store: Store
  readonly version: number
  /** The typed arrays that have the elements, where these hold any number as it is; else empty. */
  from: Float64Array
  to: Float64Array
  /** Where the elements are apart, the row: its position in C order, its positions in the typed arrays, and the steps in it. */
  start: number
  fromAt: number
  toAt: number
  readonly fromStep: number
  readonly toStep: number
  /** The arrays on one axis, for other elements. */
  readonly source: ArrayBase
  readonly target: ArrayBase
  /** True if a loop left with a value that it did not store: that of the element before the position which it returned. */
  hasRest: boolean
  rest: unknown
}

/** Runs a function over the elements from position `i` in C order to `end`. Returns the position of the first that is not done. */
export type Loop = (run: Run, fn: ElementFunction, i: number, end: number) => number

export interface Loops {
  /** Elements that follow one another in typed arrays from their start. */
  numbers: Loop
  /** Elements of a row in typed arrays. */
  apart: Loop
  /** Any elements. */
  elements: Loop
}

function leave(run: Run, i: number, value: unknown): number {
  run.hasRest = true
  run.rest = value
  return i + 1
}

/** Copies of the loops; the first is for functions without a copy of their own. */
export const LOOPS: Loops[] = []

// oxlint-disable-next-line typescript/no-extraneous-class -- for the static block
export class Copies {
  static {
    // Constants of this block, because V8 looks up imports at each use, and bundlers make variables of a module's constants.
    const GATE = gate
    const FAULTS = openFaults
    LOOPS.push({
      numbers(run, fn, i, end) {
        const { from, to, store, version } = run
        for (; i < end; i++) {
          const value = from[i]
          if (value === undefined || GATE[FAULTS[0]] === undefined) return i
          const result = fn(value, i)
          if (GATE[store.version ^ version] === undefined || typeof result !== 'number') return leave(run, i, result)
          to[i] = result
        }
        return end
      },
      apart(run, fn, i, end) {
        const { from, to, fromStep, toStep, store, version } = run
        let at = run.fromAt + (i - run.start) * fromStep
        let toAt = run.toAt + (i - run.start) * toStep
        for (; i < end; i++) {
          const value = from[at]
          if (value === undefined || GATE[FAULTS[0]] === undefined) return i
          const result = fn(value, i)
          if (GATE[store.version ^ version] === undefined || typeof result !== 'number') return leave(run, i, result)
          to[toAt] = result
          at += fromStep
          toAt += toStep
        }
        return end
      },
      elements(run, fn, i, end) {
        const { source, target, store, version } = run
        for (; i < end; i++) {
          const result = fn(source.get(i), i)
          if (GATE[store.version ^ version] === undefined) return leave(run, i, result)
          target.set(i, result)
        }
        return end
      },
    })
  }
}
