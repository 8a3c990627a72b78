/**
 * What `diff` tells of two arrays: the rule is that of `numpy.testing.assert_allclose`, worked out in the precision of NumPy.
 * @module
 */
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors.js'
import { isNumber } from '../compare/index.js'
import { broadcastStrides } from '../axes.js'
import { viewOf } from '../make.js'
import type { NDArray } from '../ndarray.js'
import { halfToNumber, numberToHalf } from '../scalar/half.js'
import { PIECE, letGo, lineOf, partsOf, ravel, unravel } from './line.js'

/** How far elements may be apart: `|a - b| <= atol + rtol * |b|`. */
export interface Tolerance {
  readonly rtol: number
  readonly atol: number
  /** Whether NaN is equal to NaN, and not-a-time to not-a-time. */
  readonly equalNaN: boolean
}

/** An element of both arrays. */
export interface Place {
  readonly index: readonly number[]
  readonly a: unknown
  readonly b: unknown
}

/** A place with a measure of how far its elements are apart. */
export interface Distance extends Place {
  readonly value: number
}

/** How two arrays of one shape differ. */
export interface Differences {
  /** Elements in all. */
  readonly count: number
  /** Elements that are further apart than they may be. */
  readonly differing: number
  /** The first of them in C order. */
  readonly first: Place | null
  /** The largest `|a - b|` of all elements, and of them `|a - b| / |b|`; null for what is no number, or where none differ at all. */
  readonly maxAbsolute: Distance | null
  readonly maxRelative: Distance | null
}

/** Why two arrays cannot be compared element by element. */
export type Unlike = { readonly unlike: 'shape' | 'dtype' }

/** Sums of all pieces so far; places are in C order. */
interface Found {
  differing: number
  first: number
  absolute: number
  absoluteAt: number
  relative: number
  relativeAt: number
}

/** Parts of both arrays, and how places in them are places in the whole. */
interface Piece {
  readonly a: NDArray
  readonly b: NDArray
  readonly placeOf: (place: number) => number
}

/** Elements that are read at a time, where both arrays lie alike. */
const BLOCK = 2 ** 21

export async function differencesOf(
  a: NDArray,
  b: NDArray,
  tolerance: Tolerance,
  tell: (fraction: number) => void,
): Promise<Differences | Unlike> {
  const pair = together(a, b)
  if (pair === null) return { unlike: 'shape' }
  const [left, right] = pair
  const { size } = left
  const found: Found = { differing: 0, first: Infinity, absolute: 0, absoluteAt: -1, relative: 0, relativeAt: -1 }
  const numbers = isNumber(a.dtype) && isNumber(b.dtype)
  const into = numbers ? closeness(a.dtype, b.dtype, tolerance, found) : equality(tolerance, found)
  let done = 0
  try {
    for await (const piece of piecesOf(left, right)) {
      // Most blocks of most files are equal, which a kernel sees at once.
      if (!numbers || !piece.a.equals(piece.b)) into(piece)
      done += piece.a.size
      tell(done / size)
    }
  } catch (error) {
    if (!numbers && error instanceof MemmapError && error.code === 'ERR_MEMMAP_DTYPE') return { unlike: 'dtype' }
    throw error
  }
  const place = (at: number): Place => {
    const index = unravel(at, left.shape)
    return { index, a: left.get(...index), b: right.get(...index) }
  }
  return {
    count: size,
    differing: found.differing,
    first: found.first === Infinity ? null : place(found.first),
    maxAbsolute: found.absoluteAt < 0 ? null : { value: found.absolute, ...place(found.absoluteAt) },
    maxRelative: found.relativeAt < 0 ? null : { value: found.relative, ...place(found.relativeAt) },
  }
}

/** Both with one shape, which is that of both, or of the one that has axes; null where there is none. */
function together(a: NDArray, b: NDArray): [NDArray, NDArray] | null {
  if (a.ndim === b.ndim) return a.shape.every((length, axis) => length === b.shape[axis]) ? [a, b] : null
  if (a.ndim > 0 && b.ndim > 0) return null
  const { shape } = a.ndim > 0 ? a : b
  const spread = (array: NDArray): NDArray =>
    viewOf(array, { shape, byteStrides: broadcastStrides(array, shape), position: array.position })
  return [spread(a), spread(b)]
}

/** Both as they lie in memory where they lie alike; otherwise in tiles, so that both are read in runs that are not too short. */
async function* piecesOf(a: NDArray, b: NDArray): AsyncGenerator<Piece> {
  const { shape, size } = a
  if (size === 0) return
  const [one, other] = [lineOf(a), lineOf(b)]
  if (one === null || other === null || one.order !== other.order) {
    let count = 0
    for (const tile of tiles(a, b, new Array<number>(a.ndim).fill(0), shape)) {
      yield tile
      if (++count % 8 !== 0) continue
      letGo(a)
      letGo(b)
    }
    return
  }
  const reversed = shape.toReversed()
  const blocks = one.line.blocks({ bytes: BLOCK * a.itemsize })[Symbol.asyncIterator]()
  const others = other.line.blocks({ bytes: BLOCK * b.itemsize })[Symbol.asyncIterator]()
  let start = 0
  try {
    for (;;) {
      const [left, right] = await Promise.all([blocks.next(), others.next()])
      if (left.done === true || right.done === true) return
      const from = start
      start += left.value.size
      yield {
        a: left.value,
        b: right.value,
        placeOf:
          one.order === 'C'
            ? (place) => from + place
            : (place) => ravel(unravel(from + place, reversed).toReversed(), shape),
      }
    }
  } finally {
    await blocks.return?.()
    await others.return?.()
  }
}

function* tiles(a: NDArray, b: NDArray, origin: readonly number[], whole: readonly number[]): Generator<Piece> {
  const { shape, size } = a
  if (size <= PIECE) {
    const placeOf = (place: number): number =>
      ravel(
        unravel(place, shape).map((at, axis) => at + (origin[axis] as number)),
        whole,
      )
    yield { a, b, placeOf }
    return
  }
  const axis = shape.indexOf(Math.max(...shape))
  const half = Math.floor((shape[axis] as number) / 2)
  const parts = [`:${half}`, `${half}:`].map((part) => shape.map((_, at) => (at === axis ? part : ':')))
  yield* tiles(a.index(...(parts[0] as string[])), b.index(...(parts[0] as string[])), origin, whole)
  const further = origin.map((at, along) => (along === axis ? at + half : at))
  yield* tiles(a.index(...(parts[1] as string[])), b.index(...(parts[1] as string[])), further, whole)
}

/** Of both, parts that are copied at once; `from` counts elements of the piece. */
function* partsOfPair({ a, b }: Piece): Generator<[a: NDArray, b: NDArray, from: number]> {
  const [left, right] = [partsOf(a), partsOf(b)]
  let from = 0
  for (const part of left) {
    const other = right.next().value as NDArray
    yield [part, other, from]
    from += part.size
  }
}

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

/** Rounds to a precision. */
function rounding(bits: number): (value: number) => number {
  if (bits === 16) return (value) => halfToNumber(numberToHalf(Math.fround(value)))
  return bits === 32 ? Math.fround : (value) => value
}

function closeness(aType: DType, bType: DType, tolerance: Tolerance, found: Found): (piece: Piece) => void {
  const { common, reference } = precisions(aType, bType)
  const round = rounding(common)
  const roundLimit = rounding(reference)
  // Of the exact value, not in two steps.
  const limit = (value: number): number => (reference === 16 ? halfToNumber(numberToHalf(value)) : roundLimit(value))
  const rtol = limit(tolerance.rtol)
  const atol = limit(tolerance.atol)
  const { equalNaN } = tolerance
  const isDouble = common === 64 && reference === 64
  const { rtol: relative, atol: absolute } = tolerance
  const isClose = (distance: number, size: number): boolean => {
    if (isDouble) return distance <= absolute + relative * size
    // Only near the limit does it matter how that is rounded: to three digits, and to 2^-24 at least.
    const about = absolute + relative * size
    if (distance < 0.99 * about - 1e-6) return true
    if (distance > 1.01 * about + 1e-6) return false
    return distance <= roundLimit(atol + roundLimit(rtol * size))
  }
  const note = (distance: number, size: number, close: boolean, place: number): void => {
    if (!close) {
      found.differing++
      if (place < found.first) found.first = place
    }
    if (distance > found.absolute) {
      found.absolute = distance
      found.absoluteAt = place
    }
    if (size > 0 && distance / size > found.relative) {
      found.relative = distance / size
      found.relativeAt = place
    }
  }
  const isComplex = aType.kind === 'c' || bType.kind === 'c'
  return (piece) => {
    for (const [left, right, from] of partsOfPair(piece)) {
      if (isComplex) complexPart(left, right, from, piece)
      else realPart(left, right, from, piece)
    }
  }

  function realPart(left: NDArray, right: NDArray, from: number, { placeOf }: Piece): void {
    const x = left.astype('float64', { order: 'C' }).data
    const y = right.astype('float64', { order: 'C' }).data
    for (let i = 0; i < x.length; i++) {
      const p = x[i] as number
      const q = y[i] as number
      if (p === q || (equalNaN && p !== p && q !== q)) continue
      const distance = Math.abs(isDouble ? p - q : round(p - q))
      const size = Math.abs(q)
      const close = isClose(distance, size) && size < Infinity
      // Most are neither too far apart nor the furthest so far.
      if (close && distance <= found.absolute && distance <= found.relative * size) continue
      note(distance, size, close, placeOf(from + i))
    }
  }

  function complexPart(left: NDArray, right: NDArray, from: number, { placeOf }: Piece): void {
    const x = left.astype('complex128', { order: 'C' }).data
    const y = right.astype('complex128', { order: 'C' }).data
    for (let i = 0; i < x.length; i += 2) {
      const [re, im, otherRe, otherIm] = [x[i], x[i + 1], y[i], y[i + 1]] as [number, number, number, number]
      if (re === otherRe && im === otherIm) continue
      if (equalNaN && (re !== re || im !== im) && (otherRe !== otherRe || otherIm !== otherIm)) continue
      const distance = round(Math.hypot(round(re - otherRe), round(im - otherIm)))
      const size = bType.kind === 'c' ? roundLimit(Math.hypot(otherRe, otherIm)) : Math.abs(otherRe)
      const close = isClose(distance, size) && Number.isFinite(otherRe) && Number.isFinite(otherIm)
      note(distance, size, close, placeOf(from + i / 2))
    }
  }
}

/** What is no number is equal or not. */
function equality({ equalNaN }: Tolerance, found: Found): (piece: Piece) => void {
  return (piece) => {
    for (const [left, right, from] of partsOfPair(piece)) {
      const unequal = left.compare('!=', right).ravel()
      const isTime = (array: NDArray): boolean => array.dtype.kind === 'M' || array.dtype.kind === 'm'
      if (equalNaN && isTime(left) && isTime(right)) {
        const both = left.compare('!=', left).ravel().data as Uint8Array
        const missing = right.compare('!=', right).ravel().data as Uint8Array
        const data = unequal.data as Uint8Array
        for (let i = 0; i < data.length; i++) if (both[i] === 1 && missing[i] === 1) data[i] = 0
      }
      const count = unequal.countNonzero()
      if (count === 0) continue
      found.differing += count
      // Places of a piece need not be in the order of those of the whole.
      const data = unequal.data as Uint8Array
      for (let i = data.indexOf(1); i >= 0; i = data.indexOf(1, i + 1)) {
        found.first = Math.min(found.first, piece.placeOf(from + i))
      }
    }
  }
}
