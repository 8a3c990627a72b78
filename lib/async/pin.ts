import { emptyLike } from '../array/allocate.js'
import type { ArrayBase } from '../array/array-base.js'
import { makeArray } from '../array/make-array.js'
import { arraysOf, replaceIn } from '../array/recipe.js'
import { assignElements } from '../ops/cast/assign-elements.js'
import { chunksOf } from './chunks.js'
import type { Task } from './task.js'

/** An array pinned for the thread pool. */
export interface PinnedArray {
  readonly source: ArrayBase
  /** Unpins the array. The caller calls it when the work is done. */
  readonly release: () => void
}

/**
 * Pins an array for another thread that reads it: the array itself if it is mapped, or if no caller has its buffer; otherwise a
 * copy, because JavaScript could transfer the buffer meanwhile (`transfer()`, `postMessage`).
 */
export async function pin(array: ArrayBase, task: Task): Promise<PinnedArray> {
  const { store } = array
  if (store.recipe !== null) return pinSources(array, task)
  if (store.mapping !== null) return { source: array, release: () => {} }
  const pinned = store.pin()
  if (pinned !== null) {
    // A new store over this memory, because the array itself may move on to a copy.
    const source = makeArray(pinned, array.dtype, array, null, false)
    return { source, release: () => store.unpin() }
  }
  return { source: await privateCopy(array, task), release: () => {} }
}

/** Pins what an array is computed from. */
async function pinSources(array: ArrayBase, task: Task): Promise<PinnedArray> {
  const pinned: PinnedArray[] = []
  const release = (): void => pinned.forEach((one) => one.release())
  try {
    for (const one of arraysOf(array)) pinned.push(await pin(one, task))
  } catch (error) {
    release()
    throw error
  }
  return {
    source: replaceIn(
      array,
      pinned.map(({ source }) => source),
    ),
    release,
  }
}

/** Copies an array, chunk by chunk in this thread, to memory that no caller has. */
export async function privateCopy(array: ArrayBase, task: Task): Promise<ArrayBase> {
  const copy = emptyLike(array, array.dtype)
  // Without progress, because the copy only prepares the operation.
  await task.withoutProgress((silent) =>
    silent.runChunks(chunksOf([copy, array]), array.size, ([to, from]) =>
      assignElements(to as ArrayBase, from as ArrayBase),
    ),
  )
  return copy
}
