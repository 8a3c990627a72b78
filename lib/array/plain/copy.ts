import type { DType } from '../../dtype/index.js'
import { extent } from '../../layout/layout.js'
import { sizeOf } from '../../layout/shape.js'
import type { Core } from '../../memory/accessors/generated.js'
import { coreOf } from '../array-base.js'
import type { ArrayBase } from '../array-base.js'
import type { View } from './template.js'
import { firstOf, isNear, isNumbers, loopsOf, mostStored, plainView, smallView } from './view.js'

/** Fewer elements than these are copied one by one. */
const FEW = 16

/** The most elements of a copy that does not follow the memory of its source, or cuts floats. */
const SOME = 256

/** The most bytes of a copy of elements as they are: beyond, several threads are faster. */
const LARGEST_MOVE = 2 ** 17

/**
 * Copies the elements of one array to another of the same shape where both are small and the target is plain; false for others, and
 * where typed arrays do not cast as NumPy does. The arrays may overlap.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function copyPlain(into: ArrayBase, of: ArrayBase): boolean {
  const target = coreOf(into)
  const source = coreOf(of)
  const isMove = target.accessorKind === source.accessorKind
  const size = sizeOf(target.shape)
  if (!isMove && !isCast(source.dtype, target.dtype, size)) return false
  const most = isMove ? Math.min(mostStored(source, LARGEST_MOVE), mostStored(target, LARGEST_MOVE)) : undefined
  const to = smallView(target, most)
  if (to === null) return false
  const from = plainView(source)
  const at = firstOf(target)
  if (from === null) {
    if (size > SOME || !isNear(source) || !copyStrided(to, at, target, source)) return false
  } else {
    const start = firstOf(source)
    if (size < FEW && !mayOverlap(target, source)) {
      if (!loopsOf(source).copy(to, at, from, start, 1, 0, size, 1)) return false
    } else {
      const isAll = start === 0 && size === from.length
      to.set((isAll ? from : from.subarray(start, start + size)) as unknown as Float64Array, at)
    }
  }
  source.store.checkFault()
  target.store.checkFault()
  return true
}

/**
 * True where a typed array stores the elements of another one as the kernels cast them: floats and integers of up to 32 bits, because
 * JavaScript cuts floats and wraps integers modulo 2^n too. No bool, whose bytes may be other than 0 and 1; and not many floats that are
 * cut, which takes longer than native code does.
 */
function isCast(from: DType, to: DType, size: number): boolean {
  return isNumbers(to) && isNumbers(from) && (size <= SOME || to.kind === 'f' || from.kind !== 'f')
}

/** Copies from an array of one or two axes with any strides; false for others. */
function copyStrided(to: View, at: number, target: Core, source: Core): boolean {
  const { store, accessorKind, shape, byteStrides } = source
  const { view, unit } = accessorKind
  const ndim = shape.length
  if (view === 'view' || !store.openViews() || ndim === 0 || ndim > 2 || mayOverlap(target, source)) return false
  const rows = ndim === 2 ? (shape[0] as number) : 1
  const rowStep = ndim === 2 ? (byteStrides[0] as number) / unit : 0
  const columns = shape[ndim - 1] as number
  const step = (byteStrides[ndim - 1] as number) / unit
  const from = store.viewNamed(view) as unknown as View
  return loopsOf(source).copy(to, at, from, firstOf(source), rows, rowStep, columns, step)
}

/** True where the ranges of two arrays may have bytes in common: in one memory, or in a mapping and a buffer of it that callers have. */
function mayOverlap(a: Core, b: Core): boolean {
  if (a.store.memory !== b.store.memory) {
    if (a.store.isPrivate || b.store.isPrivate) return false
    return a.store.isExposed(b.store.memory) || b.store.isExposed(a.store.memory)
  }
  const [own, other] = [extent(a, a.dtype.itemsize), extent(b, b.dtype.itemsize)]
  const [start, begin] = [own.start + a.store.base, other.start + b.store.base]
  return start < begin + other.length && begin < start + own.length
}
