import { MAX_NDIM } from '../layout/shape.js'
import type { NativeMapping } from '../native/native.js'
import type { ArrayBase } from './array-base.js'

/** The arguments of a kernel for one array: its memory and the layout of its elements. */
export interface Operand {
  readonly memory: NativeMapping | ArrayBufferLike
  readonly layout: Float64Array
}

/** The number in a layout of the position of the first element. */
const POSITION = 3

/**
 * Layouts that calls take in turn, for arrays that are passed to a kernel for the first time, as results are: V8 moves a small
 * Float64Array out of the heap when native code first reads it, which takes longer than the work on a few elements. Kernels read
 * layouts before they return, and take at most three.
 */
const SCRATCH = Array.from({ length: 4 }, () => new Float64Array(5 + 2 * MAX_NDIM))
let turn = 0

/** Marks an array that was passed once. */
const ONCE = new Float64Array(0)

/** Returns the operand of an array. The caller passes it to a kernel before it makes those of the next call. */
export function operand(array: ArrayBase): Operand {
  const { store } = array
  store.checkOpen()
  const position = array.position + store.base
  let layout = array.kernelLayout
  if (layout === null) {
    array.kernelLayout = ONCE
    layout = layOut(array, position, SCRATCH[(turn = (turn + 1) & 3)] as Float64Array)
  } else if (layout === ONCE) {
    // An array that is passed again may be passed often.
    layout = array.kernelLayout = layOut(array, position, new Float64Array(5 + 2 * array.shape.length))
  } else if (layout[POSITION] !== position) {
    // The store has left its slab.
    layout[POSITION] = position
  }
  return { memory: store.memory, layout }
}

function layOut({ dtype, shape, byteStrides }: ArrayBase, position: number, layout: Float64Array): Float64Array {
  const ndim = shape.length
  layout[0] = dtype.code
  layout[1] = dtype.swapped ? 1 : 0
  layout[2] = dtype.itemsize
  layout[POSITION] = position
  layout[4] = ndim
  for (let axis = 0; axis < ndim; axis++) {
    layout[5 + axis] = shape[axis] as number
    layout[5 + ndim + axis] = byteStrides[axis] as number
  }
  return layout
}
