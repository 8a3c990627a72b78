import type { ArrayBase } from '../../array/array-base.js'
import { innerDataOf } from '../../array/typed-views.js'
import { characters, nativeCopy } from '../cast/parts.js'
import { COMPARISONS } from '../table.js'
import type { Comparison } from '../table.js'
import { storeFlags } from './store-flags.js'

/** The character codes of all elements in C order, `width` codes for each element. */
export interface Codes {
  readonly codes: Uint8Array | Uint32Array
  readonly width: number
}

/** Copies text to its character codes. */
export function codesOf(text: ArrayBase): Codes {
  const all = characters(text)
  return { codes: innerDataOf(nativeCopy(all)) as Codes['codes'], width: all.shape.at(-1) as number }
}

/** Compares text by code points, as NumPy does. */
export function compareText(into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase): void {
  const a = codesOf(left)
  const b = codesOf(right)
  storeFlags(into, (index) => COMPARISONS[op].holds(compareCodes(a, index, b, index)))
}

/** Returns a number below 0 if element `i` of one array is before element `j` of another. Zeros at the end do not count. */
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
