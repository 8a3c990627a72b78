/**
 * Assignments, fills and copies off the event loop: in the thread pool where one kernel does the work in memory that stays
 * where it is, otherwise piece by piece in this thread, with everything else having its turn in between.
 * @module
 */
import { assignElements, assignValue, fillElements, sourceFor, spreadTo } from '../assign.js'
import { isOneKernel } from '../cast/index.js'
import { hasPadding } from '../cast/records.js'
import type { CopyPlan } from '../convert.js'
import { given } from '../dtype/index.js'
import { MemmapError } from '../errors.js'
import { planScatter, scatterBlocks } from '../gather.js'
import { viewOf } from '../make.js'
import { later, native } from '../native.js'
import { NDArray } from '../ndarray.js'
import { operand } from '../operand.js'
import { encode } from '../scalar/index.js'
import { select } from '../selection.js'
import type { Gather } from '../selection.js'
import type { Selector } from '../selectors.js'
import { checkWriteable } from '../writeable.js'
import { part, piecesOf } from './pieces.js'
import { copiedAway, steady } from './steady.js'
import { Watch } from './watched.js'
import type { WatchOptions } from './watched.js'

/** Bytes that are stored by positions in one step of the event loop: each may be a page of its own. */
const SCATTERED = 2 ** 16

/** `assign`, watched. */
export async function assignLater(
  array: NDArray,
  value: unknown,
  selectors: readonly Selector[] | undefined,
  options: WatchOptions,
): Promise<void> {
  const watch = new Watch(options, value instanceof NDArray ? [array, value] : [array])
  checkWriteable(array)
  if (selectors === undefined) return valueLater(array, value, watch)
  if (!Array.isArray(selectors)) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `the selectors of assign are a list of them (got ${given(selectors)}): assign(value, [':', 0])`,
    )
  }
  const found = select(selectors, array)
  if ('inner' in found) await scatterLater(array, found, value, watch)
  else await valueLater(viewOf(array, found), value, watch)
}

/** `fill`, watched. */
export async function fillLater(array: NDArray, value: unknown, options: WatchOptions): Promise<void> {
  const watch = new Watch(options, [array])
  checkWriteable(array)
  await elementLater(array, value, watch)
}

/** A copy that was planned, watched. */
export async function copyLater({ target, source }: CopyPlan, options: WatchOptions): Promise<NDArray> {
  const watch = new Watch(options, [source])
  await elementsLater(target, source, watch, true)
  return target
}

async function valueLater(array: NDArray, value: unknown, watch: Watch): Promise<void> {
  const source = sourceFor(array, value)
  if (source !== null) return elementsLater(array, source, watch, false)
  if (array.ndim > 0) return elementLater(array, value, watch)
  assignValue(array, value)
  watch.tell(1)
}

/** One value in every element. */
async function elementLater(array: NDArray, value: unknown, watch: Watch): Promise<void> {
  const element = encode(array.dtype, value)
  if (array.store.mapping === null || hasPadding(array.dtype)) {
    return watch.step(piecesOf([array]), array.size, ([piece]) => fillElements(piece as NDArray, value))
  }
  const to = operand(array)
  await watch.run(array.size, (task) => later(() => native.fill(to.memory, to.layout, element, task)))
}

/**
 * The elements of one array in another, broadcast and cast.
 * @param fresh whether nobody else knows the target's memory
 */
async function elementsLater(target: NDArray, source: NDArray, watch: Watch, fresh: boolean): Promise<void> {
  const spread = spreadTo(target, source)
  if (!isOneKernel(source.dtype, target.dtype) || (target.store.mapping === null && !fresh)) {
    // Piece by piece, what is stored must not be what is still to be read.
    const apart = target.store.memory === source.store.memory ? await copiedAway(source, watch) : source
    const from = apart === source ? spread : spreadTo(target, apart)
    return watch.step(piecesOf([target, from]), target.size, ([to, piece]) =>
      assignElements(to as NDArray, piece as NDArray),
    )
  }
  const { source: still, release } = await steady(source, watch)
  try {
    const from = operand(spreadTo(target, still))
    const to = operand(target)
    await watch.run(target.size, (task) =>
      later(() => native.assign(from.memory, from.layout, to.memory, to.layout, task)),
    )
  } finally {
    release()
  }
}

/** Values at positions that lists name. In their order, for the later one stays where a place is named twice. */
async function scatterLater(array: NDArray, found: Gather, value: unknown, watch: Watch): Promise<void> {
  const { target, blocks, room, source } = planScatter(array, found, value)
  if (source !== null) await watch.quietly((quiet) => elementsLater(room, source, quiet, true))
  const each = Math.max(1, target.nbytes)
  const rows = Math.max(1, Math.floor(SCATTERED / each))
  const { offsets } = found
  function* pieces(): Generator<NDArray[]> {
    if (blocks.size === 0) return
    for (let from = 0; from < offsets.length; from += rows)
      yield [part(blocks, 0, from, Math.min(rows, offsets.length - from))]
  }
  let done = 0
  await watch.step(pieces(), blocks.size, ([piece]) => {
    const some = piece as NDArray
    const count = some.shape[0] as number
    scatterBlocks(target, some, offsets.subarray(done, done + count))
    done += count
  })
}
