/**
 * An expression block by block: each is computed when the loop asks for it.
 * @module
 */
import { allocateEmpty } from '../array/allocate.js'
import type { ArrayBase } from '../array/array-base.js'
import { inMemory } from '../array/computed.js'
import { copyAsync } from './assign.js'
import { planBlocks } from './blocks.js'
import type { BlockOptions, Blocks } from './blocks.js'

/** `Expr.blocks`. `cut` returns the elements of an axis between two positions, not computed yet. */
export function blocksOf(
  array: ArrayBase,
  cut: (axis: number, from: number, to: number) => ArrayBase,
  options: BlockOptions,
): Blocks<ArrayBase> {
  const { axis, length, count } = planBlocks(array, options)
  const block = (from: number): ArrayBase => cut(axis, from, Math.min(from + count, length))
  return {
    *[Symbol.iterator]() {
      for (let from = 0; from < length; from += count) yield inMemory(block(from))
    },
    async *[Symbol.asyncIterator]() {
      for (let from = 0; from < length; from += count) {
        const source = block(from)
        yield await copyAsync({ target: allocateEmpty(source.shape, source.dtype), source }, {})
      }
    },
  }
}
