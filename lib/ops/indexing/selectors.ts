/**
 * What can stand in `a[...]`, and what each means.
 * @module
 */
import { isArray } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { dataOf } from '../../array/typed-views.js'
import { parseDType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { indexError } from '../../errors/memmap-error.js'
import { integerOf } from '../../layout/shape.js'
import type { IntegerArray } from '../../layout/shape.js'
import { newaxis, parseSlice, Slice } from '../../layout/slice.js'
import { nativeCopy } from '../cast/parts.js'

/** Something that names elements on one axis; selectors like this make a view. */
export type BasicSelector = number | bigint | string | Slice | typeof newaxis

/** Something that names elements on one axis, or on several; an ArrayBase is of integers or of bool, as `compare` gives. */
export type Selector = BasicSelector | boolean | IntegerList | BooleanList | IntegerArray | ArrayBase

/** A list of positions, nested as deep as the result is to have axes. */
export interface IntegerList extends ReadonlyArray<number | bigint | IntegerList> {}

/** A list of yes and no, as deep as the axes that it selects on. */
export interface BooleanList extends ReadonlyArray<boolean | BooleanList> {}

/** Positions on one axis, in C order over a shape. */
export interface Positions {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

/** A selector, understood. `axes` is how many axes of the array it takes. */
export type Item =
  | { readonly kind: 'integer'; readonly axes: 1; readonly value: number }
  | { readonly kind: 'slice'; readonly axes: 1; readonly part: Slice }
  | { readonly kind: 'newaxis'; readonly axes: 0 }
  | { readonly kind: 'ellipsis'; readonly axes: 0 }
  | { readonly kind: 'positions'; readonly axes: 1; readonly positions: Positions }
  | { readonly kind: 'mask'; readonly axes: number; readonly shape: readonly number[]; readonly flags: Uint8Array }

/**
 * Understands a selector.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function parseSelector(selector: unknown): Item {
  if (typeof selector === 'string') {
    if (selector.trim() === '...') return { kind: 'ellipsis', axes: 0 }
    const part = parseSlice(selector)
    if (part !== null) return { kind: 'slice', axes: 1, part }
    throw indexError(`${inspect(selector)} selects nothing: text is a slice such as '1:3', '::-1' or ':', or '...'`)
  }
  if (typeof selector === 'number' || typeof selector === 'bigint') {
    const value = integerOf(selector)
    if (value !== null) return { kind: 'integer', axes: 1, value }
  }
  if (selector instanceof Slice) return { kind: 'slice', axes: 1, part: selector }
  if (selector === newaxis) return { kind: 'newaxis', axes: 0 }
  if (typeof selector === 'boolean') return { kind: 'mask', axes: 0, shape: [], flags: Uint8Array.of(selector ? 1 : 0) }
  if (selector === null || selector === undefined) {
    throw indexError(`${selector} selects nothing: use ':' for all of an axis, newaxis to add one`)
  }
  const item = listItem(selector)
  if (item !== null) return item
  throw indexError(
    `${inspect(selector)} selects nothing: a selector is a whole number, a slice ('1:3' or slice(1, 3)), '...', newaxis, ` +
      'or a list of whole numbers or of booleans',
  )
}

/** Positions or a mask, of nested lists, a typed array or an ArrayBase; null for anything else. */
function listItem(selector: unknown): Item | null {
  if (isArray(selector) && selector.dtype.kind === 'b') {
    const { shape, ndim } = selector
    return { kind: 'mask', axes: ndim, shape, flags: dataOf(nativeCopy(selector)) as Uint8Array }
  }
  const lists = Array.isArray(selector) ? flattenSelector(selector) : null
  if (lists !== null && lists.values.length > 0 && lists.values.every((value) => typeof value === 'boolean')) {
    const { shape, values } = lists
    return { kind: 'mask', axes: shape.length, shape, flags: Uint8Array.from(values, Number) }
  }
  const positions =
    lists === null ? positionsIn(selector) : { shape: lists.shape, values: Float64Array.from(lists.values, position) }
  return positions === null ? null : { kind: 'positions', axes: 1, positions }
}

/**
 * Positions in a whole number, in nested lists, a typed array or an ArrayBase; null for anything else.
 * @throws MemmapError `ERR_MEMMAP_INDEX` where they are no whole numbers
 */
export function positionsIn(value: unknown): Positions | null {
  if (typeof value === 'number' || typeof value === 'bigint')
    return { shape: [], values: Float64Array.of(position(value)) }
  if (Array.isArray(value)) {
    const { shape, values } = flattenSelector(value)
    return { shape, values: Float64Array.from(values, position) }
  }
  const array = value instanceof DataView ? null : asArray(value)
  if (array === null) return null
  if (array.dtype.kind !== 'i' && array.dtype.kind !== 'u') {
    throw indexError(
      `an array that selects has integers or booleans, and this has ${array.dtype.name}: astype() makes integers`,
    )
  }
  // Beyond 2^53 no position is exact, and none within an array.
  return { shape: array.shape, values: dataOf(nativeCopy(array, parseDType('float64'))) as Float64Array }
}

function position(value: unknown): number {
  const whole = integerOf(value)
  if (whole === null)
    throw indexError(`a list of positions holds whole numbers, or booleans only (got ${inspect(value)})`)
  return whole
}

/** The shape and entries of nested lists. */
function flattenSelector(list: readonly unknown[]): { shape: number[]; values: unknown[] } {
  const shape: number[] = []
  for (let level: unknown = list; Array.isArray(level); level = level[0]) shape.push(level.length)
  const values: unknown[] = []
  collect(list, shape, 0, values)
  return { shape, values }
}

function collect(list: unknown, shape: readonly number[], depth: number, into: unknown[]): void {
  const isLeaf = depth === shape.length
  if (isLeaf === Array.isArray(list) || (Array.isArray(list) && list.length !== shape[depth])) {
    throw indexError(`the lists of a selector have the same length on each level (got ${inspect(list)})`)
  }
  if (!Array.isArray(list)) into.push(list)
  else for (const entry of list) collect(entry, shape, depth + 1, into)
}
