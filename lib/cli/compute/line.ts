/**
 * Splits arrays in memory order, so that operations for which the order does not matter read a file from begin to end.
 * @module
 */
import { viewOf } from '../../array/make-array.js'
import { chunksOf } from '../../async/chunks.js'
import { Memmap } from '../../memmap.js'
import type { NDArray } from '../../ndarray.js'

/** Elements of a chunk: few enough that copies of it stay in the processor's caches. */
export const CHUNK_ELEMENTS = 2 ** 17

/** Bytes of a block. */
const BLOCK = 2 ** 24

/**
 * Returns a view of all elements on one axis, in memory order; null if they have no common stride, as fields of records.
 * `order` is C if that is also the order of indices.
 */
export function lineOf(array: NDArray): { line: NDArray; order: 'C' | 'F' } | null {
  for (const order of ['C', 'F'] as const) {
    const stride = stepOf(array, order)
    if (stride === null) continue
    const layout = { shape: [array.size], byteStrides: [stride], position: array.position }
    return { line: viewOf(array, layout) as NDArray, order }
  }
  return null
}

/** The stride from each element to the next in an order; null if it is not the same everywhere. */
function stepOf({ shape, byteStrides, itemsize, size }: NDArray, order: 'C' | 'F'): number | null {
  let step: number | null = null
  let next = 0
  const axes = shape.map((_, axis) => axis)
  for (const axis of order === 'C' ? axes.toReversed() : axes) {
    const length = shape[axis] as number
    if (length === 1) continue
    const stride = byteStrides[axis] as number
    if (step !== null && stride !== next && size > 0) return null
    step ??= stride
    next = stride * length
  }
  return step ?? itemsize
}

/** Splits an array into blocks, in memory order if it has one, and releases the pages of the last block. */
export async function* blocksOf(array: NDArray, bytes = BLOCK): AsyncGenerator<NDArray> {
  const line = lineOf(array)?.line
  if (line !== undefined) yield* line.blocks({ bytes })
  else for (const [chunk] of chunksOf([array])) yield chunk as NDArray
}

/** Splits an array of one axis into parts of at most `count` elements. */
export function* partsOf(line: NDArray, count = CHUNK_ELEMENTS): Generator<NDArray> {
  if (line.ndim !== 1) yield line
  else for (let from = 0; from < line.size; from += count) yield line.slice(from, from + count)
}

/** The indices of the element at a position in C order. */
export function unravel(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length).fill(0)
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number
    index[axis] = rest % length
    rest = Math.floor(rest / length)
  }
  return index
}

/** The position in C order of the element at these indices. */
export function flatIndex(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((position, one, axis) => position * (shape[axis] as number) + one, 0)
}

/** Releases the pages of a mapped array from this process; the system loads them again when they are touched. */
export function releasePages(array: NDArray): void {
  if (array instanceof Memmap && array.size > 0) array.advise('dontneed')
}
