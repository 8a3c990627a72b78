import type { NativeMapping } from './native.js'
import type { NDArray } from './ndarray.js'

/** An array as the kernels take it: the memory, and how the elements lie in it. */
export interface Operand {
  readonly memory: NativeMapping | ArrayBufferLike
  readonly layout: Float64Array
}

/** The operand of an array. */
export function operand(array: NDArray): Operand {
  const { store } = array
  store.checkOpen()
  // Kept with the array: a small Float64Array gets its memory outside of the heap when native code first asks for it,
  // which costs more than the sum of a few elements.
  return { memory: store.memory, layout: (array.layout ??= layoutOf(array)) }
}

function layoutOf({ dtype, shape, byteStrides, position }: NDArray): Float64Array {
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
