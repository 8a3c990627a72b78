/**
 * NumPy's `a[...]`: which elements a list of selectors names. No array is read or made here, only numbers.
 *
 * Source: NumPy, "Indexing on ndarrays" (basic and advanced indexing), and `mapping.c` for the order of axes.
 * @module
 */
import { given } from './dtype/index.js'
import { broadcastShapes, integerOf, shapeText, sizeOf } from './shape.js'
import type { IntegerArray } from './shape.js'
import { Slice, indexError, newaxis, parseSlice, resolveSlice } from './slice.js'

/** Something that names elements on one axis, or on several. */
export type Selector =
  | number
  | bigint
  | boolean
  | string
  | Slice
  | typeof newaxis
  | IntegerList
  | BooleanList
  | IntegerArray
  | IndexArray

/** A list of positions, nested as deep as the result is to have axes. */
export interface IntegerList extends ReadonlyArray<number | bigint | IntegerList> {}

/** A list of yes and no, as deep as the axes that it selects on. */
export interface BooleanList extends ReadonlyArray<boolean | BooleanList> {}

/** An array of integers or booleans, as `compare` gives: what selection needs of an NDArray. */
export interface IndexArray {
  readonly shape: readonly number[]
  readonly dtype: { readonly kind: string }
  /** Every element in C order. */
  values(): Iterable<unknown>
}

/** The elements that selectors without a list name: a view. Positions and strides are in bytes. */
export interface Layout {
  readonly shape: readonly number[]
  readonly byteStrides: readonly number[]
  readonly position: number
}

/** The elements that selectors with a list name: at each of `offsets`, all of `inner`. */
export interface Gather {
  readonly inner: Layout
  /** Bytes from the position of `inner`, in C order over `outer`. */
  readonly offsets: Float64Array
  /** The shape that the lists broadcast to. */
  readonly outer: readonly number[]
  /** Before which axis of `inner` those of `outer` stand in the result. */
  readonly axis: number
}

/** Positions on one axis. */
interface Positions {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** A selector, understood. `axes` is how many axes of the array it takes. */
type Item =
  | { readonly kind: 'integer'; readonly axes: 1; readonly value: number }
  | { readonly kind: 'slice'; readonly axes: 1; readonly part: Slice }
  | { readonly kind: 'newaxis'; readonly axes: 0 }
  | { readonly kind: 'ellipsis'; readonly axes: 0 }
  | { readonly kind: 'positions'; readonly axes: 1; readonly positions: Positions }
  | { readonly kind: 'mask'; readonly axes: number; readonly shape: readonly number[]; readonly flags: readonly boolean[] }

/**
 * Finds the elements.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function select(selectors: readonly unknown[], of: Layout): Layout | Gather {
  const items = selectors.map(parse)
  const taken = items.reduce((sum, item) => sum + item.axes, 0)
  const ndim = of.shape.length
  if (taken > ndim) {
    throw indexError(`too many indices for array: array is ${ndim}-dimensional, but ${taken} were indexed`)
  }
  if (items.filter((item) => item.kind === 'ellipsis').length > 1) {
    throw indexError(`an index has at most one ellipsis '...'`)
  }
  // What no selector names is named by an ellipsis, given or not.
  if (!items.some((item) => item.kind === 'ellipsis')) items.push({ kind: 'ellipsis', axes: 0 })
  const advanced = items.some((item) => item.kind === 'positions' || item.kind === 'mask')
  return advanced ? gather(items, of, ndim - taken) : view(items, of, ndim - taken)
}

function parse(selector: unknown): Item {
  if (typeof selector === 'string') {
    if (selector.trim() === '...') return { kind: 'ellipsis', axes: 0 }
    const part = parseSlice(selector)
    if (part !== null) return { kind: 'slice', axes: 1, part }
    throw indexError(`${given(selector)} selects nothing: text is a slice such as '1:3', '::-1' or ':', or '...'`)
  }
  if (typeof selector === 'number' || typeof selector === 'bigint') {
    const value = integerOf(selector)
    if (value !== null) return { kind: 'integer', axes: 1, value }
  }
  if (selector instanceof Slice) return { kind: 'slice', axes: 1, part: selector }
  if (selector === newaxis) return { kind: 'newaxis', axes: 0 }
  if (typeof selector === 'boolean') return { kind: 'mask', axes: 0, shape: [], flags: [selector] }
  if (selector === null || selector === undefined) {
    throw indexError(`${selector} selects nothing: use ':' for all of an axis, newaxis to add one`)
  }
  const list = flatten(selector)
  if (list !== null) return advancedItem(list.shape, list.values)
  throw indexError(
    `${given(selector)} selects nothing: a selector is a whole number, a slice ('1:3' or slice(1, 3)), '...', newaxis, ` +
      'or a list of whole numbers or of booleans',
  )
}

function advancedItem(shape: readonly number[], values: readonly unknown[]): Item {
  if (values.length > 0 && values.every((value) => typeof value === 'boolean')) {
    return { kind: 'mask', axes: shape.length, shape, flags: values }
  }
  const positions = values.map((value) => {
    const position = typeof value === 'boolean' ? null : integerOf(value)
    if (position === null) {
      throw indexError(`a list of positions holds whole numbers, or booleans only (got ${given(value)})`)
    }
    return position
  })
  return { kind: 'positions', axes: 1, positions: { shape, values: positions } }
}

/** The shape and entries of nested lists, a typed array or an NDArray; null for anything else. */
export function flatten(selector: unknown): { shape: readonly number[]; values: unknown[] } | null {
  if (ArrayBuffer.isView(selector)) {
    if (selector instanceof DataView) return null
    const values = Array.from(selector as unknown as ArrayLike<unknown>)
    return { shape: [values.length], values }
  }
  if (isIndexArray(selector)) {
    if (!'biu'.includes(selector.dtype.kind)) {
      throw indexError(`an array that selects has integers or booleans, and this has dtype kind '${selector.dtype.kind}'`)
    }
    return { shape: selector.shape, values: [...selector.values()] }
  }
  if (!Array.isArray(selector)) return null
  const shape: number[] = []
  for (let level: unknown = selector; Array.isArray(level); level = level[0]) shape.push(level.length)
  const values: unknown[] = []
  collect(selector, shape, 0, values)
  return { shape, values }
}

function collect(list: unknown, shape: readonly number[], depth: number, into: unknown[]): void {
  if (depth === shape.length) {
    if (Array.isArray(list)) throw indexError(`the lists of a selector have the same length on each level (got ${given(list)})`)
    into.push(list)
    return
  }
  if (!Array.isArray(list) || list.length !== shape[depth]) {
    throw indexError(`the lists of a selector have the same length on each level (got ${given(list)})`)
  }
  for (const entry of list) collect(entry, shape, depth + 1, into)
}

function isIndexArray(value: unknown): value is IndexArray {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'values' in value
}

/** The basic selectors, one after the other; `rest` axes are named by the ellipsis. */
function view(items: readonly Item[], of: Layout, rest: number): Layout {
  const shape: number[] = []
  const byteStrides: number[] = []
  let position = of.position
  let axis = 0
  const keep = (length: number, stride: number): void => {
    shape.push(length)
    byteStrides.push(stride)
  }
  for (const item of items) {
    if (item.kind === 'newaxis') {
      keep(1, 0)
    } else if (item.kind === 'ellipsis') {
      for (let left = rest; left > 0; left--, axis++) keep(of.shape[axis] as number, of.byteStrides[axis] as number)
    } else if (item.kind === 'integer') {
      position += bounded(item.value, of.shape, axis) * (of.byteStrides[axis] as number)
      axis++
    } else if (item.kind === 'slice') {
      const { start, step, count } = resolveSlice(item.part, of.shape[axis] as number)
      const stride = of.byteStrides[axis] as number
      // An empty slice may start behind the end, where no element is.
      if (count > 0) position += start * stride
      keep(count, stride * step)
      axis++
    }
  }
  return { shape, byteStrides, position }
}

/** With lists: they and the integers among them broadcast together; the rest is a view that each of them shifts. */
function gather(items: readonly Item[], of: Layout, rest: number): Gather {
  const lists: { positions: Positions; axis: number }[] = []
  const shape: number[] = []
  const byteStrides: number[] = []
  let axis = 0
  let position = of.position
  // Before which axis of the view the lists stand; they stand first if something stands between them.
  let place = -1
  let apart = false
  let justNow = false
  for (const item of items) {
    if (item.kind === 'integer' || item.kind === 'positions' || item.kind === 'mask') {
      if (place < 0) place = shape.length
      else if (!justNow) apart = true
      justNow = true
      for (const positions of positionsOf(item, of.shape, axis)) lists.push({ positions, axis: axis++ })
      if (item.kind === 'mask' && item.axes === 0) lists.push({ positions: { shape: [item.flags[0] ? 1 : 0], values: [0] }, axis: -1 })
      continue
    }
    // An ellipsis that stands for no axis still stands between.
    justNow = false
    const taken = item.kind === 'ellipsis' ? rest : item.axes
    const part = view([item], { shape: of.shape.slice(axis, axis + taken), byteStrides: of.byteStrides.slice(axis, axis + taken), position: 0 }, taken)
    shape.push(...part.shape)
    byteStrides.push(...part.byteStrides)
    position += part.position
    axis += taken
  }
  const outer = broadcastLists(lists.map((list) => list.positions.shape))
  const offsets = new Float64Array(sizeOf(outer))
  for (const { positions, axis: along } of lists) {
    if (along >= 0) addOffsets(offsets, outer, positions, along, of)
  }
  return { inner: { shape, byteStrides, position }, offsets, outer, axis: apart ? 0 : place }
}

function broadcastLists(shapes: readonly (readonly number[])[]): number[] {
  try {
    return broadcastShapes(...shapes)
  } catch {
    throw indexError(
      `shape mismatch: the lists of an index broadcast together, and shapes ${shapes.map(shapeText).join(' ')} do not`,
    )
  }
}

/** The positions that an item names on each of the axes that it takes. */
function positionsOf(item: Item, shape: readonly number[], axis: number): Positions[] {
  if (item.kind === 'integer') return [{ shape: [], values: [item.value] }]
  if (item.kind === 'positions') return [item.positions]
  if (item.kind !== 'mask') return []
  item.shape.forEach((length, level) => {
    if (length !== shape[axis + level]) {
      throw indexError(
        `boolean index did not match indexed array along axis ${axis + level}; size of axis is ${shape[axis + level]} ` +
          `but size of corresponding boolean axis is ${length}`,
      )
    }
  })
  return nonzero(item.shape, item.flags)
}

/** The positions of the true entries, axis by axis: NumPy's `nonzero`. */
function nonzero(shape: readonly number[], flags: readonly boolean[]): Positions[] {
  const found: number[][] = shape.map(() => [])
  flags.forEach((flag, index) => {
    if (!flag) return
    let rest = index
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number
      found[axis]?.push(rest % length)
      rest = Math.floor(rest / length)
    }
  })
  return found.map((values) => ({ shape: [values.length], values }))
}

/** Adds to each offset what the position on this axis contributes, the list broadcast to `outer`. */
function addOffsets(offsets: Float64Array, outer: readonly number[], positions: Positions, axis: number, of: Layout): void {
  const stride = of.byteStrides[axis] as number
  const bytes = positions.values.map((value) => bounded(value, of.shape, axis) * stride)
  if (bytes.length === offsets.length) {
    bytes.forEach((value, index) => (offsets[index] = (offsets[index] as number) + value))
    return
  }
  const skip = outer.length - positions.shape.length
  for (let index = 0; index < offsets.length; index++) {
    let rest = index
    let from = 0
    let scale = 1
    for (let level = outer.length - 1; level >= 0; level--) {
      const length = outer[level] as number
      const own = level >= skip ? (positions.shape[level - skip] as number) : 1
      if (own > 1) from += (rest % length) * scale
      scale *= own
      rest = Math.floor(rest / length)
    }
    offsets[index] = (offsets[index] as number) + (bytes[from] as number)
  }
}

/** An index counted from the front. */
export function bounded(index: number, shape: readonly number[], axis: number): number {
  const length = shape[axis] as number
  if (index < -length || index >= length) {
    throw indexError(`index ${index} is out of bounds for axis ${axis} with size ${length}`)
  }
  return index < 0 ? index + length : index
}
