/**
 * NumPy's `a[...]`: the selection of a list of selectors, as layouts and offsets. This module neither reads nor creates arrays.
 *
 * Source: NumPy, "Indexing on ndarrays" (basic and advanced indexing), and `mapping.c` for the order of axes.
 * @module
 */
import { indexError } from '../../errors/memmap-error.js'
import { normalizeIndex } from '../../layout/axis.js'
import { broadcastShapes } from '../../layout/broadcast.js'
import type { Layout } from '../../layout/layout.js'
import { shapeText, sizeOf } from '../../layout/shape.js'
import { newaxis, resolveSlice, sliceBetween } from '../../layout/slice.js'
import { parseSelector } from './selectors.js'
import type { Item, Positions } from './selectors.js'

/** An advanced selection (with a list among the selectors): the elements of `inner` at each of `offsets`. */
export interface Gather {
  readonly inner: Layout
  /** Bytes from the position of `inner`, in C order over `outer`. */
  readonly offsets: Float64Array
  /** The shape that the lists broadcast to. */
  readonly outer: readonly number[]
  /** Position in the result where the broadcast index axes are inserted. */
  readonly axis: number
  /** True if one mask selects on all axes, for which NumPy has its own rules. */
  readonly isMask: boolean
}

const ELLIPSIS: Item = { kind: 'ellipsis', axes: 0 }

/**
 * Selects elements: a layout for basic selectors, a {@link Gather} for advanced ones.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function select(selectors: readonly unknown[], of: Layout): Layout | Gather {
  const items: Item[] = []
  let taken = 0
  let ellipses = 0
  let advanced = false
  for (const selector of selectors) {
    if (typeof selector === 'string' && selector.includes(','))
      for (const part of partsOf(selector)) items.push(parseSelector(part))
    else items.push(parseSelector(selector))
  }
  for (const item of items) {
    taken += item.axes
    if (item.kind === 'ellipsis') ellipses++
    else if (item.kind === 'positions' || item.kind === 'mask') advanced = true
  }
  const ndim = of.shape.length
  if (taken > ndim) {
    throw indexError(`too many indices for array: array is ${ndim}-dimensional, but ${taken} were indexed`)
  }
  if (ellipses > 1) throw indexError(`an index can only have a single ellipsis ('...')`)
  // An ellipsis at the end selects the remaining axes.
  if (ellipses === 0 && (taken < ndim || advanced)) items.push(ELLIPSIS)
  return advanced ? gatherItems(items, of, ndim - taken) : viewItems(items, of, ndim - taken)
}

/** The selectors in one text, as `'10:20, ::2'`. */
function partsOf(selector: string): readonly unknown[] {
  const parts = selector.split(',').map((part) => part.trim())
  // As Python's (1, 2,).
  if (parts.at(-1) === '') parts.pop()
  return parts.map((part) => (/^[+-]?\d+$/.test(part) ? Number(part) : part === 'newaxis' ? newaxis : part))
}

/**
 * Selects rows of axis 0 from `start` up to `stop`; an undefined end is open.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function rowsBetween(
  of: Layout,
  start?: number | bigint,
  stop?: number | bigint,
  step?: number | bigint,
): Layout {
  const { shape, byteStrides, position } = of
  if (shape.length === 0)
    throw indexError('invalid slice of an array without axes: it has no rows; read its element with item()')
  const rows = resolveSlice(sliceBetween(start, stop, step), shape[0] as number)
  const stride = byteStrides[0] as number
  return {
    shape: shape.with(0, rows.count),
    byteStrides: byteStrides.with(0, stride * rows.step),
    position: rows.count > 0 ? position + rows.start * stride : position,
  }
}

/** Selects by basic selectors in order; the ellipsis selects `rest` axes. */
function viewItems(items: readonly Item[], of: Layout, rest: number): Layout {
  const shape: number[] = []
  const byteStrides: number[] = []
  let position = of.position
  let axis = 0
  for (const item of items) {
    if (item.kind === 'newaxis') {
      shape.push(1)
      byteStrides.push(0)
    } else if (item.kind === 'ellipsis') {
      for (let left = rest; left > 0; left--, axis++) {
        shape.push(of.shape[axis] as number)
        byteStrides.push(of.byteStrides[axis] as number)
      }
    } else if (item.kind === 'integer') {
      position += normalizeIndex(item.value, of.shape, axis) * (of.byteStrides[axis] as number)
      axis++
    } else if (item.kind === 'slice') {
      const { start, step, count } = resolveSlice(item.part, of.shape[axis] as number)
      const stride = of.byteStrides[axis] as number
      // An empty slice may start after the end, where there is no element.
      if (count > 0) position += start * stride
      shape.push(count)
      byteStrides.push(stride * step)
      axis++
    }
  }
  return { shape, byteStrides, position }
}

/** Selects by advanced selectors: lists and integers broadcast to offsets, the other selectors form the view `inner`. */
function gatherItems(items: readonly Item[], of: Layout, rest: number): Gather {
  const lists: { positions: Positions; axis: number }[] = []
  const shape: number[] = []
  const byteStrides: number[] = []
  let axis = 0
  let position = of.position
  // The axis of the view before which the index axes are inserted; 0 if other selectors separate the lists.
  let insertAt = -1
  let isSeparated = false
  let followsList = false
  for (const item of items) {
    if (item.kind === 'integer' || item.kind === 'positions' || item.kind === 'mask') {
      if (insertAt < 0) insertAt = shape.length
      else if (!followsList) isSeparated = true
      followsList = true
      for (const positions of positionsOf(item, of.shape, axis)) lists.push({ positions, axis: axis++ })
      if (item.kind === 'mask' && item.axes === 0)
        lists.push({ positions: { shape: [item.flags[0] ? 1 : 0], values: new Float64Array(1) }, axis: -1 })
      continue
    }
    // An ellipsis separates lists even if it selects no axis.
    followsList = false
    const taken = item.kind === 'ellipsis' ? rest : item.axes
    const part = viewItems(
      [item],
      { shape: of.shape.slice(axis, axis + taken), byteStrides: of.byteStrides.slice(axis, axis + taken), position: 0 },
      taken,
    )
    shape.push(...part.shape)
    byteStrides.push(...part.byteStrides)
    position += part.position
    axis += taken
  }
  const outer = broadcastLists(lists.map((list) => list.positions.shape))
  const offsets = new Float64Array(sizeOf(outer))
  // NumPy does not check the positions of an empty selection.
  for (const { positions, axis: along } of offsets.length > 0 ? lists : []) {
    if (along >= 0) addOffsets(offsets, outer, positions, along, of)
  }
  const [first, second] = items
  const isMask = first?.kind === 'mask' && first.axes === of.shape.length && second?.axes === 0 && items.length === 2
  return { inner: { shape, byteStrides, position }, offsets, outer, axis: isSeparated ? 0 : insertAt, isMask }
}

function broadcastLists(shapes: readonly (readonly number[])[]): number[] {
  try {
    return broadcastShapes(...shapes)
  } catch {
    throw indexError(
      `shape mismatch: the lists of an index must broadcast together, and shapes ${shapes.map(shapeText).join(' ')} do not`,
    )
  }
}

/** The positions of an item on each of its axes. */
function positionsOf(item: Item, shape: readonly number[], axis: number): Positions[] {
  if (item.kind === 'integer') return [{ shape: [], values: Float64Array.of(normalizeIndex(item.value, shape, axis)) }]
  if (item.kind === 'positions') return [item.positions]
  // A single boolean takes no axis.
  if (item.kind !== 'mask' || item.axes === 0) return []
  item.shape.forEach((length, level) => checkMaskLength(length, shape, axis + level))
  return nonzero(item.shape, item.flags)
}

/**
 * Checks the length of an axis of a mask.
 * @throws MemmapError `ERR_MEMMAP_INDEX` where it differs from the axis of the array
 */
export function checkMaskLength(length: number, shape: readonly number[], axis: number): void {
  // NumPy does not check the length of a mask without entries.
  if (length === 0 || length === shape[axis]) return
  throw indexError(
    `boolean index did not match indexed array along axis ${axis}; size of axis is ${shape[axis]} ` +
      `but size of corresponding boolean axis is ${length}`,
  )
}

/** The positions of the true entries for each axis: NumPy's `nonzero`. */
function nonzero(shape: readonly number[], flags: Uint8Array): Positions[] {
  let count = 0
  for (let index = 0; index < flags.length; index++) if (flags[index] !== 0) count++
  const positions = shape.map(() => new Float64Array(count))
  let at = 0
  for (let index = 0; index < flags.length; index++) {
    if (flags[index] === 0) continue
    let rest = index
    for (let axis = shape.length - 1; axis > 0; axis--) {
      const length = shape[axis] as number
      const along = positions[axis] as Float64Array
      along[at] = rest % length
      rest = Math.floor(rest / length)
    }
    const first = positions[0] as Float64Array
    first[at++] = rest
  }
  return positions.map((values) => ({ shape: [count], values }))
}

/** Adds the bytes of the positions on one axis to the offsets, broadcast to `outer`. */
function addOffsets(
  offsets: Float64Array,
  outer: readonly number[],
  positions: Positions,
  axis: number,
  of: Layout,
): void {
  const stride = of.byteStrides[axis] as number
  const bytes = positions.values.map((value) => normalizeIndex(value, of.shape, axis) * stride)
  if (bytes.length === offsets.length) {
    bytes.forEach((value, index) => (offsets[index] = (offsets[index] as number) + value))
    return
  }
  const skip = outer.length - positions.shape.length
  for (let index = 0; index < offsets.length; index++) {
    let rest = index
    let source = 0
    let scale = 1
    for (let level = outer.length - 1; level >= 0; level--) {
      const length = outer[level] as number
      const sourceLength = level >= skip ? (positions.shape[level - skip] as number) : 1
      if (sourceLength > 1) source += (rest % length) * scale
      scale *= sourceLength
      rest = Math.floor(rest / length)
    }
    offsets[index] = (offsets[index] as number) + (bytes[source] as number)
  }
}
