import type { NativeMapping } from '../native/native.js'
import type { ArrayBase } from './array-base.js'

/** The arguments of a kernel for one array: its memory and the layout of its elements. */
export interface Operand {
  readonly memory: NativeMapping | ArrayBufferLike
  readonly layout: Float64Array
}

/** Returns the operand of an array. */
export function operand(array: ArrayBase): Operand {
  const { store } = array
  store.checkOpen()
  // Cached on the array, because V8 moves a small Float64Array out of the heap when native code first reads it, which takes longer
  // than the sum of a few elements.
  return { memory: store.memory, layout: (array.kernelLayout ??= layoutOf(array)) }
}

function layoutOf({ dtype, shape, byteStrides, position }: ArrayBase): Float64Array {
  const layout = new Float64Array(5 + 2 * shape.length)
  layout[0] = dtype.code
  layout[1] = dtype.swapped ? 1 : 0
  layout[2] = dtype.itemsize
  layout[3] = position
  layout[4] = shape.length
  layout.set(shape, 5)
  layout.set(byteStrides, 5 + shape.length)
  return layout
}
