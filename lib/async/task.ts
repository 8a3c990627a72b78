// Test environments have no timers of Node, or fake ones, as globals.
import { clearInterval, setImmediate, setInterval } from 'node:timers'
import type { ArrayBase } from '../array/array-base.js'
import { arraysOf } from '../array/recipe.js'
import { inspect } from '../errors/inspect.js'
import { closedError, MemmapError } from '../errors/memmap-error.js'
import { fromNative, native } from '../native/native.js'
import type { NativeTask } from '../native/native.js'

/** Progress and cancellation of an operation off the event loop. */
export interface AsyncOptions {
  /** Stops the work and rejects the promise with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Receives the fraction that is done, from 0 to 1, about every 25 ms: never less than before, and 1 at the end. */
  onProgress?: ((fraction: number) => void) | undefined
}

/** The names of {@link AsyncOptions}. */
export const ASYNC_OPTIONS = ['signal', 'onProgress']

/** Milliseconds between two calls of `onProgress`. */
const INTERVAL = 25

/** Returns true for an AbortSignal of any realm, and for one that a test environment or a package provides. */
function isSignal(value: unknown): value is AbortSignal {
  const signal = Object(value) as Partial<AbortSignal>
  return (
    typeof signal.aborted === 'boolean' &&
    typeof signal.addEventListener === 'function' &&
    typeof signal.removeEventListener === 'function'
  )
}

/**
 * Progress and cancellation of one async operation.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; the reason of an aborted signal
 */
export class Task {
  private last = -1
  private readonly signal: AbortSignal | undefined
  private readonly arrays: readonly ArrayBase[]
  private readonly onProgress: ((fraction: number) => void) | undefined

  /** @param arrays the arrays of the operation: closing one of them ends it */
  constructor({ signal, onProgress }: AsyncOptions, arrays: readonly ArrayBase[]) {
    this.arrays = arrays.flatMap(arraysOf)
    if (signal !== undefined && !isSignal(signal)) {
      throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid signal ${inspect(signal)}: it must be an AbortSignal`)
    }
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid onProgress ${inspect(onProgress)}: it must be a function`)
    }
    this.signal = signal
    this.onProgress = onProgress
    this.check()
  }

  /** @throws the signal's reason; MemmapError `ERR_MEMMAP_CLOSED` */
  check(): void {
    if (this.signal?.aborted === true) {
      const reason: unknown = this.signal.reason
      throw reason === undefined ? new MemmapError('ABORT_ERR', 'the signal was aborted') : reason
    }
    // An array in memory whose buffer was moved away may be pinned: the work has its memory.
    for (const { store } of this.arrays) if (store.closed) throw closedError()
  }

  /** Reports the fraction that is done. */
  report(fraction: number): void {
    if (this.onProgress === undefined || fraction <= this.last) return
    this.last = fraction
    this.onProgress(fraction)
  }

  /**
   * Runs work in the thread pool.
   * @param total the amount of work, in the unit that the native task counts
   * @param start calls the kernel with the native task, so that it returns a promise
   */
  async runInPool<T>(total: number, start: (task: NativeTask) => unknown): Promise<T> {
    // A listener does not hear of an abort that came before it, while an array was pinned.
    this.check()
    const task = new native.NativeTask()
    const stop = (): void => task.cancel()
    const stores = new Set(this.arrays.map(({ store }) => store))
    let thrown: { error: unknown } | null = null
    const poll = (): void => {
      try {
        this.report(Math.min(task.done() / total, 1))
      } catch (error) {
        thrown ??= { error }
        stop()
      }
    }
    const timer = this.onProgress !== undefined && total > 0 ? setInterval(poll, INTERVAL) : undefined
    this.signal?.addEventListener('abort', stop)
    for (const store of stores) store.begin(task)
    try {
      const value = (await start(task)) as T
      // The callback threw after the work had ended.
      if (thrown !== null) throw (thrown as { error: unknown }).error
      this.check()
      this.report(1)
      return value
    } catch (error) {
      if (thrown !== null) throw (thrown as { error: unknown }).error
      this.check()
      throw fromNative(error)
    } finally {
      clearInterval(timer)
      this.signal?.removeEventListener('abort', stop)
      for (const store of stores) store.end(task)
    }
  }

  /** Runs work under the same cancellation, without progress. */
  async withoutProgress(work: (task: Task) => Promise<void>): Promise<void> {
    await work(new Task(this.signal === undefined ? {} : { signal: this.signal }, this.arrays))
  }

  /**
   * Runs work in this thread chunk by chunk, and lets the event loop run in between.
   * @param chunks views of the same parts of arrays (see `chunksOf`)
   * @param total elements of all chunks of the first array
   */
  async runChunks(chunks: Iterable<ArrayBase[]>, total: number, work: (chunk: ArrayBase[]) => void): Promise<void> {
    let done = 0
    for (const chunk of chunks) {
      this.check()
      work(chunk)
      done += (chunk[0] as ArrayBase).size
      if (total > 0) this.report(Math.min(done / total, 1))
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.check()
    this.report(1)
  }
}
