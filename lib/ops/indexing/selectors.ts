/**
 * The selectors of `a[...]`, and their parser.
 * @module
 */
import { isArray } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { ComputedValue, inMemory } from '../../array/computed.js'
import { innerDataOf } from '../../array/typed-views.js'
import { BY_TYPED_ARRAY, NATIVE_ORDER, NUMBERS, parseDType } from '../../dtype/index.js'
import { typedArrayTag } from '../../errors/brands.js'
import { inspect } from '../../errors/inspect.js'
import { indexError, MemmapError } from '../../errors/memmap-error.js'
import { integerOf, isInteger0d } from '../../layout/shape.js'
import type { IntegerArray } from '../../layout/shape.js'
import { newaxis, parseSlice, Slice } from '../../layout/slice.js'
import { nativeCopy } from '../cast/parts.js'
import { fromFlat } from '../from-values.js'
import { flattenLists } from '../nested-lists.js'
import type { Flat } from '../nested-lists.js'

/** A basic selector: it selects on one axis, and its result is a view. */
export type BasicSelector = number | bigint | string | Slice | typeof newaxis

/** A selector: basic, or a list of positions or a mask, which copy. An ArrayBase is of integers or, as `compare` returns, of bool. */
export type Selector = BasicSelector | boolean | IntegerList | BooleanList | IntegerArray | ArrayBase

/** A list of positions; its depth is the number of axes in the result. */
export interface IntegerList extends ReadonlyArray<number | bigint | IntegerList | IntegerArray | ArrayBase> {}

/** A mask as nested lists; its depth is the number of axes that it selects on. */
export interface BooleanList extends ReadonlyArray<boolean | BooleanList | ArrayBase> {}

/** Positions on one axis, in C order over a shape. */
export interface Positions {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

/** A parsed selector. `axes` is the number of axes of the array that it takes. */
export type Item =
  | { readonly kind: 'integer'; readonly axes: 1; readonly value: number }
  | { readonly kind: 'slice'; readonly axes: 1; readonly part: Slice }
  | { readonly kind: 'newaxis'; readonly axes: 0 }
  | { readonly kind: 'ellipsis'; readonly axes: 0 }
  | { readonly kind: 'positions'; readonly axes: 1; readonly positions: Positions }
  | { readonly kind: 'mask'; readonly axes: number; readonly shape: readonly number[]; readonly flags: Uint8Array }

/**
 * Parses a selector.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function parseSelector(selector: unknown): Item {
  if (typeof selector === 'string') {
    if (selector.trim() === '...') return { kind: 'ellipsis', axes: 0 }
    const part = parseSlice(selector)
    if (part !== null) return { kind: 'slice', axes: 1, part }
    throw indexError(
      `invalid selector ${inspect(selector)}: text must be a slice such as '1:3', '::-1' or ':', or '...'`,
    )
  }
  if (typeof selector === 'number' || typeof selector === 'bigint') {
    const value = integerOf(selector)
    if (value !== null) return { kind: 'integer', axes: 1, value }
  }
  if (isInteger0d(selector)) return { kind: 'integer', axes: 1, value: parsePosition(selector) }
  if (selector instanceof Slice) return { kind: 'slice', axes: 1, part: selector }
  if (selector === newaxis) return { kind: 'newaxis', axes: 0 }
  if (typeof selector === 'boolean') return { kind: 'mask', axes: 0, shape: [], flags: Uint8Array.of(selector ? 1 : 0) }
  if (selector === null || selector === undefined) {
    throw indexError(`invalid selector ${selector}: use ':' for all of an axis, newaxis to add one`)
  }
  const item = listItem(selector)
  if (item !== null) return item
  throw indexError(
    `invalid selector ${inspect(selector)}: a selector must be a whole number, a slice ('1:3' or slice(1, 3)), '...', newaxis, ` +
      'or a list of whole numbers or of booleans',
  )
}

/** Parses positions or a mask from nested lists, a typed array or an ArrayBase; null for anything else. */
function listItem(given: unknown): Item | null {
  const selector = given instanceof ComputedValue ? inMemory(given.computed) : given
  if (isArray(selector) && selector.dtype.kind === 'b') {
    const { shape, ndim } = selector
    return { kind: 'mask', axes: ndim, shape, flags: innerDataOf(nativeCopy(selector)) as Uint8Array }
  }
  const lists = Array.isArray(selector) ? flattenSelector(selector) : null
  if (lists !== null && isMask(lists)) {
    const { shape } = lists
    const flags =
      lists.arrays.length === 0
        ? Uint8Array.from(lists.leaves, Number)
        : (innerDataOf(fromFlat(lists, parseDType('bool'))) as Uint8Array)
    return { kind: 'mask', axes: shape.length, shape, flags }
  }
  const positions = lists === null ? positionsIn(selector) : positionsOf(lists)
  return positions === null ? null : { kind: 'positions', axes: 1, positions }
}

/**
 * Parses positions from a whole number, nested lists, a typed array or an ArrayBase; null for anything else. Temporary as in {@link positionsOfList}.
 * @throws MemmapError `ERR_MEMMAP_INDEX` for positions that are no whole numbers
 */
export function positionsIn(value: unknown, isTemporary = false): Positions | null {
  if (typeof value === 'number' || typeof value === 'bigint')
    return { shape: [], values: Float64Array.of(parsePosition(value)) }
  const list = positionsOfList(value, isTemporary)
  if (list !== null) return { shape: [list.length], values: list }
  if (Array.isArray(value)) return positionsOf(flattenSelector(value))
  const array = ArrayBuffer.isView(value) && typedArrayTag(value) === undefined ? null : asArray(value)
  if (array === null) return null
  if (array.dtype.kind !== 'i' && array.dtype.kind !== 'u') throw notSelecting(array)
  // Positions beyond 2^53 are inexact in float64, but outside every array.
  return { shape: array.shape, values: innerDataOf(nativeCopy(array, parseDType('float64'))) as Float64Array }
}

/** The longest list that is read without a look at its memory. */
const LONGEST = 2 ** 20

/** The memory of temporary positions: a new typed array of more than eight numbers costs more than the work on a hundred. */
const TEMPORARY = new ArrayBuffer(8 * 128)

/**
 * Positions from what people pass mostly: a list of whole numbers, or a typed array of them; null for anything else. Temporary
 * positions are valid until the next ones are read.
 */
export function positionsOfList(value: unknown, isTemporary = false): Float64Array | null {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value
    // A list of holes may be longer than memory.
    if (list.length > LONGEST) return null
    const positions = new Float64Array(list.length)
    for (let at = 0; at < list.length; at++) {
      const position = list[at]
      if (typeof position !== 'number' || !Number.isInteger(position)) return null
      positions[at] = position
    }
    return positions.length === 0 ? null : positions
  }
  if (!ArrayBuffer.isView(value)) return null
  const name = BY_TYPED_ARRAY.get(typedArrayTag(value))
  const kind = name === undefined ? undefined : NUMBERS[name].kind
  if ((kind !== 'i' && kind !== 'u') || value.byteLength === 0) return null
  // Positions beyond 2^53 are inexact in float64, but outside every array. A loop, because from() calls a function for each.
  const integers = value as unknown as ArrayLike<number | bigint>
  const isShort = isTemporary && 8 * integers.length <= TEMPORARY.byteLength
  const positions = isShort ? new Float64Array(TEMPORARY, 0, integers.length) : new Float64Array(integers.length)
  if (name === 'int64' && NATIVE_ORDER === '<') {
    // By halves, because V8 makes an object of each bigint.
    const halves = new Int32Array(value.buffer, value.byteOffset, 2 * positions.length)
    for (let at = 0; at < positions.length; at++)
      positions[at] = (halves[2 * at + 1] as number) * 2 ** 32 + ((halves[2 * at] as number) >>> 0)
    return positions
  }
  for (let at = 0; at < positions.length; at++) positions[at] = Number(integers[at])
  return positions
}

/** Returns true for lists of booleans and of arrays of bool, with at least one element. */
function isMask({ leaves, arrays }: Flat): boolean {
  return (
    leaves.length + arrays.length > 0 &&
    leaves.every((leaf) => typeof leaf === 'boolean') &&
    arrays.every(({ array }) => array.dtype.kind === 'b')
  )
}

function positionsOf({ shape, leaves, arrays }: Flat): Positions {
  const bools = arrays.find(({ array }) => array.dtype.kind === 'b')
  if (bools !== undefined) throw notSelecting(bools.array)
  const values = leaves.map(parsePosition)
  if (arrays.length === 0) return { shape, values: Float64Array.from(values) }
  return {
    shape,
    values: innerDataOf(fromFlat({ shape, leaves: values, arrays }, parseDType('float64'))) as Float64Array,
  }
}

function parsePosition(value: unknown): number {
  const integer = integerOf(value)
  if (integer === null)
    throw indexError(
      `invalid position ${inspect(value)}: a list of positions must hold whole numbers, or booleans only`,
    )
  return integer
}

/**
 * Flattens the lists of a selector.
 * @throws MemmapError `ERR_MEMMAP_INDEX` in place of the `ERR_MEMMAP_SHAPE` and `ERR_MEMMAP_DTYPE` of lists in general
 */
function flattenSelector(list: readonly unknown[]): Flat {
  let lists: Flat
  try {
    lists = flattenLists(list)
  } catch (error) {
    if (!(error instanceof MemmapError)) throw error
    const isInvalid = error.code === 'ERR_MEMMAP_SHAPE' || error.code === 'ERR_MEMMAP_DTYPE'
    throw isInvalid ? indexError(error.message) : error
  }
  const invalid = lists.arrays.find(({ array }) => !'biu'.includes(array.dtype.kind))
  if (invalid !== undefined) throw notSelecting(invalid.array)
  return lists
}

function notSelecting({ dtype }: ArrayBase): MemmapError {
  return indexError(
    `invalid selector of dtype ${dtype.name}: an array that selects must have integers or booleans; convert it with astype()`,
  )
}
