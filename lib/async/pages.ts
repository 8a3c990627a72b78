import type { ArrayBase } from '../array/array-base.js'
import { fileRange } from '../array/file-range.js'
import type { NativeMapping, NativeTask } from '../native/native.js'
import { Task } from './task.js'
import type { AsyncOptions } from './task.js'

/** `flush` in the thread pool. */
export async function flushAsync(array: ArrayBase, durable: boolean, options: AsyncOptions): Promise<void> {
  await onPages(array, options, (mapping, start, length, task) => mapping.flush(start, length, durable, task))
}

/** `prefetch` in the thread pool. */
export async function prefetchAsync(array: ArrayBase, options: AsyncOptions): Promise<void> {
  await onPages(array, options, (mapping, start, length, task) => mapping.prefetch(start, length, task))
}

async function onPages(
  array: ArrayBase,
  options: AsyncOptions,
  work: (mapping: NativeMapping, start: number, length: number, task: NativeTask) => unknown,
): Promise<void> {
  const task = new Task(options, [array])
  const { mapping } = array.store
  if (mapping === null) return task.report(1)
  const { start, length } = fileRange(array)
  await task.runInPool(length, (native) => work(mapping, start, length, native))
}
