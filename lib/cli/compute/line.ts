/**
 * Arrays as they lie in memory, piece by piece: what the order of elements does not matter to, goes through a file from its
 * beginning to its end.
 * @module
 */
import { viewOf } from '../../array/make-array.js'
import { chunksOf } from '../../async/chunks.js'
import { Memmap } from '../../memmap.js'
import { NDArray } from '../../ndarray.js'

/** Elements of a piece that is copied: what is made of it stays in the processor's caches. */
export const PIECE = 2 ** 17

/** Bytes that are mapped at a time. */
const BLOCK = 2 ** 24

/**
 * All elements on one axis in the order of memory, as a view; null where no one step leads from each to the next, as between
 * sub-arrays of records. `order` is C where that is also the order of indices.
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

/** The step from each element to the next in an order; null where there is no single one. */
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

/** Pieces that together are the array, in the order of memory where there is one; what was left behind is let go. */
export async function* blocksOf(array: NDArray, bytes = BLOCK): AsyncGenerator<NDArray> {
  const found = lineOf(array)
  if (found !== null) yield* found.line.blocks({ bytes })
  else for (const [piece] of chunksOf([array])) yield piece as NDArray
}

/** Parts of at most so many elements of one axis, one after the other. */
export function* partsOf(line: NDArray, count = PIECE): Generator<NDArray> {
  if (line.ndim !== 1) yield line
  else for (let from = 0; from < line.size; from += count) yield line.slice(from, from + count)
}

/** The indices of the element at a place in C order. */
export function unravel(place: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length).fill(0)
  let rest = place
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number
    index[axis] = rest % length
    rest = Math.floor(rest / length)
  }
  return index
}

/** The place in C order of the element at these indices. */
export function flatIndex(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((place, one, axis) => place * (shape[axis] as number) + one, 0)
}

/** Lets the pages of a mapped array leave this process: they are the file's, and come back when they are touched. */
export function releasePages(array: NDArray): void {
  if (array instanceof Memmap && array.size > 0) array.advise('dontneed')
}
