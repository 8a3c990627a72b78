import type { ArrayBase } from '../../array/array-base.js'
import { dataOf } from '../../array/typed-views.js'
import { characters, nativeCopy } from '../cast/parts.js'
import { COMPARISONS } from '../table.js'
import type { Comparison } from '../table.js'
import { storeFlags } from './store-flags.js'

/** The characters of all elements in C order, one after the other, each element as long as `width`. */
export interface Codes {
  readonly codes: Uint8Array | Uint32Array
  readonly width: number
}

/** Text as the numbers of its characters. */
export function codesOf(text: ArrayBase): Codes {
  const all = characters(text)
  return { codes: dataOf(nativeCopy(all)) as Codes['codes'], width: all.shape.at(-1) as number }
}

/** Text by its code points, as NumPy orders it. */
export function compareText(into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase): void {
  const a = codesOf(left)
  const b = codesOf(right)
  storeFlags(into, (index) => COMPARISONS[op].holds(compareCodes(a, index, b, index)))
}

/** Below 0 where element `i` of one text comes before element `j` of another; zeros at the end are no part of a text. */
export function compareCodes(a: Codes, i: number, b: Codes, j: number): number {
  const [left, right] = [i * a.width, j * b.width]
  const shared = Math.min(a.width, b.width)
  for (let at = 0; at < shared; at++) {
    const difference = (a.codes[left + at] as number) - (b.codes[right + at] as number)
    if (difference !== 0) return difference
  }
  if (!isZero(a, left + shared, left + a.width)) return 1
  return isZero(b, right + shared, right + b.width) ? 0 : -1
}

function isZero({ codes }: Codes, start: number, stop: number): boolean {
  for (let at = start; at < stop; at++) if (codes[at] !== 0) return false
  return true
}
