/**
 * What `diff` tells of two arrays: the rule is that of `numpy.testing.assert_allclose`, worked out in the precision of NumPy.
 * @module
 */
import { viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { broadcastStrides } from '../../layout/broadcast.js'
import { native, unwrapNative } from '../../native/native.js'
import { NDArray } from '../../ndarray.js'
import { isNumber } from '../../ops/compare/comparable.js'
import { lineOf, partsOf, PIECE, releasePages, unravel } from './line.js'
import { Places } from './places.js'

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
export interface DifferenceCounts {
  differing: number
  first: number
  /** Its index on the first axis. */
  firstRow: number
  absolute: number
  absoluteAt: number
  relative: number
  relativeAt: number
}

/** Parts of both arrays. */
export interface Piece {
  readonly a: NDArray
  readonly b: NDArray
  readonly places: Places
}

/** Elements that are read at a time, where both arrays lie alike. */
const BLOCK = 2 ** 21

export async function differencesOf(
  a: NDArray,
  b: NDArray,
  tolerance: Tolerance,
  tell: (fraction: number) => void,
): Promise<Differences | Unlike> {
  const pair = broadcastPair(a, b)
  if (pair === null) return { unlike: 'shape' }
  const [left, right] = pair
  const { size } = left
  const found: DifferenceCounts = {
    differing: 0,
    first: Infinity,
    firstRow: Infinity,
    absolute: 0,
    absoluteAt: -1,
    relative: 0,
    relativeAt: -1,
  }
  const numbers = isNumber(a.dtype) && isNumber(b.dtype)
  const into = numbers ? closeness(tolerance, found) : equality(tolerance, found)
  let done = 0
  try {
    for await (const piece of chunksOf(left, right)) {
      // Most blocks of most files are equal, which a kernel sees at once.
      if (!numbers || !piece.a.allClose(piece.b, { rtol: 0, atol: 0, equalNaN: tolerance.equalNaN })) into(piece)
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
function broadcastPair(a: NDArray, b: NDArray): [NDArray, NDArray] | null {
  if (a.ndim === b.ndim) return a.shape.every((length, axis) => length === b.shape[axis]) ? [a, b] : null
  if (a.ndim > 0 && b.ndim > 0) return null
  const { shape } = a.ndim > 0 ? a : b
  const spread = (array: NDArray): NDArray =>
    viewOf(array, { shape, byteStrides: broadcastStrides(array, shape), position: array.position }) as NDArray
  return [spread(a), spread(b)]
}

/** Both as they lie in memory where they lie alike; otherwise in tiles, so that both are read in runs that are not too short. */
async function* chunksOf(a: NDArray, b: NDArray): AsyncGenerator<Piece> {
  const { shape, size } = a
  if (size === 0) return
  const [one, other] = [lineOf(a), lineOf(b)]
  if (one === null || other === null || one.order !== other.order) {
    let count = 0
    for (const tile of tiles(a, b, new Array<number>(a.ndim).fill(0), shape)) {
      yield tile
      if (++count % 8 !== 0) continue
      releasePages(a)
      releasePages(b)
    }
    return
  }
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
        places: Places.onLine(one.order, from, shape),
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
    yield { a, b, places: Places.inTile(shape, origin, whole) }
    return
  }
  const axis = shape.indexOf(Math.max(...shape))
  const half = Math.floor((shape[axis] as number) / 2)
  const parts = [`:${half}`, `${half}:`].map((part) => shape.map((_, at) => (at === axis ? part : ':')))
  yield* tiles(a.index(...(parts[0] as string[])), b.index(...(parts[0] as string[])), origin, whole)
  const further = origin.map((at, along) => (along === axis ? at + half : at))
  yield* tiles(a.index(...(parts[1] as string[])), b.index(...(parts[1] as string[])), further, whole)
}

/** Of both, parts of so many elements, where they have one axis; `from` counts elements of the piece. */
function* partsOfPair({ a, b }: Piece, count: number): Generator<[a: NDArray, b: NDArray, from: number]> {
  const [left, right] = [partsOf(a, count), partsOf(b, count)]
  let from = 0
  for (const part of left) {
    const other = right.next().value as NDArray
    yield [part, other, from]
    from += part.size
  }
}

/** Takes in that the element at a place of a piece differs: of all that do, the first in C order counts. */
function noteFirst(found: DifferenceCounts, places: Places, place: number): void {
  // In the order of memory the indices of the first axis repeat, and most are no lower than the lowest so far.
  if (!places.ordered && places.row(place) > found.firstRow) return
  const at = places.of(place)
  if (at >= found.first) return
  found.first = at
  if (!places.ordered) found.firstRow = places.row(place)
}

/** What is no number is equal or not. */
function equality({ equalNaN }: Tolerance, found: DifferenceCounts): (piece: Piece) => void {
  return (piece) => {
    for (const [left, right, from] of partsOfPair(piece, PIECE)) {
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
      const data = unequal.data as Uint8Array
      for (let i = data.indexOf(1); i >= 0; i = data.indexOf(1, i + 1)) {
        noteFirst(found, piece.places, from + i)
        if (piece.places.ordered) break
      }
    }
  }
}

/** Compares numbers within a tolerance, in the precision of NumPy. */
function closeness({ rtol, atol, equalNaN }: Tolerance, found: DifferenceCounts): (piece: Piece) => void {
  return ({ a, b, places }) => {
    const [left, right] = [operand(a), operand(b)]
    const of = unwrapNative(() =>
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
