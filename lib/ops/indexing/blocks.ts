import { allocateInOrder } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { makeArray } from '../../array/make-array.js'
import type { DType } from '../../dtype/index.js'
import type { Layout } from '../../layout/layout.js'
import { axesByStride } from '../../layout/memory-order.js'
import type { Gather } from './select.js'

/**
 * Allocates copies of a block on an additional first axis. The axes of each keep their order in memory, as in NumPy's results.
 */
export function allocateBlocks(count: number, inner: Layout, dtype: DType, zeros = false): ArrayBase {
  const order = axesByStride(inner.byteStrides).map((axis) => axis + 1)
  return allocateInOrder([count, ...inner.shape], dtype, [0, ...order], zeros)
}

/** A view of blocks with the axes of the lists in place of the first axis, at their position in the result. */
export function withListAxes(blocks: ArrayBase, { outer, axis }: Gather): ArrayBase {
  const { store, dtype, itemsize } = blocks
  const inner = blocks.shape.slice(1)
  const innerStrides = blocks.byteStrides.slice(1)
  let stride = blocks.byteStrides[0] ?? itemsize
  const outerStrides = new Array<number>(outer.length)
  for (let at = outer.length - 1; at >= 0; at--) {
    outerStrides[at] = stride
    stride *= Math.max(1, outer[at] as number)
  }
  const layout = {
    shape: inner.toSpliced(axis, 0, ...outer),
    byteStrides: innerStrides.toSpliced(axis, 0, ...outerStrides),
    position: 0,
  }
  return makeArray(store, dtype, layout, null, true)
}
