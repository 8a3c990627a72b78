/**
 * Nested lists of elements, in which arrays and typed arrays count as lists of their elements, and arrays without axes as elements.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { asArray, isSingleElement } from '../array/as-array.js'
import type { DType } from '../dtype/index.js'
import { checkHeap, checkList } from '../errors/check-size.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { MAX_NDIM } from '../layout/shape.js'
import { isRecordList } from '../scalar/record-list.js'

/** The shape and elements of nested lists. */
export interface Flat {
  readonly shape: readonly number[]
  /** The elements that are in no array, in C order; they fill the positions between the arrays. */
  readonly leaves: readonly unknown[]
  /** The arrays among the lists, in C order. */
  readonly arrays: readonly Placed[]
}

/** An array and the position of its first element, in C order. */
export interface Placed {
  readonly array: ArrayBase
  readonly start: number
}

/**
 * Flattens nested lists.
 * @param dtype of the elements, where it is known, because records and raw bytes can be lists themselves
 * @throws MemmapError `ERR_MEMMAP_SHAPE` where lists on one level differ in length
 */
export function flattenLists(values: unknown, dtype?: DType): Flat {
  const shape: number[] = []
  let level = values
  for (;;) {
    const list = listEntriesOf(level, dtype)
    if (list === null) break
    shape.push(...list.shape)
    if (shape.length > MAX_NDIM) {
      throw new MemmapError(
        'ERR_MEMMAP_SHAPE',
        `invalid nested lists: an array has at most ${MAX_NDIM} axes, and these lists are deeper`,
      )
    }
    if (list.array !== null || list.entries.length === 0) break
    level = list.entries[0]
  }
  const found = { leaves: [], arrays: [], position: 0 }
  collect(values, shape, 0, dtype, found)
  return { shape, leaves: found.leaves, arrays: found.arrays }
}

/** The values of one shape in C order, in which arrays have no axes. */
export function flatOf(shape: readonly number[], values: readonly unknown[]): Flat {
  const leaves: unknown[] = []
  const arrays: Placed[] = []
  values.forEach((value, start) => {
    const array = ArrayBuffer.isView(value) ? null : asArray(value)
    if (array === null) leaves.push(value)
    else arrays.push({ array, start })
  })
  return { shape, leaves, arrays }
}

/** Calls back with each element that is in no array, and its position in C order. */
export function forEachLeaf({ leaves, arrays }: Flat, fn: (leaf: unknown, position: number) => void): void {
  let position = 0
  let next = 0
  for (const { array, start } of arrays) {
    while (position < start) fn(leaves[next++], position++)
    position += array.size
  }
  while (next < leaves.length) fn(leaves[next++], position++)
}

interface Entries {
  readonly shape: readonly number[]
  readonly entries: readonly unknown[]
  readonly array: ArrayBase | null
}

/** Returns the entries of a list or array; null for an element. */
function listEntriesOf(value: unknown, dtype: DType | undefined): Entries | null {
  if (typeof value !== 'object') return null
  if (Array.isArray(value))
    return isRecordList(value, dtype) ? null : { shape: [value.length], entries: value, array: null }
  if (isSingleElement(value, dtype)) return null
  const array = asArray(value)
  return array === null || array.ndim === 0 ? null : { shape: array.shape, entries: [], array }
}

/** Where lists have too many elements, as those with holes may. */
const WAY_OUT = 'pass typed arrays or arrays'

interface Found {
  readonly leaves: unknown[]
  readonly arrays: Placed[]
  position: number
}

function collect(
  value: unknown,
  shape: readonly number[],
  depth: number,
  dtype: DType | undefined,
  found: Found,
): void {
  if (depth === shape.length) {
    if (listEntriesOf(value, dtype) !== null) throw ragged(value, shape, depth)
    const array = typeof value === 'object' && !isSingleElement(value, dtype) ? asArray(value) : null
    if (array === null) found.leaves.push(value)
    else found.arrays.push({ array, start: found.position })
    found.position++
    return
  }
  const list = listEntriesOf(value, dtype)
  if (list === null || list.shape.some((length, axis) => length !== shape[depth + axis]))
    throw ragged(value, shape, depth)
  const { array } = list
  if (array === null) {
    if (depth === shape.length - 1) {
      const count = found.leaves.length + list.entries.length
      checkList(count, WAY_OUT)
      checkHeap(16 * count, `lists of ${count} elements`, WAY_OUT)
    }
    for (const entry of list.entries) collect(entry, shape, depth + 1, dtype, found)
    return
  }
  if (depth + list.shape.length !== shape.length) throw ragged(value, shape, depth)
  found.arrays.push({ array, start: found.position })
  found.position += array.size
}

function ragged(value: unknown, shape: readonly number[], depth: number): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_SHAPE',
    `invalid nested lists: they must have the same length on each level, and ${inspect(value)} is in place of ` +
      (shape[depth] === undefined ? 'an element' : `a list of length ${shape[depth]}`),
  )
}
