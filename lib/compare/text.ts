import { characters } from '../cast/parts.js'
import { storeTruths } from './truths.js'
import type { NDArray } from '../ndarray.js'
import { holds } from './operators.js'
import type { Comparison } from './operators.js'

/** The characters of all elements in C order, one after the other, each element as long as `width`. */
export interface Codes {
  readonly codes: Uint8Array | Uint32Array
  readonly width: number
}

/** Text as the numbers of its characters. */
export function codesOf(text: NDArray): Codes {
  const all = characters(text)
  const native = all.astype(all.dtype.newByteOrder('='), { order: 'C' })
  return { codes: native.data as Codes['codes'], width: all.shape.at(-1) as number }
}

/** Text by its code points, as NumPy orders it. */
export function compareText(into: NDArray, op: Comparison, left: NDArray, right: NDArray): void {
  const a = codesOf(left)
  const b = codesOf(right)
  storeTruths(into, (index) => holds(op, compareCodes(a, index, b, index)))
}

/** Below 0 where element `i` of one text comes before element `j` of another; zeros at the end are no part of a text. */
export function compareCodes(a: Codes, i: number, b: Codes, j: number): number {
  const [left, right] = [i * a.width, j * b.width]
  const shared = Math.min(a.width, b.width)
  for (let at = 0; at < shared; at++) {
    const difference = (a.codes[left + at] as number) - (b.codes[right + at] as number)
    if (difference !== 0) return difference
  }
  if (!isBlank(a, left + shared, left + a.width)) return 1
  return isBlank(b, right + shared, right + b.width) ? 0 : -1
}

function isBlank({ codes }: Codes, start: number, stop: number): boolean {
  for (let at = start; at < stop; at++) if (codes[at] !== 0) return false
  return true
}
