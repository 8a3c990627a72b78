import { assignElements } from '../assign.js'
import { blankLike } from '../keep-order.js'
import { makeArray } from '../make.js'
import { NDArray } from '../ndarray.js'
import { Store } from '../store.js'
import { piecesOf } from './pieces.js'
import type { Watch } from './watched.js'

/** An array whose memory stays where it is while another thread reads it. */
export interface Steady {
  readonly source: NDArray
  /** To be called when the work is done. */
  readonly release: () => void
}

/**
 * What another thread may read in place of an array: the array itself if it is mapped, or if its memory is known to nobody
 * else; otherwise a copy, because JavaScript could give the memory of a buffer away meanwhile (`transfer()`, `postMessage`).
 */
export async function steady(array: NDArray, watch: Watch): Promise<Steady> {
  const { store } = array
  if (store.mapping !== null) return { source: array, release: () => {} }
  const memory = store.pin()
  if (memory !== null) {
    // Of the memory as it is now: the array may go on in a copy.
    const source = makeArray(NDArray, Store.ofBuffer(memory), array.dtype, array, null, false)
    return { source, release: () => store.unpin() }
  }
  return { source: await copiedAway(array, watch), release: () => {} }
}

/** A copy in memory that nobody else knows, made piece by piece in this thread. */
export async function copiedAway(array: NDArray, watch: Watch): Promise<NDArray> {
  const copy = blankLike(array, array.dtype)
  // What is told of the work begins with the work itself.
  await watch.quietly((quiet) =>
    quiet.step(piecesOf([copy, array]), array.size, ([to, from]) => assignElements(to as NDArray, from as NDArray)),
  )
  return copy
}
