import { NATIVE_ORDER } from '../../dtype/index.js'
import { sizeOf } from '../../layout/shape.js'
import type { Core } from '../../memory/accessors/generated.js'
import { coreOf } from '../array-base.js'
import type { ArrayBase } from '../array-base.js'
import type { View } from './template.js'
import { firstOf, isNear, isNumbers, isSingle, loopsOf, plainView } from './view.js'

/** The most elements that are added up: beyond, native code is faster. */
const SOME = 256

/** As {@link SOME}, of those that are compared with one another. */
const SOME_COMPARED = 128

/** As {@link SOME}, of a file. */
const FEW_OF_FILE = 7

/** The most elements that are added up along an axis. */
const SOME_ALONG = 512

/** As {@link SOME_ALONG}, of those that are compared with one another. */
const SOME_COMPARED_ALONG = 256

/** As {@link SOME_ALONG}, of an axis that is slower than the other: each addition waits for the one before. */
const SOME_IN_ORDER = 256

/** The most rows whose sums the kernels add up one after the other. */
const MOST_ROWS = 128

/** Reduces elements of a typed array that are `step` apart. */
type Lane = (view: View, first: number, step: number, size: number) => number

/**
 * Reduces some elements, which follow one another or lie on one axis, as the kernels do: sums, means, and extremes and their positions,
 * which are those of the first NaN; undefined for others.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function reducePlain(array: ArrayBase, name: string): number | bigint | undefined {
  const core = coreOf(array)
  const { dtype, shape, byteStrides, accessorKind } = core
  const size = sizeOf(shape)
  // Native code sees that a file was cut, within a page too.
  const some = isSum(name) ? SOME : SOME_COMPARED
  const most = core.store.mapping === null ? some : FEW_OF_FILE
  if (size > most || !isNumbers(dtype)) return undefined
  const plain = plainView(core)
  const view = plain ?? (shape.length === 1 ? stridedView(core) : null)
  if (view === null) return undefined
  const lane = laneOf(core, name, true)
  if (lane === null) return undefined
  let first = firstOf(core)
  let step = plain === null ? (byteStrides[0] as number) / accessorKind.unit : 1
  // NumPy adds up what it reduces in the order of memory.
  if (step < 0 && isSum(name)) {
    first += (size - 1) * step
    step = -step
  }
  const result = lane(view, first, step, size)
  core.store.checkFault()
  return name === 'sum' && dtype.kind !== 'f' ? BigInt(result) : result
}

/**
 * Reduces an axis of some elements on two axes into a plain target; false for others.
 * @param axes 1 for the axis that is reduced
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function reducePlainAlong(target: ArrayBase, array: ArrayBase, name: string, axes: Uint8Array): boolean {
  const core = coreOf(array)
  const { shape, byteStrides, accessorKind, dtype } = core
  if (
    core.store.mapping !== null ||
    shape.length !== 2 ||
    axes[0] === axes[1] ||
    sizeOf(shape) > (isSum(name) ? SOME_ALONG : SOME_COMPARED_ALONG) ||
    !isNumbers(dtype)
  )
    return false
  const axis = axes[0] === 1 ? 0 : 1
  const [size, count] = [shape[axis] as number, shape[1 - axis] as number]
  const [step, apart] = [byteStrides[axis] as number, byteStrides[1 - axis] as number]
  // Others are added up in an order that depends on more than the strides.
  if (size < 2 || count < 2 || step <= 0 || apart <= 0 || step === apart) return false
  if (step > apart && (size > MOST_ROWS || size * count > SOME_IN_ORDER)) return false
  const view = stridedView(core)
  const lane = view === null ? null : laneOf(core, name, step < apart)
  const into = coreOf(target)
  const to = plainView(into)
  if (view === null || lane === null || to === null) return false
  const halves = into.dtype.itemsize === 8 && into.dtype.kind !== 'f' ? halvesOf(to) : null
  const { unit } = accessorKind
  for (let i = 0, first = firstOf(core); i < count; i++, first += apart / unit) {
    const result = lane(view, first, step / unit, size)
    if (halves === null) to[i] = result
    else {
      halves[2 * i + LOW] = result
      halves[2 * i + 1 - LOW] = Math.floor(result / 2 ** 32)
    }
  }
  core.store.checkFault()
  return true
}

/** The place of the lower half of an integer of 64 bits. */
const LOW = NATIVE_ORDER === '<' ? 0 : 1

/** The halves of integers of 64 bits. They are stored as numbers, modulo 2^32, because V8 makes an object of each bigint. */
function halvesOf(to: View): Int32Array {
  const { buffer, byteOffset, length } = to as unknown as BigInt64Array
  return new Int32Array(buffer, byteOffset, 2 * length)
}

function isSum(name: string): boolean {
  return name === 'sum' || name === 'mean'
}

/** The typed array that reads the elements of an array with any strides; null for others. */
function stridedView(core: Core): View | null {
  const { store, accessorKind } = core
  store.checkOpen()
  if (accessorKind.view === 'view' || !store.openViews() || !isNear(core)) return null
  return store.viewNamed(accessorKind.view) as unknown as View
}

/** Returns the function that reduces a lane; null for other reductions. `inPairs` is the order of sums: see the template. */
function laneOf(core: Core, name: string, inPairs: boolean): Lane | null {
  const loops = loopsOf(core)
  const round = isSingle(core.dtype) ? Math.fround : asIs
  const add = inPairs ? loops.sum : loops.sumInOrder
  switch (name) {
    case 'sum':
      return (view, first, step, size) => add(view, first, step, size, round)
    case 'mean':
      return (view, first, step, size) => round(add(view, first, step, size, round) / size)
    case 'argmax':
      return loops.largest
    case 'argmin':
      return loops.smallest
    case 'max':
      return (view, first, step, size) => view[first + loops.largest(view, first, step, size) * step] as number
    case 'min':
      return (view, first, step, size) => view[first + loops.smallest(view, first, step, size) * step] as number
    default:
      return null
  }
}

function asIs(sum: number): number {
  return sum
}
