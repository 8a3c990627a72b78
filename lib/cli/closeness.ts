/**
 * Numbers that are compared within a tolerance, worked out in the precision of NumPy.
 * @module
 */
import type { DType } from '../dtype/index.js'
import type { NDArray } from '../ndarray.js'
import { zeros } from '../create.js'
import { halfToNumber, numberToHalf } from '../scalar/half.js'
import { noteFirst, partsOfPair } from './differences.js'
import type { Found, Piece, Tolerance } from './differences.js'
import type { Places } from './places.js'

/** Elements that are widened at once: of both arrays they stay in the processor's caches. */
const PART = 2 ** 15

/** Bits of the floats in which NumPy works a difference out: that of both, and of the second alone, where whole numbers have 64. */
function precisions(a: DType, b: DType): { common: number; reference: number } {
  const bits = ({ kind, itemsize }: DType): number => (kind === 'c' ? 4 * itemsize : 8 * itemsize)
  const inexact = (dtype: DType): boolean => dtype.kind === 'f' || dtype.kind === 'c'
  const reference = inexact(b) ? bits(b) : 64
  if (inexact(a)) return { common: Math.max(bits(a), reference), reference }
  // A whole number goes into the smallest float that holds all of its kind.
  const needed = a.kind === 'b' || a.itemsize === 1 ? 16 : a.itemsize === 2 ? 32 : 64
  return { common: Math.max(needed, reference), reference }
}

function toHalf(value: number): number {
  return halfToNumber(numberToHalf(value))
}

/** Rounds to a precision. */
function rounding(bits: number): (value: number) => number {
  if (bits === 16) return toHalf
  return bits === 32 ? Math.fround : (value) => value
}

/** What takes in the elements of a piece. */
export function closeness(a: DType, b: DType, tolerance: Tolerance, found: Found): (piece: Piece) => void {
  const { common, reference } = precisions(a, b)
  const isComplex = a.kind === 'c' || b.kind === 'c'
  const take = isComplex
    ? complexPart(common, reference, b.kind === 'c', tolerance)
    : common === 16 || reference === 16
      ? halfPart(common, reference, tolerance)
      : realPart(common === 32, reference === 32, tolerance)
  const widen = [0, 1].map(() => widening(isComplex ? 'complex128' : 'float64'))
  return (piece) => {
    for (const [left, right, from] of partsOfPair(piece, PART)) {
      const [x, y] = [left, right].map((part, side) => (widen[side] as Widen)(part)) as [Float64Array, Float64Array]
      take(x, y, from, piece.places, found)
    }
  }
}

type Take = (x: Float64Array, y: Float64Array, from: number, places: Places, found: Found) => void

type Widen = (part: NDArray) => Float64Array

/** Elements as doubles, in C order, in memory that the next ones take over. */
function widening(dtype: 'float64' | 'complex128'): Widen {
  let place: NDArray | null = null
  return (part) => {
    if (part.size > PART) return part.astype(dtype, { order: 'C' }).data
    // None of one line is longer than the first.
    if (place === null || place.size < part.size) place = zeros(part.size, { dtype }) as unknown as NDArray
    const made = place.slice(0, part.size)
    made.reshape(part.shape).assign(part)
    return made.data as Float64Array
  }
}

/** Singles and doubles, and whole numbers with them or among themselves. */
function realPart(single: boolean, singleReference: boolean, { rtol, atol, equalNaN }: Tolerance): Take {
  const relative = singleReference ? Math.fround(rtol) : rtol
  const absolute = singleReference ? Math.fround(atol) : atol
  return (x, y, from, places, found) => {
    const { ordered } = places
    let differing = 0
    let [most, mostAt] = [found.absolute, -1]
    let [mostRelative, mostRelativeAt] = [found.relative, -1]
    const { length } = x
    for (let i = 0; i < length; i++) {
      const p = x[i] as number
      const q = y[i] as number
      if (p === q) continue
      const distance = single ? Math.fround(Math.abs(p - q)) : Math.abs(p - q)
      const size = Math.abs(q)
      const allowed = singleReference
        ? Math.fround(absolute + Math.fround(relative * size))
        : absolute + relative * size
      if (!(distance <= allowed && size < Infinity)) {
        if (equalNaN && p !== p && q !== q) continue
        if (differing++ === 0 || !ordered) noteFirst(found, places, from + i)
      }
      if (distance > most) {
        most = distance
        mostAt = i
      }
      if (distance > mostRelative * size && size > 0 && distance / size > mostRelative) {
        mostRelative = distance / size
        mostRelativeAt = i
      }
    }
    found.differing += differing
    if (mostAt >= 0) {
      found.absolute = most
      found.absoluteAt = places.of(from + mostAt)
    }
    if (mostRelativeAt >= 0) {
      found.relative = mostRelative
      found.relativeAt = places.of(from + mostRelativeAt)
    }
  }
}

/** Adds one pair of elements. */
function note(found: Found, places: Places, place: number, distance: number, size: number, close: boolean): void {
  if (!close) {
    found.differing++
    noteFirst(found, places, place)
  }
  if (distance > found.absolute) {
    found.absolute = distance
    found.absoluteAt = places.of(place)
  }
  if (size > 0 && distance / size > found.relative) {
    found.relative = distance / size
    found.relativeAt = places.of(place)
  }
}

/** Where one of both precisions is half: rounding to it takes a while, so it is done where it can matter. */
function halfPart(common: number, reference: number, { rtol, atol, equalNaN }: Tolerance): Take {
  const round = rounding(common)
  const roundLimit = rounding(reference)
  const [relative, absolute] = [roundLimit(rtol), roundLimit(atol)]
  return (x, y, from, places, found) => {
    for (let i = 0; i < x.length; i++) {
      const p = x[i] as number
      const q = y[i] as number
      if (p === q || (equalNaN && p !== p && q !== q)) continue
      const exact = Math.abs(p - q)
      const size = Math.abs(q)
      // Rounding changes less than one part in a thousand, or 2^-24, of numbers that are not beyond the largest half.
      const about = atol + rtol * size
      const [least, greatest] = [exact * 0.99 - 1e-6, exact * 1.01 + 1e-6]
      if (greatest < about && greatest < found.absolute && greatest < found.relative * size && about < 6e4) continue
      const distance = round(exact)
      const close =
        least > about && about < 6e4 ? false : distance <= roundLimit(absolute + roundLimit(relative * size))
      note(found, places, from + i, distance, size, close && size < Infinity)
    }
  }
}

function complexPart(
  common: number,
  reference: number,
  complexReference: boolean,
  { rtol, atol, equalNaN }: Tolerance,
): Take {
  const round = rounding(common)
  const roundLimit = rounding(reference)
  const [relative, absolute] = [roundLimit(rtol), roundLimit(atol)]
  return (x, y, from, places, found) => {
    let differing = 0
    for (let i = 0; i < x.length; i += 2) {
      const [re, im, otherRe, otherIm] = [x[i], x[i + 1], y[i], y[i + 1]] as [number, number, number, number]
      if (re === otherRe && im === otherIm) continue
      if (equalNaN && (re !== re || im !== im) && (otherRe !== otherRe || otherIm !== otherIm)) continue
      // Most are clearly close or not, and not the furthest apart so far: that is seen without the exact lengths.
      const [dRe, dIm] = [re - otherRe, im - otherIm]
      const length = Math.sqrt(dRe * dRe + dIm * dIm)
      const reach = Math.sqrt(otherRe * otherRe + otherIm * otherIm)
      const about = atol + rtol * reach
      const greatest = length * 1.001
      if (
        greatest < found.absolute &&
        greatest < found.relative * reach &&
        (greatest < about || length * 0.999 > about) &&
        isOrdinary(length) &&
        isOrdinary(reach) &&
        isOrdinary(about)
      ) {
        if (greatest < about) continue
        if (differing++ === 0 || !places.ordered) noteFirst(found, places, from + i / 2)
        continue
      }
      const distance = round(Math.hypot(round(dRe), round(dIm)))
      const size = complexReference ? roundLimit(Math.hypot(otherRe, otherIm)) : Math.abs(otherRe)
      const close = distance <= roundLimit(absolute + roundLimit(relative * size))
      note(found, places, from + i / 2, distance, size, close && Number.isFinite(otherRe) && Number.isFinite(otherIm))
    }
    found.differing += differing
  }
}

/** Whether squares of a number, and it as a single, are neither beyond all numbers nor next to 0. */
function isOrdinary(value: number): boolean {
  return value > 1e-30 && value < 1e30
}
