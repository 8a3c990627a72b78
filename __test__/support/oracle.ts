/**
 * NumPy's selection, broadcasting and reshaping on plain nested lists, in the plainest way: for machines without Python.
 * @module
 */

/** Nested lists, as deep as there are axes; an element for none. */
export type Nest = unknown

/** A selector: a position, positions, yes and no, a slice, a new axis, or all axes that are left. */
export type Part =
  number | null | '...' | readonly [start: number | null, stop: number | null, step: number | null] | List
export interface List {
  readonly list: Nest
}

export function shapeOf(nest: Nest, ndim: number): number[] {
  const shape: number[] = []
  for (let level = nest; shape.length < ndim; level = (level as Nest[])[0]) shape.push((level as Nest[]).length)
  return shape
}

export function build(
  shape: readonly number[],
  element: (...indices: number[]) => unknown,
  at: readonly number[] = [],
): Nest {
  const length = shape[at.length]
  if (length === undefined) return element(...at)
  return Array.from({ length }, (_, index) => build(shape, element, [...at, index]))
}

export function at(nest: Nest, indices: readonly number[]): unknown {
  return indices.reduce((level, index) => (level as unknown[])[index], nest)
}

/** Every element in C order. */
export function flat(nest: Nest, ndim: number): unknown[] {
  return ndim === 0 ? [nest] : (nest as Nest[]).flatMap((level) => flat(level, ndim - 1))
}

export function transposed(nest: Nest, shape: readonly number[], order: readonly number[]): Nest {
  const lengths = order.map((axis) => shape[axis] as number)
  return build(lengths, (...indices) => {
    const from = new Array<number>(shape.length)
    order.forEach((axis, place) => (from[axis] = indices[place] as number))
    return at(nest, from)
  })
}

export function reshaped(nest: Nest, shape: readonly number[], target: readonly number[], order: 'C' | 'F'): Nest {
  if (order === 'C') {
    const elements = flat(nest, shape.length).values()
    return build(target, () => elements.next().value)
  }
  // In F order, the same with all axes in reverse on both sides.
  const back = (length: number): number[] => Array.from({ length }, (_, axis) => length - 1 - axis)
  const turned = transposed(nest, shape, back(shape.length))
  const reshapedBack = reshaped(turned, shape.toReversed(), target.toReversed(), 'C')
  return transposed(reshapedBack, target.toReversed(), back(target.length))
}

/** A nest spread to a shape: missing axes and axes of one entry repeat. */
export function broadcast(nest: Nest, from: readonly number[], to: readonly number[]): Nest {
  const skip = to.length - from.length
  return build(to, (...indices) =>
    at(
      nest,
      indices.slice(skip).map((index, axis) => (from[axis] === 1 ? 0 : index)),
    ),
  )
}

/** What selectors select. */
export function select(nest: Nest, shape: readonly number[], parts: readonly Part[]): { nest: Nest; shape: number[] } {
  const full = withEllipsis(parts, shape.length)
  const lists = full.flatMap((part) => (isList(part) ? listsOf(part) : []))
  if (lists.length === 0) return basic(nest, shape, full as Exclude<Part, List>[])
  return advanced(nest, shape, full)
}

function isList(part: Part): part is List {
  return typeof part === 'object' && part !== null && 'list' in part
}

function isMask({ list }: List): boolean {
  const leaf = depthOf(list) === 0 ? list : flat(list, depthOf(list))[0]
  return typeof leaf === 'boolean'
}

function depthOf(nest: Nest): number {
  return Array.isArray(nest) ? 1 + depthOf(nest[0]) : 0
}

function axesOf(part: Part): number {
  if (part === null || part === '...') return 0
  return isList(part) && isMask(part) ? depthOf(part.list) : 1
}

function withEllipsis(parts: readonly Part[], ndim: number): Part[] {
  const rest = ndim - parts.reduce<number>((sum, part) => sum + axesOf(part), 0)
  const all: Part[] = Array.from({ length: rest }, () => [null, null, null] as const)
  return parts.includes('...') ? parts.flatMap((part) => (part === '...' ? all : [part])) : [...parts, ...all]
}

function basic(
  nest: Nest,
  shape: readonly number[],
  parts: readonly Exclude<Part, List>[],
): { nest: Nest; shape: number[] } {
  const [part, ...rest] = parts
  if (part === undefined) return { nest, shape: [...shape] }
  if (part === null) {
    const inner = basic(nest, shape, rest)
    return { nest: [inner.nest], shape: [1, ...inner.shape] }
  }
  const length = shape[0] as number
  if (typeof part === 'number') {
    return basic((nest as Nest[])[part < 0 ? part + length : part], shape.slice(1), rest)
  }
  const picked = positionsIn(part as readonly [number | null, number | null, number | null], length)
  const rows = picked.map((position) => basic((nest as Nest[])[position], shape.slice(1), rest))
  // Without rows, one that is not there tells the shape.
  const inner =
    rows[0]?.shape ??
    basic(
      build(shape.slice(1), () => 0),
      shape.slice(1),
      rest,
    ).shape
  return { nest: rows.map((row) => row.nest), shape: [picked.length, ...inner] }
}

/** Python's slice, entry by entry. */
function positionsIn(
  [start, stop, step]: readonly [number | null, number | null, number | null],
  length: number,
): number[] {
  const by = step ?? 1
  const counted = (bound: number): number => (bound < 0 ? bound + length : bound)
  const positions: number[] = []
  if (by > 0) {
    const end = stop === null ? length : Math.min(length, counted(stop))
    for (let at = start === null ? 0 : Math.max(0, counted(start)); at < end; at += by) positions.push(at)
  } else {
    const end = stop === null ? -1 : Math.max(-1, counted(stop))
    for (let at = start === null ? length - 1 : Math.min(length - 1, counted(start)); at > end; at += by)
      positions.push(at)
  }
  return positions
}

/** Positions on one axis. */
interface Positions {
  readonly nest: Nest
  readonly shape: readonly number[]
}

/** A part of which no list stands for several axes. */
type Single = Exclude<Part, List> | Positions

function isPositions(part: Single): part is Positions {
  return typeof part === 'object' && part !== null && 'nest' in part
}

/** The lists of positions that a list stands for: one for itself, of a mask one for each of its axes. */
function listsOf(part: List): Positions[] {
  if (!isMask(part)) return [{ nest: part.list, shape: shapeOf(part.list, depthOf(part.list)) }]
  const ndim = depthOf(part.list)
  const found: number[][] = []
  build(shapeOf(part.list, ndim), (...indices) => {
    if (at(part.list, indices) === true) found.push(indices)
  })
  return Array.from({ length: ndim }, (_, axis) => ({
    nest: found.map((indices) => indices[axis]),
    shape: [found.length],
  }))
}

/** Each place of the lists selects what stands there; their axes come first, or where all of them stand side by side. */
function advanced(nest: Nest, shape: readonly number[], parts: readonly Part[]): { nest: Nest; shape: number[] } {
  const single = parts.flatMap((part): Single[] => (isList(part) ? listsOf(part) : [part]))
  const lists = single.filter(isPositions)
  const outer = broadcastShapes(lists.map((list) => list.shape))
  const spread = lists.map((list) => broadcast(list.nest, list.shape, outer))
  const at0 = (indices: readonly number[]): Exclude<Part, List>[] => {
    let next = 0
    return single.map((part) => {
      return isPositions(part) ? (at(spread[next++], indices) as number) : part
    })
  }
  const inner = basic(
    build(shape, () => 0),
    shape,
    emptied(single),
  ).shape
  const rows = build(outer, (...indices) => basic(nest, shape, at0(indices)).nest)
  const whole = [...outer, ...inner]
  const indices = single.flatMap((part, place) => (typeof part === 'number' || isPositions(part) ? [place] : []))
  const [first = 0] = indices
  const isApart = indices.some((place, count) => place !== first + count)
  if (isApart) return { nest: rows, shape: whole }
  // The axes of the parts before the lists move in front of theirs.
  const before = single.slice(0, first).filter((part) => typeof part !== 'number').length
  const order = [
    ...inner.slice(0, before).map((_, axis) => outer.length + axis),
    ...outer.map((_, axis) => axis),
    ...inner.slice(before).map((_, axis) => outer.length + before + axis),
  ]
  return { nest: transposed(rows, whole, order), shape: order.map((axis) => whole[axis] as number) }
}

/** Parts with some position in place of each list, for the shape of what is left. */
function emptied(parts: readonly Single[]): Exclude<Part, List>[] {
  return parts.map((part) => (isPositions(part) ? 0 : part))
}

function broadcastShapes(shapes: readonly (readonly number[])[]): number[] {
  const ndim = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: ndim }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[shape.length - ndim + axis] ?? 1)
    return lengths.find((length) => length !== 1) ?? 1
  })
}

/** A nest in which what selectors select has other values. */
export function assigned(
  nest: Nest,
  shape: readonly number[],
  parts: readonly Part[],
  value: Nest,
  valueShape: readonly number[],
): Nest {
  const places = build(shape, (...indices) => indices)
  const chosen = select(places, shape, parts)
  const elements = flat(chosen.nest, chosen.shape.length) as number[][]
  const values = flat(broadcast(value, valueShape, chosen.shape), chosen.shape.length)
  const stored = new Map(elements.map((indices, order) => [String(indices), values[order]]))
  return build(shape, (...indices) => (stored.has(String(indices)) ? stored.get(String(indices)) : at(nest, indices)))
}
