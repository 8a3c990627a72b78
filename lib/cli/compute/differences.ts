/**
 * Computes how two arrays differ, for `diff`: the rule of `numpy.testing.assert_allclose`, in the precision of NumPy, and exactly
 * for 64-bit integers.
 * @module
 */
import { zeros } from '../../api/create.js'
import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { innerDataOf } from '../../array/typed-views.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { broadcastStrides } from '../../layout/broadcast.js'
import { native, unwrapNative } from '../../native/native.js'
import type { NDArray } from '../../ndarray.js'
import { isNumber } from '../../ops/compare/comparable.js'
import { compareInto } from '../../ops/compare/compare-into.js'
import { compareRecords } from '../../ops/compare/records.js'
import { castTo } from '../../ops/copy.js'
import type { Comparison } from '../../ops/table.js'
import { lineOf, partsOf, CHUNK_ELEMENTS, releasePages, unravel } from './line.js'
import { Positions } from './positions.js'

/** Elements are equal within `|a - b| <= atol + rtol * |b|`. */
export interface Tolerance {
  readonly rtol: number
  readonly atol: number
  /** Whether NaN is equal to NaN, and not-a-time to not-a-time. */
  readonly equalNaN: boolean
}

/** An element of both arrays, by its index. */
export interface DifferingElement {
  readonly index: readonly number[]
  readonly a: unknown
  readonly b: unknown
}

/** An element with the difference of its two values. */
export interface Distance extends DifferingElement {
  /** A bigint for integers of 64 bits. */
  readonly value: number | bigint
}

/** How two arrays of one shape differ. */
export interface Differences {
  /** All elements. */
  readonly count: number
  /** Elements outside the tolerance. */
  readonly differing: number
  /** The first of them in C order. */
  readonly first: DifferingElement | null
  /** The largest `|a - b|` and `|a - b| / |b|` of all elements; null if the elements are not numbers, or none differ at all. */
  readonly maxAbsolute: Distance | null
  readonly maxRelative: Distance | null
}

/** Why two arrays cannot be compared element by element. */
export type Unlike = { readonly unlike: 'shape' | 'dtype' }

/** Counts over all chunks so far; positions are in C order. */
export interface DifferenceCounts {
  differing: number
  first: number
  /** Its index on the first axis. */
  firstRow: number
  absolute: number | bigint
  absoluteAt: number
  relative: number
  relativeAt: number
}

/** The same chunk of both arrays. */
export interface Chunk {
  readonly a: NDArray
  readonly b: NDArray
  readonly positions: Positions
}

/** Elements of a block, if both arrays have the same memory order. */
const BLOCK = 2 ** 21

export async function differencesOf(
  a: NDArray,
  b: NDArray,
  tolerance: Tolerance,
  report: (fraction: number) => void,
): Promise<Differences | Unlike> {
  const pair = broadcastPair(a, b)
  if (pair === null) return { unlike: 'shape' }
  const [left, right] = pair
  const { size } = left
  const counts: DifferenceCounts = {
    differing: 0,
    first: Infinity,
    firstRow: Infinity,
    absolute: 0,
    absoluteAt: -1,
    relative: 0,
    relativeAt: -1,
  }
  const numbers = isNumber(a.dtype) && isNumber(b.dtype)
  const countIn = numbers ? closeness(tolerance, counts) : equality(tolerance, counts)
  let done = 0
  try {
    for await (const chunk of chunksOf(left, right)) {
      // The kernel of allClose first, because most chunks of most files are equal.
      if (!numbers || !chunk.a.allClose(chunk.b, { rtol: 0, atol: 0, equalNaN: tolerance.equalNaN })) countIn(chunk)
      done += chunk.a.size
      report(done / size)
    }
  } catch (error) {
    if (!numbers && error instanceof MemmapError && error.code === 'ERR_MEMMAP_DTYPE') return { unlike: 'dtype' }
    throw error
  }
  const element = (at: number): DifferingElement => {
    const index = unravel(at, left.shape)
    return { index, a: left.get(...index), b: right.get(...index) }
  }
  return {
    count: size,
    differing: counts.differing,
    first: counts.first === Infinity ? null : element(counts.first),
    maxAbsolute: counts.absoluteAt < 0 ? null : { value: counts.absolute, ...element(counts.absoluteAt) },
    maxRelative: counts.relativeAt < 0 ? null : { value: counts.relative, ...element(counts.relativeAt) },
  }
}

/** Broadcasts an array without axes to the other one; returns null if the shapes differ. */
function broadcastPair(a: NDArray, b: NDArray): [NDArray, NDArray] | null {
  if (a.ndim === b.ndim) return a.shape.every((length, axis) => length === b.shape[axis]) ? [a, b] : null
  if (a.ndim > 0 && b.ndim > 0) return null
  const { shape } = a.ndim > 0 ? a : b
  const spread = (array: NDArray): NDArray =>
    viewOf(array, { shape, byteStrides: broadcastStrides(array, shape), position: array.position }) as NDArray
  return [spread(a), spread(b)]
}

/** Splits both in memory order if that is the same; otherwise in tiles, so that the runs of both are long enough. */
async function* chunksOf(a: NDArray, b: NDArray): AsyncGenerator<Chunk> {
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
        positions: Positions.onLine(one.order, from, shape),
      }
    }
  } finally {
    await blocks.return?.()
    await others.return?.()
  }
}

function* tiles(a: NDArray, b: NDArray, origin: readonly number[], whole: readonly number[]): Generator<Chunk> {
  const { shape, size } = a
  if (size <= CHUNK_ELEMENTS) {
    yield { a, b, positions: Positions.inTile(shape, origin, whole) }
    return
  }
  const axis = shape.indexOf(Math.max(...shape))
  const half = Math.floor((shape[axis] as number) / 2)
  const parts = [`:${half}`, `${half}:`].map((part) => shape.map((_, at) => (at === axis ? part : ':')))
  yield* tiles(a.index(...(parts[0] as string[])), b.index(...(parts[0] as string[])), origin, whole)
  const further = origin.map((at, along) => (along === axis ? at + half : at))
  yield* tiles(a.index(...(parts[1] as string[])), b.index(...(parts[1] as string[])), further, whole)
}

/** Splits both arrays, if they have one axis, into parts of `count` elements; `from` is the position in the chunk. */
function* partsOfPair({ a, b }: Chunk, count: number): Generator<[a: NDArray, b: NDArray, from: number]> {
  const [left, right] = [partsOf(a, count), partsOf(b, count)]
  let from = 0
  for (const part of left) {
    const other = right.next().value as NDArray
    yield [part, other, from]
    from += part.size
  }
}

/** Records a differing element of a chunk if it is the first in C order so far. */
function recordFirst(counts: DifferenceCounts, positions: Positions, position: number): void {
  // A cheap test first: in F order most differing elements have a larger index on axis 0 than the first one.
  if (!positions.ordered && positions.row(position) > counts.firstRow) return
  const at = positions.of(position)
  if (at >= counts.first) return
  counts.first = at
  if (!positions.ordered) counts.firstRow = positions.row(position)
}

/** Compares elements that are not numbers: equal or not. */
function equality({ equalNaN }: Tolerance, counts: DifferenceCounts): (chunk: Chunk) => void {
  return (chunk) => {
    for (const [left, right, from] of partsOfPair(chunk, CHUNK_ELEMENTS)) {
      const unequal = unequalIn(left, right, equalNaN)
      const count = unequal.countNonzero()
      if (count === 0) continue
      counts.differing += count
      const data = unequal.data as Uint8Array
      for (let i = data.indexOf(1); i >= 0; i = data.indexOf(1, i + 1)) {
        recordFirst(counts, chunk.positions, from + i)
        if (chunk.positions.ordered) break
      }
    }
  }
}

/** Compares numbers within a tolerance, in the precision of NumPy. */
function closeness({ rtol, atol, equalNaN }: Tolerance, counts: DifferenceCounts): (chunk: Chunk) => void {
  return ({ a, b, positions }) => {
    const isExact = isInteger(a) && isInteger(b) && Math.max(a.itemsize, b.itemsize) === 8
    const of = unwrapNative(() =>
      native.distances(operand(0, a), operand(1, b), rtol, atol, equalNaN, positions.columns),
    )
    counts.differing += of.differing
    if (of.first >= 0) counts.first = Math.min(counts.first, positions.ordered ? positions.of(of.first) : of.first)
    const absolute = isExact && of.absoluteAt >= 0 ? distanceAt(a, b, of.absoluteAt) : of.absolute
    if (absolute > counts.absolute) {
      counts.absolute = absolute
      counts.absoluteAt = positions.of(of.absoluteAt)
    }
    if (of.relative > counts.relative) {
      counts.relative = of.relative
      counts.relativeAt = positions.of(of.relativeAt)
    }
  }
}

function isInteger({ dtype }: NDArray): boolean {
  return 'biu'.includes(dtype.kind)
}

/** The difference of two integers, by their position in a chunk in C order. */
function distanceAt(a: NDArray, b: NDArray, position: number): bigint {
  const index = unravel(position, a.shape)
  const difference = BigInt(a.get(...index) as bigint) - BigInt(b.get(...index) as bigint)
  return difference < 0n ? -difference : difference
}

/** Flags on one axis that are true where elements differ. */
function unequalIn(left: NDArray, right: NDArray, equalNaN: boolean): NDArray<'bool'> {
  const flags = zeros(left.shape, { dtype: 'bool' })
  compareFields(equalNaN)(flags, '!=', left, right)
  return flags.ravel()
}

/** As `compareInto`, field by field. */
function compareFields(equalNaN: boolean): typeof compareInto {
  return function compare(into, op, left, right) {
    if (left.dtype.names !== null && right.dtype.names !== null) return compareRecords(into, op, left, right, compare)
    compareExactly(into, op, left, right)
    if (!equalNaN || ![left, right].every(({ dtype }) => 'fcmM'.includes(dtype.kind))) return
    const [missing, others] = [left, right].map((array) => {
      const flags = allocate(into.shape, into.dtype)
      compareInto(flags, '!=', array, array)
      return innerDataOf(flags) as Uint8Array
    }) as [Uint8Array, Uint8Array]
    const flags = innerDataOf(into) as Uint8Array
    missing.forEach((flag, at) => {
      if (flag === 1 && others[at] === 1) flags[at] = op === '==' ? 1 : 0
    })
  }
}

/** As `compareInto`; integers of 64 bits are not rounded to the floats that they are compared with. */
function compareExactly(into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase): void {
  compareInto(into, op, left, right)
  const [integers, floats] = 'iu'.includes(left.dtype.kind) ? [left, right] : [right, left]
  if (!'iu'.includes(integers.dtype.kind) || integers.itemsize < 8 || !'fc'.includes(floats.dtype.kind)) return
  // A float that equals the rounded integer is equal if it also converts to that integer; one out of range converts to another.
  const back = allocate(into.shape, into.dtype)
  compareInto(back, op, integers, castTo(floats, integers.dtype))
  const [flags, others] = [innerDataOf(into) as Uint8Array, innerDataOf(back) as Uint8Array]
  others.forEach((flag, at) => {
    if (op === '==') flags[at] = (flags[at] as number) & flag
    else flags[at] = (flags[at] as number) | flag
  })
}
