import { calling, native } from '../native.js'
import type { NDArray } from '../ndarray.js'
import { operand } from '../operand.js'

/** Copies numbers, converted, or elements of the same bytes: in the kernel, right however both overlap. */
export function runAssign(target: NDArray, source: NDArray): void {
  const from = operand(source)
  const to = operand(target)
  calling(() => native.assign(from.memory, from.layout, to.memory, to.layout))
}

/** Stores zero bytes in every element. */
export function runClear(target: NDArray): void {
  const { memory, layout } = operand(target)
  const zero = new Uint8Array(target.itemsize)
  calling(() => native.fill(memory, layout, zero))
}

/** The source; a copy of it where both may share memory, for work that takes more than one step. */
export function apart(source: NDArray, target: NDArray): NDArray {
  return source.store === target.store ? source.copy() : source
}
