import { parseDType } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { extent } from '../layout/layout.js'
import { MAX_NDIM, shapeText } from '../layout/shape.js'
import type { Core } from '../memory/accessors/generated.js'
import { native } from '../native/native.js'
import type { Memory } from '../native/native.js'
import { coreOf } from './array-base.js'
import type { ArrayBase } from './array-base.js'

/**
 * The layouts of the arrays of a call, a slot each, which kernels read before they return: `src/layouts.rs`. One buffer for all calls,
 * because each typed array among the arguments takes longer than the work on a few elements.
 */
const LAYOUTS = new Float64Array(native.layouts())

/** The place of an array among those of a kernel. */
type Slot = 0 | 1 | 2 | 3

/** Numbers of a slot. */
const SLOT = 5 + 2 * MAX_NDIM

/** Where the flags of the axes of a reduction begin. */
const AXES = 4 * SLOT

/** Where the numbers begin that a kernel takes besides its arrays, and how many there may be. */
const NUMBERS = AXES + MAX_NDIM
const MOST_NUMBERS = 8

/** Where the descriptions of computed arrays begin, and the numbers of each. */
const DESCRIPTIONS = NUMBERS + MOST_NUMBERS
const DESCRIPTION = 1024

let nextDescription = 0
let depth = 0

/**
 * Stores the description of a computed array, of `length` numbers, for the next call: in the shared buffer, or in an array of its own where it is
 * long or part of another one. `store` is called with the numbers and the place of the first.
 * @returns the first item of the list that is the memory of the array
 */
export function storeDescription(
  length: number,
  store: (numbers: Float64Array, at: number) => void,
): number | Float64Array {
  if (depth > 0 || length >= DESCRIPTION) return within(new Float64Array(length), 0, store)
  const number = nextDescription
  nextDescription = (number + 1) % 3
  const at = DESCRIPTIONS + number * DESCRIPTION
  LAYOUTS[at] = length
  within(LAYOUTS, at + 1, store)
  return number
}

function within(numbers: Float64Array, at: number, store: (numbers: Float64Array, at: number) => void): Float64Array {
  depth++
  try {
    store(numbers, at)
  } finally {
    depth--
  }
  return numbers
}

/**
 * Stores the layout of an array in a slot, and returns its memory, the argument of the kernel. The first array of a kernel takes slot 0.
 * Nothing but the other operands comes between this and the call.
 */
export function operand(slot: Slot, array: ArrayBase): Memory {
  const core = coreOf(array)
  const { store, dtype, shape, byteStrides, position } = core
  store.checkOpen()
  checkWithin(core)
  layOut(slot, dtype, position + store.base, shape, byteStrides)
  return store.memory
}

/**
 * Throws where a layout reaches outside its store: kernels know only the memory, which small results share, and a caller may have changed
 * the list behind `shape`.
 */
export function checkWithin(core: Core): void {
  const { store, dtype, shape } = core
  const { start, length } = extent(core, dtype.itemsize)
  // NaN is outside too.
  if (length !== 0 && !(start >= 0 && start + length <= store.length)) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shape ${shapeText(shape)}: it reaches beyond the memory of the array, because the list behind it was changed; use reshape()`,
    )
  }
}

/** Stores a layout in a slot; without strides one element is broadcast to the shape. */
function layOut(
  slot: Slot,
  { code, swapped, itemsize }: Pick<DType, 'code' | 'swapped' | 'itemsize'>,
  position: number,
  shape: readonly number[],
  byteStrides: readonly number[] | null,
): void {
  const at = slot * SLOT
  const ndim = shape.length
  LAYOUTS[at] = code
  LAYOUTS[at + 1] = swapped ? 1 : 0
  LAYOUTS[at + 2] = itemsize
  LAYOUTS[at + 3] = position
  LAYOUTS[at + 4] = ndim
  for (let axis = 0; axis < ndim; axis++) {
    LAYOUTS[at + 5 + axis] = shape[axis] as number
    LAYOUTS[at + 5 + ndim + axis] = byteStrides === null ? 0 : (byteStrides[axis] as number)
  }
}

/** The memory of a number beside an array. */
const NUMBER = new ArrayBuffer(8)
const SINGLE = new Float32Array(NUMBER)
const DOUBLE = new Float64Array(NUMBER)
const FLOAT32 = parseDType('float32')
const FLOAT64 = parseDType('float64')

/** Stores a number that is broadcast to a shape in a slot, as float32 or float64, and returns its memory: see {@link operand}. */
export function numberOperand(slot: Slot, number: number, shape: readonly number[], isSingle: boolean): ArrayBuffer {
  if (isSingle) SINGLE[0] = number
  else DOUBLE[0] = number
  layOut(slot, isSingle ? FLOAT32 : FLOAT64, 0, shape, null)
  return NUMBER
}

/** Stores the numbers that a kernel of `DirectKernels` takes besides its arrays, for the next call. */
export function kernelNumbers(first: number, second = 0, third = 0, fourth = 0): void {
  LAYOUTS[NUMBERS] = first
  LAYOUTS[NUMBERS + 1] = second
  LAYOUTS[NUMBERS + 2] = third
  LAYOUTS[NUMBERS + 3] = fourth
}

/** Stores which axes a reduction reduces: flags, which are not 0 for them. */
export function reducedAxes(flags: Uint8Array): void {
  for (let axis = 0; axis < flags.length; axis++) LAYOUTS[AXES + axis] = flags[axis] as number
}
