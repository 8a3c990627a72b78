/**
 * An array piece by piece along an axis, with the pages ahead read in and those behind let go: a file far larger than memory
 * streams through a resident set of a few pieces.
 * @module
 */
import { ArrayBase } from '../array/array-base.js'
import { fileRange } from '../array/file-range.js'
import { viewOf } from '../array/make-array.js'
import { checkOptions } from '../errors/check-options.js'
import { inspect } from '../errors/inspect.js'
import { indexError, MemmapError } from '../errors/memmap-error.js'
import { parseAxis } from '../layout/axis.js'
import { extent } from '../layout/layout.js'
import { integerOf } from '../layout/shape.js'
import { sliceAxis } from './chunks.js'
import { prefetchAsync } from './pages.js'

/** How an array is cut into blocks. */
export interface BlockOptions {
  /** Bytes of the elements of a block, about: 16 MiB by default. A block has at least one entry of the axis. */
  bytes?: number
  /** The axis to go along; 0 by default. */
  axis?: number
}

/** Views that follow one another along an axis and cover the array, to be gone through once or many times. */
export interface Blocks<A> extends Iterable<A>, AsyncIterable<A> {
  [Symbol.iterator](): IterableIterator<A>
  /** With the pages of each block read in by the thread pool before it comes. */
  [Symbol.asyncIterator](): AsyncIterableIterator<A>
}

const BYTES = 16 * 2 ** 20

// In the order of the numbers that the binding takes; see `Memmap.advise`.
const WILLNEED = 3
const DONTNEED = 4

/** Runs of fewer bytes than this are not told of one by one: most of their pages hold something else too. */
const MIN_RUN_BYTES = 2 ** 16

/** Runs that are told of for one block. */
const MAX_RUNS = 256

/** `NDArray.blocks`. */
export function blocksAlong<A extends ArrayBase>(array: A, options: BlockOptions = {}): Blocks<A> {
  array.store.checkOpen()
  checkOptions(options, ['bytes', 'axis'], 'blocks')
  const bytes = options.bytes === undefined ? BYTES : integerOf(options.bytes)
  if (bytes === null || bytes < 1) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `bytes is a whole number from 1 on (got ${inspect(options.bytes)})`)
  }
  if (array.ndim === 0) throw indexError('an array without axes has no blocks: item() is its element')
  const axis = parseAxis(options.axis ?? 0, array.ndim)
  const length = array.shape[axis] as number
  const each = length === 0 ? 0 : array.nbytes / length
  const count = each === 0 ? Math.max(1, length) : Math.max(1, Math.floor(bytes / each))
  const cut = (from: number): A | null =>
    from < length ? sliceAxis(array, axis, from, Math.min(count, length - from)) : null
  return {
    [Symbol.iterator]: () => syncBlocks(cut, count),
    [Symbol.asyncIterator]: () => asyncBlocks(cut, count),
  }
}

function* syncBlocks<A extends ArrayBase>(
  cut: (from: number) => A | null,
  count: number,
): Generator<A, void, undefined> {
  let from = 0
  let block = cut(from)
  try {
    while (block !== null) {
      block.store.checkOpen()
      const next: A | null = cut((from += count))
      if (next !== null) advise(next, WILLNEED)
      yield block
      releaseBlock(block)
      block = next
    }
  } finally {
    // Where the loop was left before its end.
    if (block !== null) releaseBlock(block)
  }
}

async function* asyncBlocks<A extends ArrayBase>(
  cut: (from: number) => A | null,
  count: number,
): AsyncGenerator<A, void, undefined> {
  let from = 0
  let block = cut(from)
  let read = block === null ? null : prefetchBlock(block)
  try {
    while (block !== null) {
      await read
      block.store.checkOpen()
      const next: A | null = cut((from += count))
      read = next === null ? null : prefetchBlock(next)
      yield block
      releaseBlock(block)
      block = next
    }
  } finally {
    if (block !== null) releaseBlock(block)
  }
}

/** Reads a block in, in the thread pool. That a page cannot be had, or the array is closed meanwhile, is told where it is used. */
async function prefetchBlock(block: ArrayBase): Promise<void> {
  for (const run of block.store.mapping === null ? [] : contiguousRunsOf(block))
    await prefetchAsync(run, {}).catch(() => {})
}

/** Lets the pages go; what was stored in them is in the file. In mode `c` it is nowhere else, so they stay. */
function releaseBlock(block: ArrayBase): void {
  if (block.store.origin?.mode !== 'c') advise(block, DONTNEED)
}

/** Advice is a hint: that it is not taken is no reason to stop. */
function advise(block: ArrayBase, advice: number): void {
  const { mapping, closed } = block.store
  if (mapping === null || closed) return
  for (const run of contiguousRunsOf(block)) {
    const { start, length } = fileRange(run)
    try {
      mapping.advise(advice, start, length)
    } catch {
      return
    }
  }
}

/**
 * The stretches of memory that a block consists of, as views; none where they are too many or too short to be told apart from
 * what lies between them.
 */
function contiguousRunsOf(block: ArrayBase): ArrayBase[] {
  let runs = [block]
  for (let first = runs[0]; first !== undefined && first.nbytes > 0; first = runs[0]) {
    if (first.nbytes < MIN_RUN_BYTES && runs.length > 1) return []
    // With gaps no larger than what they are between, nothing is lost by taking them in.
    if (extent(first, first.itemsize).length <= 2 * first.nbytes) return runs
    const axis = widest(first)
    const length = first.shape[axis] as number
    if (runs.length * length > MAX_RUNS) return []
    runs = runs.flatMap((run) => Array.from({ length }, (_, index) => entry(run, axis, index)))
  }
  return []
}

/** The axis with the widest steps. */
function widest({ shape, byteStrides }: ArrayBase): number {
  let found = 0
  let most = -1
  byteStrides.forEach((stride, axis) => {
    if (shape[axis] === 1 || Math.abs(stride) <= most) return
    most = Math.abs(stride)
    found = axis
  })
  return found
}

function entry(run: ArrayBase, axis: number, index: number): ArrayBase {
  const { shape, byteStrides, position } = run
  return viewOf(run, {
    shape: shape.toSpliced(axis, 1),
    byteStrides: byteStrides.toSpliced(axis, 1),
    position: position + index * (byteStrides[axis] as number),
  })
}
