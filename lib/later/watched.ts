import { MemmapError } from '../errors.js'
import { given } from '../dtype/index.js'
import { fromNative, native } from '../native.js'
import type { NativeTask } from '../native.js'
import type { NDArray } from '../ndarray.js'

/** How work off the event loop is stopped and watched. */
export interface WatchOptions {
  /** Stops the work; the promise is rejected with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Called now and then with the part that is done, from 0 to 1; never less than before, and with 1 at the end. */
  onProgress?: ((fraction: number) => void) | undefined
}

/** The names of the options of {@link WatchOptions}. */
export const WATCH = ['signal', 'onProgress']

/** Milliseconds between two calls of `onProgress`. */
const INTERVAL = 25

/**
 * What is told of work while it runs, and what stops it.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; the reason of a signal that is aborted
 */
export class Watch {
  private last = -1
  private readonly signal: AbortSignal | undefined
  private readonly onProgress: ((fraction: number) => void) | undefined

  /** @param arrays what is worked on: closing one of them ends the work */
  constructor(
    { signal, onProgress }: WatchOptions,
    private readonly arrays: readonly NDArray[],
  ) {
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new MemmapError('ERR_MEMMAP_ARGUMENT', `signal is an AbortSignal (got ${given(signal)})`)
    }
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw new MemmapError('ERR_MEMMAP_ARGUMENT', `onProgress is a function (got ${given(onProgress)})`)
    }
    this.signal = signal
    this.onProgress = onProgress
    this.check()
  }

  /** @throws the signal's reason; MemmapError `ERR_MEMMAP_CLOSED` */
  check(): void {
    this.signal?.throwIfAborted()
    for (const { store } of this.arrays) store.checkOpen()
  }

  /** Tells how much is done. */
  tell(fraction: number): void {
    if (this.onProgress === undefined || fraction <= this.last) return
    this.last = fraction
    this.onProgress(fraction)
  }

  /** Whether anybody wants to know how much is done. */
  get isTold(): boolean {
    return this.onProgress !== undefined
  }

  /**
   * Work in the thread pool.
   * @param total how much there is to do, in what the task counts
   */
  async run<T>(total: number, start: (task: NativeTask) => Promise<T>): Promise<T> {
    const task = new native.NativeTask()
    const stop = (): void => task.cancel()
    const stores = new Set(this.arrays.map(({ store }) => store))
    let thrown: { error: unknown } | null = null
    const look = (): void => {
      try {
        this.tell(Math.min(task.done() / total, 1))
      } catch (error) {
        thrown ??= { error }
        stop()
      }
    }
    const timer = this.isTold && total > 0 ? setInterval(look, INTERVAL) : undefined
    this.signal?.addEventListener('abort', stop)
    for (const store of stores) store.running.add(task)
    try {
      const value = await start(task)
      // Thrown when all was done, so that there was nothing to stop.
      if (thrown !== null) throw (thrown as { error: unknown }).error
      this.check()
      this.tell(1)
      return value
    } catch (error) {
      if (thrown !== null) throw (thrown as { error: unknown }).error
      this.check()
      throw fromNative(error)
    } finally {
      clearInterval(timer)
      this.signal?.removeEventListener('abort', stop)
      for (const store of stores) store.running.delete(task)
    }
  }

  /** Work that is stopped as this is, and of which nothing is told. */
  async quietly(work: (watch: Watch) => Promise<void>): Promise<void> {
    await work(new Watch(this.signal === undefined ? {} : { signal: this.signal }, this.arrays))
  }

  /**
   * Work in this thread, piece by piece, between which everything else has its turn.
   * @param pieces views of the same parts of arrays (see `piecesOf`)
   * @param total elements of all pieces of the first array
   */
  async step(pieces: Iterable<NDArray[]>, total: number, work: (piece: NDArray[]) => void): Promise<void> {
    let done = 0
    for (const piece of pieces) {
      this.check()
      work(piece)
      done += (piece[0] as NDArray).size
      if (total > 0) this.tell(Math.min(done / total, 1))
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.check()
    this.tell(1)
  }
}
