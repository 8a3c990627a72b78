/**
 * Selections of an expression: those of what it is computed from, so that nothing else is computed.
 * @module
 */
import { allocateEmpty } from '../array/allocate.js'
import type { ArrayBase } from '../array/array-base.js'
import { inMemory } from '../array/computed.js'
import { viewOf } from '../array/make-array.js'
import { JoinRecipe } from '../array/recipe.js'
import { indexError } from '../errors/memmap-error.js'
import { normalizeIndex, parseAxis } from '../layout/axis.js'
import type { Layout } from '../layout/layout.js'
import { isSameShape } from '../layout/shape.js'
import { assign } from '../ops/assign.js'
import { broadcastTo } from '../ops/axes.js'
import { select } from '../ops/indexing/select.js'
import { takeAt } from '../ops/indexing/take.js'
import { call, cast, leaf } from './node.js'
import type { Node } from './node.js'
import { joinArrays } from './join.js'

/**
 * The elements of a node that selectors select: slices and whole numbers.
 * @throws MemmapError `ERR_MEMMAP_INDEX`, also for lists
 */
export function selectNode(node: Node, selectors: readonly unknown[]): Node {
  const { shape } = node
  const selection = select(selectors, { shape, byteStrides: shape.map(() => 0), position: 0 })
  if ('inner' in selection) {
    throw indexError(
      'invalid index of an expression: it takes slices and whole numbers; take() has positions, and evaluate().index() lists and masks',
    )
  }
  return mapLeaves(node, selection.shape, (array) => selectIn(inShape(array, shape), selectors))
}

/** The tree with other arrays, of one shape, in place of its own. */
function mapLeaves(node: Node, shape: readonly number[], of: (array: ArrayBase) => Node): Node {
  const known = new Map<Node, Node>()
  const map = (node: Node): Node => {
    let mapped = known.get(node)
    if (mapped === undefined) known.set(node, (mapped = mapNew(node)))
    return mapped
  }
  const mapNew = (node: Node): Node => {
    switch (node.kind) {
      case 'leaf':
        return cast(of(node.array), node.dtype)
      case 'scalar':
        return node.shape.length > 0 ? { ...node, shape } : node
      case 'cast':
        return cast(map(node.of), node.dtype)
      case 'call':
        return call(node.operation, node.loop, node.args.map(map), node.dtype)
    }
  }
  return map(node)
}

/** The array, broadcast where it has another shape. */
function inShape(array: ArrayBase, shape: readonly number[]): ArrayBase {
  return isSameShape(array.shape, shape) ? array : broadcastTo(array, shape)
}

function selectIn(array: ArrayBase, selectors: readonly unknown[]): Node {
  const { recipe } = array.store
  return recipe instanceof JoinRecipe && array.root === null
    ? selectJoined(recipe, array, selectors)
    : leaf(viewOf(array, select(selectors, array) as Layout))
}

/** Selects of each part what the selectors have of it. */
function selectJoined({ parts, axis, dtype }: JoinRecipe, { shape }: ArrayBase, selectors: readonly unknown[]): Node {
  // Of each axis, which of its entries the result has: the first one, and the step along each axis of the result.
  const along = shape.map(
    (_, at) =>
      select(selectors, { shape, byteStrides: shape.map((_, other) => (other === at ? 1 : 0)), position: 0 }) as Layout,
  )
  const joined = along[axis] as Layout
  const lengths = joined.shape
  const place = joined.byteStrides.findIndex((step) => step !== 0)
  const view = (part: ArrayBase, first: number, shape: readonly number[], step: number): ArrayBase => {
    let { position } = part
    const byteStrides = shape.map(() => 0)
    part.byteStrides.forEach((stride, at) => {
      const one = along[at] as Layout
      position += (at === axis ? first : one.position) * stride
      one.byteStrides.forEach((of, index) => {
        byteStrides[index] = (byteStrides[index] as number) + (at === axis ? (of === 0 ? 0 : step) : of) * stride
      })
    })
    return viewOf(part, { shape, byteStrides, position: shape.includes(0) ? part.position : position })
  }
  const starts = startsOf(parts, axis)
  if (place < 0) {
    // A whole number, or an axis of one entry.
    const index = partAt(starts, joined.position)
    return cast(leaf(view(parts[index] as ArrayBase, joined.position - (starts[index] as number), lengths, 0)), dtype)
  }
  const [count, step] = [lengths[place] as number, joined.byteStrides[place] as number]
  const selected: ArrayBase[] = []
  for (let done = 0; done < count;) {
    const at = joined.position + done * step
    const index = partAt(starts, at)
    const [start, end] = [starts[index] as number, starts[index + 1] as number]
    const within = step > 0 ? Math.ceil((end - at) / step) : Math.floor((at - start) / -step) + 1
    const some = Math.min(within, count - done)
    selected.push(view(parts[index] as ArrayBase, at - start, lengths.with(place, some), step))
    done += some
  }
  if (selected.length === 0) selected.push(view(parts[0] as ArrayBase, 0, lengths, step))
  return selected.length === 1 ? cast(leaf(selected[0] as ArrayBase), dtype) : leaf(joinArrays(selected, place, dtype))
}

function startsOf(parts: readonly ArrayBase[], axis: number): readonly number[] {
  const starts = [0]
  for (const { shape } of parts) starts.push((starts.at(-1) as number) + (shape[axis] as number))
  return starts
}

/** The part with an entry of the axis along which parts are joined. */
function partAt(starts: readonly number[], at: number): number {
  let [low, high] = [0, starts.length - 2]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= at) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * Copies the entries of an axis at positions, and of what a node is computed from only those.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function takeNode(node: Node, positions: Float64Array, likeAxis: unknown): Node {
  const { shape } = node
  const axis = parseAxis(likeAxis, shape.length)
  const length = shape[axis] as number
  const checked = positions.map((position) => normalizeIndex(position, shape, axis))
  if (checked.length > 0 && length === 0) throw indexError(`invalid positions: axis ${axis} has no entries`)
  return mapLeaves(node, shape.with(axis, checked.length), (array) =>
    leaf(takeFrom(inShape(array, shape), axis, checked)),
  )
}

function takeFrom(array: ArrayBase, axis: number, positions: Float64Array): ArrayBase {
  const { recipe } = array.store
  if (recipe instanceof JoinRecipe && array.root === null) return takeJoined(recipe, array, axis, positions)
  // The entries of an axis that is broadcast are one.
  if (array.byteStrides[axis] === 0 && (array.shape[axis] as number) > 0)
    return viewOf(array, { ...layoutOf(array), shape: array.shape.with(axis, positions.length) })
  return takeAt(inMemory(array), axis, positions)
}

function layoutOf({ shape, byteStrides, position }: ArrayBase): Layout {
  return { shape, byteStrides, position }
}

function takeJoined(recipe: JoinRecipe, array: ArrayBase, axis: number, positions: Float64Array): ArrayBase {
  const { parts, dtype } = recipe
  if (axis !== recipe.axis)
    return joinArrays(
      parts.map((part) => takeFrom(part, axis, positions.slice())),
      recipe.axis,
      dtype,
    )
  const starts = startsOf(parts, axis)
  const places: number[][] = parts.map(() => [])
  positions.forEach((position, place) => void places[partAt(starts, position)]?.push(place))
  const result = allocateEmpty(array.shape.with(axis, positions.length), dtype)
  for (const [index, of] of places.entries()) {
    if (of.length === 0) continue
    const own = Float64Array.from(of, (place) => (positions[place] as number) - (starts[index] as number))
    const before = Array.from({ length: axis }, () => ':')
    assign(result, takeFrom(parts[index] as ArrayBase, axis, own), [...before, of])
  }
  return result
}
