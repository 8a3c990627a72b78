import { NUMBERS } from '../dtype/index.js'
import { MAX_NDIM } from '../layout/shape.js'
import { native } from '../native/native.js'
import type { NativeMapping } from '../native/native.js'
import { coreOf } from './array-base.js'
import type { ArrayBase } from './array-base.js'

/**
 * The layouts of the arrays of a call, a slot each, which kernels read before they return: `src/layouts.rs`. One buffer for all calls,
 * because each typed array among the arguments takes longer than the work on a few elements.
 */
const LAYOUTS = new Float64Array(native.layouts())

/** Numbers of a slot. */
const SLOT = 5 + 2 * MAX_NDIM

/** Where the flags of the axes of a reduction begin. */
const AXES = 3 * SLOT

/**
 * Stores the layout of an array in a slot, and returns its memory, the argument of the kernel. The first array of a kernel takes slot 0.
 * Nothing but the other operands comes between this and the call.
 */
export function operand(slot: 0 | 1 | 2, array: ArrayBase): NativeMapping | ArrayBufferLike {
  const { store, dtype, shape, byteStrides, position } = coreOf(array)
  store.checkOpen()
  const at = slot * SLOT
  const ndim = shape.length
  LAYOUTS[at] = dtype.code
  LAYOUTS[at + 1] = dtype.swapped ? 1 : 0
  LAYOUTS[at + 2] = dtype.itemsize
  LAYOUTS[at + 3] = position + store.base
  LAYOUTS[at + 4] = ndim
  for (let axis = 0; axis < ndim; axis++) {
    LAYOUTS[at + 5 + axis] = shape[axis] as number
    LAYOUTS[at + 5 + ndim + axis] = byteStrides[axis] as number
  }
  return store.memory
}

/** The memory of a number beside an array. */
const NUMBER = new ArrayBuffer(8)
const SINGLE = new Float32Array(NUMBER)
const DOUBLE = new Float64Array(NUMBER)

/** Stores a number that is broadcast to a shape in a slot, as float32 or float64, and returns its memory: see {@link operand}. */
export function numberOperand(
  slot: 0 | 1 | 2,
  number: number,
  shape: readonly number[],
  isSingle: boolean,
): ArrayBuffer {
  if (isSingle) SINGLE[0] = number
  else DOUBLE[0] = number
  const at = slot * SLOT
  const ndim = shape.length
  LAYOUTS[at] = (isSingle ? NUMBERS.float32 : NUMBERS.float64).code
  LAYOUTS[at + 1] = 0
  LAYOUTS[at + 2] = isSingle ? 4 : 8
  LAYOUTS[at + 3] = 0
  LAYOUTS[at + 4] = ndim
  for (let axis = 0; axis < ndim; axis++) {
    LAYOUTS[at + 5 + axis] = shape[axis] as number
    LAYOUTS[at + 5 + ndim + axis] = 0
  }
  return NUMBER
}

/** Stores which axes a reduction reduces: flags, which are not 0 for them. */
export function reducedAxes(flags: Uint8Array): void {
  for (let axis = 0; axis < flags.length; axis++) LAYOUTS[AXES + axis] = flags[axis] as number
}
