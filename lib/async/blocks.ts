/**
 * An array block by block along an axis. The iterator reads the pages of the next block ahead and releases those of the last
 * one, so a file far larger than memory streams through a resident set of a few blocks.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
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

/** The options of `NDArray.blocks`. */
export interface BlockOptions {
  /** Approximate bytes of a block; 16 MiB by default. A block has at least one entry of the axis. */
  bytes?: number
  /** The axis to split; 0 by default. */
  axis?: number
}

/** Consecutive views along an axis that cover the array; every loop starts at the first one. */
export interface Blocks<A> extends Iterable<A>, AsyncIterable<A> {
  /** Yields each block, and asks the system to read the next one ahead. */
  [Symbol.iterator](): IterableIterator<A>
  /** Yields each block after the thread pool has read its pages. */
  [Symbol.asyncIterator](): AsyncIterableIterator<A>
}

const BYTES = 16 * 2 ** 20

// In the order of the numbers that the binding takes; see `Memmap.advise`.
const WILLNEED = 3
const DONTNEED = 4

/** Runs of fewer bytes get no advice, because most of their pages hold elements of other blocks too. */
const MIN_RUN_BYTES = 2 ** 16

/** Runs of one block that get advice: each costs a system call. */
const MAX_RUNS = 256

/**
 * The axis of blocks, its length, and how many of its entries are in each.
 * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`
 */
export function planBlocks(
  array: ArrayBase,
  options: BlockOptions,
): { readonly axis: number; readonly length: number; readonly count: number } {
  array.store.checkOpen()
  checkOptions(options, ['bytes', 'axis'], 'blocks')
  const bytes = options.bytes === undefined ? BYTES : integerOf(options.bytes)
  if (bytes === null || bytes < 1) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid bytes ${inspect(options.bytes)}: it must be a whole number of at least 1`,
    )
  }
  if (array.ndim === 0) throw indexError('invalid blocks of an array without axes: it has one element; use item()')
  const axis = parseAxis(options.axis ?? 0, array.ndim)
  const length = array.shape[axis] as number
  const each = length === 0 ? 0 : array.nbytes / length
  const count = each === 0 ? Math.max(1, length) : Math.max(1, Math.floor(bytes / each))
  return { axis, length, count }
}

/** `NDArray.blocks`. */
export function blocksAlong<A extends ArrayBase>(array: A, options: BlockOptions = {}): Blocks<A> {
  const { axis, length, count } = planBlocks(array, options)
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
    // The loop ended early.
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

/** Reads a block in the thread pool. Errors are ignored, because a use of the block reports a fault or a closed array. */
async function prefetchBlock(block: ArrayBase): Promise<void> {
  for (const run of block.store.mapping === null ? [] : contiguousRunsOf(block))
    await prefetchAsync(run, {}).catch(() => {})
}

/** Releases the pages, whose stores are in the file. In mode `c` the pages stay, because the stores are nowhere else. */
function releaseBlock(block: ArrayBase): void {
  if (block.store.origin?.mode !== 'c') advise(block, DONTNEED)
}

/** Advises the system. Errors are ignored, because advice is a hint. */
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

/** The contiguous runs of memory in a block, as views; none if they are more than {@link MAX_RUNS} or too short. */
function contiguousRunsOf(block: ArrayBase): ArrayBase[] {
  let runs = [block]
  for (let first = runs[0]; first !== undefined && first.nbytes > 0; first = runs[0]) {
    if (first.nbytes < MIN_RUN_BYTES && runs.length > 1) return []
    // Gaps of at most the size of the elements count as part of the run.
    if (extent(first, first.itemsize).length <= 2 * first.nbytes) return runs
    const axis = slowestAxis(first)
    const length = first.shape[axis] as number
    if (runs.length * length > MAX_RUNS) return []
    runs = runs.flatMap((run) => Array.from({ length }, (_, index) => entry(run, axis, index)))
  }
  return []
}

/** The axis with the largest stride. */
function slowestAxis({ shape, byteStrides }: ArrayBase): number {
  let slowest = 0
  let largest = -1
  byteStrides.forEach((stride, axis) => {
    if (shape[axis] === 1 || Math.abs(stride) <= largest) return
    largest = Math.abs(stride)
    slowest = axis
  })
  return slowest
}

function entry(run: ArrayBase, axis: number, index: number): ArrayBase {
  const { shape, byteStrides, position } = run
  return viewOf(run, {
    shape: shape.toSpliced(axis, 1),
    byteStrides: byteStrides.toSpliced(axis, 1),
    position: position + index * (byteStrides[axis] as number),
  })
}
