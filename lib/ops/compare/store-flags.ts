import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { assignKernel } from '../../array/kernel-calls.js'
import { innerDataOf } from '../../array/typed-views.js'

/** Stores a flag for each element, by its index in C order, in an array of bool. */
export function storeFlags(into: ArrayBase, flag: (index: number) => boolean): void {
  const copy = allocate(into.shape, into.dtype)
  const flags = innerDataOf(copy) as Uint8Array
  for (let index = 0; index < flags.length; index++) flags[index] = flag(index) ? 1 : 0
  assignKernel(into, copy)
}
