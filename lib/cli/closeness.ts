/**
 * Numbers that are compared within a tolerance, in the precision of NumPy.
 * @module
 */
import { calling, native } from '../native.js'
import { operand } from '../operand.js'
import type { Found, Piece, Tolerance } from './differences.js'

/** What takes in the elements of a piece. */
export function closeness({ rtol, atol, equalNaN }: Tolerance, found: Found): (piece: Piece) => void {
  return ({ a, b, places }) => {
    const [left, right] = [operand(a), operand(b)]
    const of = calling(() =>
      native.distances(left.memory, left.layout, right.memory, right.layout, rtol, atol, equalNaN, places.columns),
    )
    found.differing += of.differing
    if (of.first >= 0) found.first = Math.min(found.first, places.ordered ? places.of(of.first) : of.first)
    if (of.absolute > found.absolute) {
      found.absolute = of.absolute
      found.absoluteAt = places.of(of.absoluteAt)
    }
    if (of.relative > found.relative) {
      found.relative = of.relative
      found.relativeAt = places.of(of.relativeAt)
    }
  }
}
