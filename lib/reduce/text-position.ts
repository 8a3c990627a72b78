import { codesOf, compareCodes } from '../compare/text.js'
import { blank } from '../create.js'
import { parseDType } from '../dtype/index.js'
import type { NDArray } from '../ndarray.js'

/** The position of the first smallest (or largest) text in each row along the last axis. */
export function textPositions(rows: NDArray, largest: boolean): NDArray {
  const text = codesOf(rows)
  const length = rows.shape.at(-1) as number
  const made = blank(rows.shape.slice(0, -1), parseDType('int64'))
  const positions = made.data as BigInt64Array
  const sign = largest ? -1 : 1
  for (let row = 0; row < positions.length; row++) {
    let best = 0
    for (let at = 1; at < length; at++) {
      if (sign * compareCodes(text, row * length + at, text, row * length + best) < 0) best = at
    }
    positions[row] = BigInt(best)
  }
  return made
}
