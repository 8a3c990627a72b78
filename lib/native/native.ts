/**
 * The native binding, and its errors as {@link MemmapError}s. No other module imports the binding.
 * @module
 */
import { isMainThread } from 'node:worker_threads'
import type * as Binding from '../../native/binding.cjs'
import { MemmapError } from '../errors/memmap-error.js'
import type { DirectKernels } from './direct.js'
import { environment } from './environment.js'
import { loadBinding } from './load-binding.js'

export type { Memory, NativeMapping, NativeTask } from '../../native/binding.cjs'

/** The binding's functions. Callers check the arguments first, because native code takes 1.7 for 1 and NaN for 0. */
export const native: typeof Binding & DirectKernels = loadBinding()

const isFirst = native.initialize(
  environment('MEMMAP_GUARD') !== 'off',
  'transfer' in ArrayBuffer.prototype,
  !isMainThread,
)

// Node installs and removes a handler as listeners for a signal come and go, and the guard's must be the current one. A native
// function as the listener keeps nothing of this module alive, and one is enough for every realm that loads the module.
if (isFirst && isMainThread) {
  for (const event of ['newListener', 'removeListener']) process.on(event, native.reinstallHandlers)
}

native.onFault((path) => {
  const file = path === null ? 'a mapped file' : `'${path}'`
  process.emitWarning(
    `a page of ${file} could not be loaded and reads as zeros: the file was truncated, or the disk is full. Every method of ` +
      'the array throws from now on; its property fault has the reason.',
    { type: 'MemmapWarning', code: 'MEMMAP_FAULT' },
  )
})

/**
 * Returns the result of a call of {@link native}.
 * @throws MemmapError in place of the native error
 */
export function unwrapNative<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw fromNative(error)
  }
}

/** Converts an error of {@link native} to a {@link MemmapError}. */
export function fromNative(error: unknown): unknown {
  // No class tells them: native code throws errors of another realm where this module is in one of its own.
  if (typeof error !== 'object' || error === null || error instanceof MemmapError) return error
  const { code, message, path, syscall, errno, expected, actual } = error as Error & Record<string, unknown>
  if (typeof code !== 'string') return error
  return new MemmapError(code, message, {
    path: path as string | undefined,
    syscall: syscall as string | undefined,
    errno: errno as number | undefined,
    expected,
    actual,
  })
}

/**
 * The number of open mappings with a fault, in all threads, as a word in native memory. Accessors read it after every element,
 * because while it is 0 no mapping has to be checked.
 */
export const faults = new Int32Array(native.faults())
