import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { innerDataOf } from '../../array/typed-views.js'
import { parseDType } from '../../dtype/index.js'
import { moveAxis } from '../axes.js'
import { codesOf, compareCodes } from '../compare/text.js'
import { reshape } from '../reshape.js'

/** The positions of the first smallest (or largest) text along an axis, or over all elements in C order if it is negative. */
export function textPositions(text: ArrayBase, axis: number, largest: boolean): ArrayBase {
  const rows = axis < 0 ? reshape(text, [[text.size]]) : moveAxis(text, axis, -1)
  const codes = codesOf(rows)
  const length = rows.shape.at(-1) as number
  const result = allocate(rows.shape.slice(0, -1), parseDType('int64'))
  const positions = innerDataOf(result) as BigInt64Array
  const sign = largest ? -1 : 1
  for (let row = 0; row < positions.length; row++) {
    let best = 0
    for (let at = 1; at < length; at++) {
      if (sign * compareCodes(codes, row * length + at, codes, row * length + best) < 0) best = at
    }
    positions[row] = BigInt(best)
  }
  return result
}
