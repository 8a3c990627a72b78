/**
 * Elements by lists of positions and by masks: copies, and assignments to them.
 * @module
 */
import { assignElements, elementOf, sourceOf } from './assign.js'
import { hasPadding } from './cast/records.js'
import { blank, blankLaidOut, fromLists } from './create.js'
import { given, parseDType } from './dtype/index.js'
import type { DType } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { slowFirst } from './keep-order.js'
import { calling, native } from './native.js'
import { asOwner, makeArray, viewOf } from './make.js'
import { NDArray } from './ndarray.js'
import type { Place } from './place.js'
import { operand } from './operand.js'
import { checkOptions } from './options.js'
import { fieldOf } from './retype.js'
import { bounded, checkMaskLength, select } from './selection.js'
import type { Gather } from './selection.js'
import { positionsIn } from './selectors.js'
import { parseAxis, shapeText, sizeOf } from './shape.js'
import { indexError } from './slice.js'

/** `NDArray.index`: a view, or with lists among the selectors a copy. */
export function selected(array: NDArray, selectors: readonly unknown[]): NDArray {
  const [first] = selectors
  // A kernel goes through an array of bool as it lies.
  if (selectors.length === 1 && first instanceof NDArray && first.dtype.kind === 'b' && first.ndim > 0)
    return masked(array, first)
  const found = select(selectors, array)
  return 'inner' in found ? gathered(array, found) : viewOf(array, found)
}

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
  const { target, blocks, room, source } = planScatter(array, selection, value)
  // What is assigned is all converted before the first element changes; later positions win where one is named twice.
  if (source !== null) assignElements(room, source)
  if (blocks.size > 0) scatterBlocks(target, blocks, selection.offsets)
}

/** What is stored where a selection with lists says. */
export interface ScatterPlan {
  /** The first of the places. */
  readonly target: NDArray
  /** What goes to each place, one after the other on a first axis. */
  readonly blocks: NDArray
  /** The same elements in the shape that was selected; the source belongs there before they are stored. */
  readonly room: NDArray
  /** Null where the blocks are all the one value that was given. */
  readonly source: NDArray | null
}

/** @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_CAST` */
export function planScatter(array: NDArray, selection: Gather, value: unknown): ScatterPlan {
  const shape = [selection.offsets.length, ...selection.inner.shape]
  const source = sourceOf(value, array.dtype)
  if (selection.isMask && source !== null && source.ndim > 1) {
    throw new MemmapError(
      'ERR_MEMMAP_BROADCAST',
      `the elements that a mask selects are on one axis, and shape ${shapeText(source.shape)} has ${source.ndim}: ravel() it`,
      { expected: [selection.offsets.length], actual: source.shape },
    )
  }
  const blocks = source === null ? repeated(elementOf(value, array.dtype), shape) : blank(shape, array.dtype)
  const room = source === null ? blocks : placed(blocks, selection)
  return { target: viewOf(array, selection.inner), blocks, room, source }
}

/** Stores the entries of the first axis of `blocks` where they belong. Bytes between fields are left alone, as in NumPy. */
export function scatterBlocks(target: NDArray, blocks: NDArray, offsets: Float64Array): void {
  const { dtype } = target
  if (hasPadding(dtype)) {
    for (const name of dtype.names ?? []) scatterBlocks(fieldOf(target, name), fieldOf(blocks, name), offsets)
    return
  }
  const from = operand(blocks)
  const to = operand(target)
  calling(() => native.scatter(from.memory, from.layout, to.memory, to.layout, offsets))
}

/** One element in the place of each. */
function repeated(one: NDArray, shape: readonly number[]): NDArray {
  return viewOf(one, { shape, byteStrides: shape.map(() => 0), position: 0 })
}

/**
 * Room for copies of a block, one after the other. In each the axes keep the order that they have in memory, as NumPy's
 * results do.
 */
function blankBlocks(count: number, inner: Place, dtype: DType): NDArray {
  const order = slowFirst(inner.byteStrides).map((axis) => axis + 1)
  return blankLaidOut([count, ...inner.shape], dtype, [0, ...order])
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
  checkOptions(options, ['axis'], 'take')
  const positions = positionsIn(indices)
  if (positions === null)
    throw indexError(`positions are a whole number or (nested) lists of them (got ${given(indices)})`)
  const { shape, values } = positions
  // An element without axes is one of one, and null is Python's None, as in NumPy.
  const source = array.ndim === 0 || (options.axis == null && array.ndim !== 1) ? array.ravel() : array
  const axis = parseAxis(options.axis ?? 0, source.ndim)
  const length = values.length
  const made = blank(source.shape.toSpliced(axis, 1, length), source.dtype)
  if (made.size > 0 && source.shape[axis] === 0) throw indexError('cannot take from an axis without entries')
  // As in NumPy, positions are not looked at where none of the axes before has an entry to take them from.
  const known = source.shape.slice(0, axis).includes(0)
  const counted = new BigInt64Array(known ? 0 : length)
  // Not `from`, which asks an iterator for each.
  for (let at = 0; at < counted.length; at++) counted[at] = BigInt(bounded(values[at] as number, source.shape, axis))
  if (made.size > 0) {
    const from = operand(source)
    const to = operand(made)
    calling(() => native.take(from.memory, from.layout, axis, counted, to.memory, to.layout))
  }
  return shape.length === 1 ? made : asOwner(made.reshape(made.shape.toSpliced(axis, 1, ...shape)))
}

/** `NDArray.mask`. */
export function masked(array: NDArray, booleans: unknown): NDArray {
  array.store.checkOpen()
  const flags = booleans instanceof NDArray ? booleans : fromLists(booleans, parseDType('bool'))
  if (flags.dtype.kind !== 'b') {
    throw indexError(`a mask is an array of bool, and this has dtype ${flags.dtype.name}: compare() makes one`)
  }
  const { shape } = array
  if (flags.ndim > shape.length) {
    throw indexError(
      `too many indices for array: array is ${shape.length}-dimensional, but the mask has ${flags.ndim} axes`,
    )
  }
  flags.shape.forEach((length, axis) => checkMaskLength(length, shape, axis))
  // A mask without axes is a selector like any other.
  if (flags.ndim === 0) return gathered(array, select([flags.item()], array) as Gather)
  const mask = operand(flags)
  const count = calling(() => native.maskCount(mask.memory, mask.layout))
  const inner = {
    shape: shape.slice(flags.ndim),
    byteStrides: array.byteStrides.slice(flags.ndim),
    position: array.position,
  }
  const made = blankBlocks(count, inner, array.dtype)
  if (sizeOf(made.shape) > 0) {
    const from = operand(array)
    const to = operand(made)
    calling(() => native.maskGather(from.memory, from.layout, mask.memory, mask.layout, to.memory, to.layout))
  }
  return made
}
