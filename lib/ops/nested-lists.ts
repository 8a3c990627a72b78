/**
 * Nested lists of elements, in which typed arrays and arrays count as lists of their elements.
 * @module
 */
import { isArray } from '../array/array-base.js'
import type { ArrayBase } from '../array/array-base.js'
import { asArray, isSingleElement } from '../array/as-array.js'
import type { DType } from '../dtype/index.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { MAX_NDIM } from '../layout/shape.js'
import { isRecordList } from '../scalar/record-list.js'
import { castTo } from './copy.js'
import { elementsOf } from './iterate.js'

/** The shape and elements of nested lists. */
export interface Flat {
  readonly shape: readonly number[]
  /** The elements in C order. */
  readonly leaves: readonly unknown[]
  /** The arrays among the lists. */
  readonly arrays: readonly ArrayBase[]
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
  const leaves: unknown[] = []
  const arrays: ArrayBase[] = []
  collect(values, shape, 0, dtype, leaves, arrays)
  return { shape, leaves, arrays }
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

function collect(
  value: unknown,
  shape: readonly number[],
  depth: number,
  dtype: DType | undefined,
  leaves: unknown[],
  arrays: ArrayBase[],
): void {
  if (depth === shape.length) {
    if (listEntriesOf(value, dtype) !== null) throw ragged(value, shape, depth)
    // An array without axes counts as its element.
    leaves.push(isArray(value) ? value.get() : value)
    return
  }
  const list = listEntriesOf(value, dtype)
  if (list === null || list.shape.some((length, axis) => length !== shape[depth + axis]))
    throw ragged(value, shape, depth)
  if (list.array === null) {
    for (const entry of list.entries) collect(entry, shape, depth + 1, dtype, leaves, arrays)
    return
  }
  if (depth + list.shape.length !== shape.length) throw ragged(value, shape, depth)
  // Casts like a whole array: values that do not fit wrap, where a single value would throw.
  const array = dtype === undefined ? list.array : castTo(list.array, dtype)
  arrays.push(array)
  for (const element of elementsOf(array)) leaves.push(element)
}

function ragged(value: unknown, shape: readonly number[], depth: number): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_SHAPE',
    `invalid nested lists: they must have the same length on each level, and ${inspect(value)} is in place of ` +
      (shape[depth] === undefined ? 'an element' : `a list of length ${shape[depth]}`),
  )
}
