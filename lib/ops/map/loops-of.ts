import type { ArrayBase } from '../../array/array-base.js'
import { LOOPS } from './generated.js'
import type { ElementFunction, Loops } from './template.js'

/** The least elements for which a function gets a copy of the loops: fewer take less time than the search for one. */
const SMALLEST = 64

const COMMON = LOOPS[0] as Loops

/** The number of copies that are given away, with the common one. */
let used = 1

/** The copies by the kinds of elements and the source text of the function. */
const byText = new Map<string, Loops>()

/** The copies of functions that were seen before, by the kinds of elements. */
const byFunction = new WeakMap<ElementFunction, Map<string, Loops>>()

const sourceText = Function.prototype.toString

/**
 * Returns the loops for a function, in which V8 finds no other function or kind of elements while copies are left.
 * @param loop the name of the one that runs
 */
export function loopsOf(fn: ElementFunction, source: ArrayBase, target: ArrayBase, loop: keyof Loops): Loops {
  if (source.size < SMALLEST) return COMMON
  const kinds = `${loop} ${kindOf(source)}${target === source ? '' : kindOf(target)}`
  let known = byFunction.get(fn)
  let loops = known?.get(kinds)
  if (loops !== undefined) return loops
  // Closures of the same text have the same feedback.
  const key = `${kinds} ${sourceText.call(fn)}`
  loops = byText.get(key)
  if (loops === undefined) {
    if (used === LOOPS.length) return COMMON
    byText.set(key, (loops = LOOPS[used++] as Loops))
  }
  if (known === undefined) byFunction.set(fn, (known = new Map()))
  known.set(kinds, loops)
  return loops
}

/** What the compiled loop depends on. */
function kindOf({ accessorKind, store }: ArrayBase): string {
  return `${accessorKind.key}${store.mapping === null ? ',' : ' mapped,'}`
}
