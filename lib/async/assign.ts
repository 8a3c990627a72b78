/**
 * Assignments, fills and copies off the event loop: in the thread pool where one kernel does the work in pinned memory, otherwise
 * chunk by chunk in this thread.
 * @module
 */
import { isArray } from '../array/array-base.js'
import type { ArrayBase } from '../array/array-base.js'
import { heldArray, viewOf } from '../array/make-array.js'
import { ComputedValue, inMemory } from '../array/computed.js'
import { operand } from '../array/operand.js'
import { readsOtherMapOf } from '../array/other-map.js'
import { arraysOf } from '../array/recipe.js'
import { checkWriteable } from '../memory/writeable.js'
import { native } from '../native/native.js'
import { assignValue, fillElements, sourceFor } from '../ops/assign-value.js'
import { selectTargets } from '../ops/assign.js'
import { assignElements, broadcastSource } from '../ops/cast/assign-elements.js'
import { isOneKernel } from '../ops/cast/cast.js'
import { hasPadding } from '../ops/cast/records.js'
import type { CopyPlan } from '../ops/copy.js'
import { planScatter, scatterBlocks } from '../ops/indexing/scatter.js'
import type { Gather } from '../ops/indexing/select.js'
import { encode } from '../scalar/index.js'
import { chunksOf, sliceAxis } from './chunks.js'
import { pin, privateCopy } from './pin.js'
import { Task } from './task.js'
import type { AsyncOptions } from './task.js'

/** Bytes that a scatter stores in one turn of the event loop: few, because each may be in a page of its own. */
const SCATTERED_BYTES = 2 ** 16

/** `assign` off the event loop. */
export async function assignAsync(
  array: ArrayBase,
  value: unknown,
  selectors: unknown,
  options: AsyncOptions,
): Promise<void> {
  const source = value instanceof ComputedValue ? value.computed : isArray(value) ? heldArray(value) : value
  const task = new Task(options, isArray(source) ? [array, source] : [array])
  checkWriteable(array)
  if (selectors === undefined) return assignValueAsync(array, source, task)
  const targets = selectTargets(array, selectors)
  if ('inner' in targets) await scatterAsync(array, targets, source, task)
  else await assignValueAsync(viewOf(array, targets), source, task)
}

/** `fill` off the event loop. */
export async function fillAsync(array: ArrayBase, value: unknown, options: AsyncOptions): Promise<void> {
  const task = new Task(options, [array])
  checkWriteable(array)
  await fillElementsAsync(array, value instanceof ComputedValue ? inMemory(value.computed) : value, task)
}

/** A planned copy off the event loop. */
export async function copyAsync({ target, source }: CopyPlan, options: AsyncOptions): Promise<ArrayBase> {
  const task = new Task(options, [source])
  await assignElementsAsync(target, source, task, true)
  return target
}

async function assignValueAsync(array: ArrayBase, value: unknown, task: Task): Promise<void> {
  const source = sourceFor(array, value)
  if (source !== null) {
    const separate = readsOtherMapOf(source, array) ? await privateCopy(source, task) : source
    return assignElementsAsync(array, separate, task, false)
  }
  if (array.ndim > 0) return fillElementsAsync(array, value, task)
  assignValue(array, value)
  task.report(1)
}

/** Stores one value in every element. */
async function fillElementsAsync(array: ArrayBase, value: unknown, task: Task): Promise<void> {
  const element = encode(array.dtype, value)
  if (array.store.mapping === null || hasPadding(array.dtype)) {
    return task.runChunks(chunksOf([array]), array.size, ([chunk]) => fillElements(chunk as ArrayBase, value))
  }
  await task.runInPool(array.size, (nativeTask) => native.fill(operand(0, array), element, nativeTask))
}

/**
 * Stores the elements of one array in another, broadcast and cast.
 * @param isNew whether no caller has the target's memory
 */
async function assignElementsAsync(target: ArrayBase, source: ArrayBase, task: Task, isNew: boolean): Promise<void> {
  const broadcast = broadcastSource(target, source)
  if (!isOneKernel(source.dtype, target.dtype) || (target.store.mapping === null && !isNew)) {
    // A copy of a source in the same memory, because a chunk's stores could change elements of a later chunk.
    const { memory } = target.store
    const separate = arraysOf(source).some(({ store }) => store.memory === memory)
      ? await privateCopy(source, task)
      : source
    const from = separate === source ? broadcast : broadcastSource(target, separate)
    return task.runChunks(chunksOf([target, from]), target.size, ([to, chunk]) =>
      assignElements(to as ArrayBase, chunk as ArrayBase),
    )
  }
  const { source: pinned, release } = await pin(source, task)
  try {
    const from = broadcastSource(target, pinned)
    await task.runInPool(target.size, (nativeTask) => native.assign(operand(0, from), operand(1, target), nativeTask))
  } finally {
    release()
  }
}

/** Stores values at positions from lists, in their order, because the later value stays where a list names a position twice. */
async function scatterAsync(array: ArrayBase, targets: Gather, value: unknown, task: Task): Promise<void> {
  const { target, blocks, selected, source } = planScatter(array, targets, value)
  if (source !== null) await task.withoutProgress((silent) => assignElementsAsync(selected, source, silent, true))
  const rows = Math.max(1, Math.floor(SCATTERED_BYTES / Math.max(1, target.nbytes)))
  const { offsets } = targets
  function* chunks(): Generator<ArrayBase[]> {
    if (blocks.size === 0) return
    for (let from = 0; from < offsets.length; from += rows)
      yield [sliceAxis(blocks, 0, from, Math.min(rows, offsets.length - from))]
  }
  let done = 0
  await task.runChunks(chunks(), blocks.size, ([chunk]) => {
    const some = chunk as ArrayBase
    const count = some.shape[0] as number
    scatterBlocks(target, some, offsets.subarray(done, done + count))
    done += count
  })
}
