import { allocate } from '../../array/allocate.js'
import { isArray } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { innerDataOf } from '../../array/typed-views.js'
import { fieldsInOrder, parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { checkHeap } from '../../errors/check-size.js'
import { broadcastShapes } from '../../layout/broadcast.js'
import { recordValues, subArrayItems } from '../../scalar/record.js'
import { allOfEach } from '../cast/to-bool.js'
import { rowsOf } from '../iterate.js'
import { flatOf, forEachLeaf } from '../nested-lists.js'
import type { Flat } from '../nested-lists.js'
import { ravel } from '../reshape.js'
import type { Comparison } from '../table.js'
import { fieldOf } from '../view.js'
import { coerceFlat } from './coerce-operand.js'
import type { Comparand, RecordValues } from './coerce-operand.js'
import { noComparison } from './comparable.js'

/** `compareWith`, which calls this module and is therefore an argument. */
type CompareWith = (array: ArrayBase, op: Comparison, other: Comparand) => ArrayBase

/** Compares records with JavaScript values: equal where each field equals its value, as beside a plain array of its dtype. */
export function compareRecordValues(
  array: ArrayBase,
  op: Comparison,
  { flat }: RecordValues,
  compareWith: CompareWith,
): ArrayBase {
  const { dtype } = array
  if (op !== '==' && op !== '!=') throw noComparison(op, dtype, dtype)
  const records = recordsOf(flat).map((record) => valuesOf(dtype, record, op))
  const shape = broadcastShapes(array.shape, flat.shape)
  const result = allocate(shape, parseDType('bool'))
  const equal = (innerDataOf(result) as Uint8Array).fill(1)
  fieldsInOrder(dtype).forEach(({ name, dtype: field }, index) => {
    const values = records.map((record) => record[index])
    const items = field.shape.length === 0 ? values : values.flatMap((value) => subArrayItems(value, field))
    const plain = flatOf([...flat.shape, ...field.shape], field.base.kind === 'c' ? items.map(complexOf) : items)
    const isSingle = flat.shape.length === 0
    const other = coerceFlat(field.base, plain, isSingle, isSingle)
    // Sub-arrays are equal if all of their elements are.
    const same = innerDataOf(allOfEach(compareWith(fieldOf(array, name), '==', other), shape.length)) as Uint8Array
    equal.forEach((flag, at) => (equal[at] = flag & (same[at] as number)))
  })
  if (op === '!=') equal.forEach((flag, at) => (equal[at] = 1 - flag))
  return result
}

/** About the bytes of an array without axes. */
const ARRAY_BYTES = 250

/** All records of flattened lists, those of arrays as arrays without axes. */
function recordsOf(flat: Flat): unknown[] {
  const records: unknown[] = []
  forEachLeaf(flat, (leaf, position) => (records[position] = leaf))
  for (const { array, start } of flat.arrays) {
    checkHeap(ARRAY_BYTES * array.size, `lists of ${array.size} records`, 'compare the array itself')
    const elements = array.ndim === 0 ? [array] : Array.from(rowsOf(ravel(array)))
    elements.forEach((element, index) => (records[start + index] = element))
  }
  return records
}

/** The values of a record by the position of its fields. */
function valuesOf(dtype: DType, record: unknown, op: Comparison): readonly unknown[] {
  const names = dtype.names ?? []
  if (!isArray(record)) return recordValues(dtype, record)
  if (record.dtype.names === null) return names.map(() => record)
  if (record.dtype.names.length !== names.length || record.dtype.names.some((name, at) => name !== names[at]))
    throw noComparison(op, dtype, record.dtype)
  return names.map((name) => fieldOf(record, name))
}

/** A complex number as `{ re, im }`, because `[re, im]` is no element in a list. */
function complexOf(value: unknown): unknown {
  return Array.isArray(value) && value.length === 2 ? { re: value[0], im: value[1] } : value
}
