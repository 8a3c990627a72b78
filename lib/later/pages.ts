import { bytesInFile } from '../in-file.js'
import { later } from '../native.js'
import type { NativeMapping, NativeTask } from '../native.js'
import type { NDArray } from '../ndarray.js'
import { Watch } from './watched.js'
import type { WatchOptions } from './watched.js'

/** `flush`, watched. */
export async function flushLater(array: NDArray, durable: boolean, options: WatchOptions): Promise<void> {
  await onPages(array, options, (mapping, start, length, task) => mapping.flush(start, length, durable, task))
}

/** `prefetch`, watched. */
export async function prefetchLater(array: NDArray, options: WatchOptions): Promise<void> {
  await onPages(array, options, (mapping, start, length, task) => mapping.prefetch(start, length, task))
}

async function onPages(
  array: NDArray,
  options: WatchOptions,
  work: (mapping: NativeMapping, start: number, length: number, task: NativeTask) => unknown,
): Promise<void> {
  const watch = new Watch(options, [array])
  const { mapping } = array.store
  if (mapping === null) return watch.tell(1)
  const { start, length } = bytesInFile(array)
  await watch.run(length, (task) => later(() => work(mapping, start, length, task)))
}
