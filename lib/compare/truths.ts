import { runAssign } from '../cast/run.js'
import { blank } from '../create.js'
import type { NDArray } from '../ndarray.js'

/** Stores what `truth` says of each element, by its place in C order. */
export function storeTruths(into: NDArray, truth: (index: number) => boolean): void {
  const made = blank(into.shape, into.dtype)
  const flags = made.data as Uint8Array
  for (let index = 0; index < flags.length; index++) flags[index] = truth(index) ? 1 : 0
  runAssign(into, made)
}
