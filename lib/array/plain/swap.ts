import { sizeOf } from '../../layout/shape.js'
import { allocateEmpty } from '../allocate.js'
import { coreOf } from '../array-base.js'
import type { ArrayBase } from '../array-base.js'
import { firstOf, isNumbers, plainView } from './view.js'

/** The most elements: beyond, native code is faster. */
const SOME = 256

/**
 * Copies a plain array of numbers with the bytes of each one reversed; null for others.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function swapPlain(array: ArrayBase): ArrayBase | null {
  const core = coreOf(array)
  const { shape, dtype, store } = core
  const { itemsize } = dtype
  const size = sizeOf(shape)
  if (size > SOME || itemsize < 2 || !isNumbers(dtype) || plainView(core) === null) return null
  const result = allocateEmpty(shape, dtype)
  const into = coreOf(result).store
  const first = firstOf(core)
  if (itemsize === 2) {
    store.ensureView('u16')
    into.ensureView('u16')
    swapHalves(into.u16, store.u16, first, size)
  } else {
    store.ensureView('u32')
    into.ensureView('u32')
    const words = itemsize / 4
    // The words of a number of eight bytes change places.
    swapWords(into.u32, store.u32, first * words, size * words, words - 1)
  }
  store.checkFault()
  return result
}

function swapHalves(to: Uint16Array, from: Uint16Array, first: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const half = from[first + i] as number
    to[i] = (half >>> 8) | (half << 8)
  }
}

function swapWords(to: Uint32Array, from: Uint32Array, first: number, count: number, other: number): void {
  for (let i = 0; i < count; i++) {
    const word = from[first + (i ^ other)] as number
    to[i] = (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24)
  }
}
