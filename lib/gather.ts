/**
 * Elements by lists of positions and by masks: copies, and assignments to them.
 * @module
 */
import { assignValue } from './assign.js'
import { blank, fromLists } from './create.js'
import { dtype as dtypeOf, given } from './dtype/index.js'
import type { DType } from './dtype/index.js'
import { calling, native } from './native.js'
import { NDArray, makeArray, viewOf } from './ndarray.js'
import { operand } from './operand.js'
import { bounded, flatten, select } from './selection.js'
import type { Gather, Layout } from './selection.js'
import { parseAxis, shapeText, sizeOf, stridesOf } from './shape.js'
import { indexError } from './slice.js'

/** The elements that a selection with lists names, as a copy. */
export function gathered(array: NDArray, selection: Gather): NDArray {
  const blocks = blankBlocks(selection.offsets.length, selection.inner, array.dtype)
  if (blocks.size > 0) {
    const from = operand(viewOf(array, selection.inner))
    const to = operand(blocks)
    calling(() => native.gather(from.memory, from.layout, selection.offsets, to.memory, to.layout))
  }
  return placed(blocks, selection)
}

/** Stores a value, broadcast, in the elements that a selection with lists names. */
export function scattered(array: NDArray, selection: Gather, value: unknown): void {
  const blocks = blank([selection.offsets.length, ...selection.inner.shape], array.dtype)
  // What is assigned is all converted before the first element changes; later positions win where one is named twice.
  assignValue(placed(blocks, selection), value)
  if (blocks.size === 0) return
  const from = operand(blocks)
  const to = operand(viewOf(array, selection.inner))
  calling(() => native.scatter(from.memory, from.layout, to.memory, to.layout, selection.offsets))
}

/**
 * Room for copies of a block, one after the other. In each the axes keep the order that they have in memory, as NumPy's
 * results do.
 */
function blankBlocks(count: number, inner: Layout, dtype: DType): NDArray {
  const { store } = blank([count, ...inner.shape], dtype)
  const axes = inner.shape.map((_, axis) => axis)
  const speed = (axis: number): number => Math.abs(inner.byteStrides[axis] as number)
  const slowFirst = axes.toSorted((a, b) => speed(b) - speed(a))
  const packed = stridesOf(slowFirst.map((axis) => inner.shape[axis] as number), dtype.itemsize, 'C')
  const strides = axes.map((axis) => packed[slowFirst.indexOf(axis)] as number)
  const bytes = sizeOf(inner.shape) * dtype.itemsize
  const place = { shape: [count, ...inner.shape], byteStrides: [bytes, ...strides], position: 0 }
  return makeArray(NDArray, store, dtype, place, null, true)
}

/** Blocks, one after the other, with the axes of the lists where they belong in the result. */
function placed(blocks: NDArray, { outer, axis }: Gather): NDArray {
  const { store, dtype, itemsize } = blocks
  const inner = blocks.shape.slice(1)
  const innerStrides = blocks.byteStrides.slice(1)
  let stride = blocks.byteStrides[0] ?? itemsize
  const outerStrides = new Array<number>(outer.length)
  for (let at = outer.length - 1; at >= 0; at--) {
    outerStrides[at] = stride
    stride *= Math.max(1, outer[at] as number)
  }
  const place = {
    shape: inner.toSpliced(axis, 0, ...outer),
    byteStrides: innerStrides.toSpliced(axis, 0, ...outerStrides),
    position: 0,
  }
  return makeArray(NDArray, store, dtype, place, null, true)
}

/** `NDArray.take`. */
export function taken(array: NDArray, indices: unknown, options: { axis?: number }): NDArray {
  array.store.checkOpen()
  if (options.axis === undefined && array.ndim !== 1) return taken(array.ravel() as NDArray, indices, { axis: 0 })
  const axis = parseAxis(options.axis ?? 0, array.ndim)
  const { shape, values } = listOfPositions(indices)
  const length = values.length
  const positions = BigInt64Array.from(values, (value) => BigInt(bounded(value, array.shape, axis)))
  const made = blank(array.shape.toSpliced(axis, 1, length), array.dtype)
  if (made.size > 0) {
    const from = operand(array)
    const to = operand(made)
    calling(() => native.take(from.memory, from.layout, axis, positions, to.memory, to.layout))
  }
  return shape.length === 1 ? made : (made.reshape(made.shape.toSpliced(axis, 1, ...shape)) as NDArray)
}

function listOfPositions(indices: unknown): { shape: readonly number[]; values: number[] } {
  const list = typeof indices === 'number' || typeof indices === 'bigint' ? { shape: [], values: [indices] } : flatten(indices)
  if (list === null) throw indexError(`positions are a whole number or (nested) lists of them (got ${given(indices)})`)
  const values = list.values.map((value) => {
    const position = typeof value === 'bigint' ? Number(value) : value
    if (typeof position === 'number' && Number.isSafeInteger(position)) return position
    throw indexError(`positions are whole numbers (got ${given(value)}): mask() takes booleans`)
  })
  return { shape: list.shape, values }
}

/** `NDArray.mask`. */
export function masked(array: NDArray, booleans: unknown): NDArray {
  array.store.checkOpen()
  const flags = booleans instanceof NDArray ? booleans : fromLists(booleans, dtypeOf('bool'))
  if (flags.dtype.kind !== 'b') {
    throw indexError(`a mask is an array of bool, and this has dtype ${flags.dtype.name}: compare() makes one`)
  }
  const { shape } = array
  flags.shape.forEach((length, axis) => {
    if (length !== shape[axis]) {
      throw indexError(
        `boolean index did not match indexed array: the mask has shape ${shapeText(flags.shape)} and the array ${shapeText(shape)}`,
      )
    }
  })
  // A mask without axes is a selector like any other.
  if (flags.ndim === 0) return gathered(array, select([flags.item() === true], array) as Gather)
  const mask = operand(flags)
  const count = calling(() => native.maskCount(mask.memory, mask.layout))
  const inner = { shape: shape.slice(flags.ndim), byteStrides: array.byteStrides.slice(flags.ndim), position: array.position }
  const made = blankBlocks(count, inner, array.dtype)
  if (sizeOf(made.shape) > 0) {
    const from = operand(array)
    const to = operand(made)
    calling(() => native.maskGather(from.memory, from.layout, mask.memory, mask.layout, to.memory, to.layout))
  }
  return made
}
