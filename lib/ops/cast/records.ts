/**
 * Casts of records, field by field.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { clearKernel } from '../../array/kernel-calls.js'
import { viewOf } from '../../array/make-array.js'
import type { DType, Field } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { fieldOf } from '../view.js'
import { copyIfShared } from './parts.js'

/** `castElements`, which calls the functions of this module and is therefore an argument. */
export type Cast = (target: ArrayBase, source: ArrayBase) => void

/** Casts records to records by the position of their fields, as in NumPy. */
export function recordsToRecords(target: ArrayBase, source: ArrayBase, cast: Cast): void {
  const from = namesOf(source.dtype)
  const to = namesOf(target.dtype)
  if (from.length !== to.length) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid cast of records of ${from.length} fields to records of ${to.length}: the number of fields must be equal; assign field by field`,
    )
  }
  const separate = copyIfShared(source, target)
  to.forEach((name, index) => castSubArrays(fieldOf(target, name), fieldOf(separate, from[index]), target.ndim, cast))
}

/** Casts one value to every field of a record. */
export function broadcastToFields(target: ArrayBase, source: ArrayBase, cast: Cast): void {
  castSubArrays(target, copyIfShared(source, target), target.ndim, cast)
}

/** The field of records with one field, in place of the record. */
export function theOnlyField(source: ArrayBase, to: DType): ArrayBase {
  return firstOfEach(onlyFieldOf(source, to), source.ndim)
}

function onlyFieldOf(source: ArrayBase, to: DType): ArrayBase {
  const [name, ...others] = namesOf(source.dtype)
  if (name === undefined || others.length > 0) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid cast of records of ${namesOf(source.dtype).length} fields to ${to.name}: only records of one field have such a cast; take one field with field()`,
    )
  }
  return fieldOf(source, name)
}

/** Returns true if an element has bytes outside its fields. */
export function hasPadding(dtype: DType): boolean {
  const names = namesOf(dtype)
  if (dtype.names === null) return false
  const fields = names.map((name) => dtype.fields?.[name] as Field<DType>)
  const covered = fields.reduce((sum, field) => sum + field.dtype.itemsize, 0)
  return covered !== dtype.itemsize || fields.some((field) => hasPadding(field.dtype.base))
}

/**
 * Casts sub-arrays, whose axes are those from `ndim` on. A record without sub-array axes takes the whole source for each of its
 * fields. Source: NumPy, `void_to_void_get_loop` in convert_datatype.c.
 */
function castSubArrays(target: ArrayBase, source: ArrayBase, ndim: number, cast: Cast): void {
  const isRecord = (array: ArrayBase): boolean => array.ndim === ndim && array.dtype.names !== null
  if (isRecord(target) && !isRecord(source)) {
    for (const name of namesOf(target.dtype)) castSubArrays(fieldOf(target, name), source, ndim, cast)
  } else if (isRecord(source) && !isRecord(target)) {
    castSubArrays(target, onlyFieldOf(source, target.dtype), ndim, cast)
  } else {
    fitSubArrays(target, source, ndim, cast)
  }
}

/**
 * Casts sub-arrays of different shapes, whose axes are those from `ndim` on: lengths of 1 broadcast, longer axes are cut and
 * shorter ones zero-padded. Source: NumPy, `get_subarray_broadcast_transfer_function` in dtype_transfer.c.
 */
function fitSubArrays(target: ArrayBase, source: ArrayBase, ndim: number, cast: Cast): void {
  const shape = target.shape.slice(ndim)
  const skip = shape.length - (source.ndim - ndim)
  const from = skip < 0 ? firstOfEach(source, ndim, -skip) : source
  const lengths = from.shape.slice(ndim)
  const common = shape.map((length, axis) => {
    const sourceLength = axis < skip ? 1 : (lengths[axis - Math.max(0, skip)] as number)
    return sourceLength === 1 ? length : Math.min(sourceLength, length)
  })
  const outer = target.shape.slice(0, ndim)
  if (common.some((length, axis) => length < (shape[axis] as number))) clearKernel(target)
  const part = viewOf(target, {
    shape: [...outer, ...common],
    byteStrides: target.byteStrides,
    position: target.position,
  })
  const strides = common.map((_, axis) => {
    const at = axis - Math.max(0, skip)
    return at < 0 || lengths[at] === 1 ? 0 : (from.byteStrides[ndim + at] as number)
  })
  const byteStrides = [...from.byteStrides.slice(0, ndim), ...strides]
  cast(part, viewOf(from, { shape: part.shape, byteStrides, position: from.position }))
}

/** A view of the first entry of `count` axes from `ndim` on; of all axes from `ndim` on by default. */
function firstOfEach(array: ArrayBase, ndim: number, count = array.ndim - ndim): ArrayBase {
  const kept = (list: readonly number[]): number[] => list.toSpliced(ndim, count)
  return viewOf(array, { shape: kept(array.shape), byteStrides: kept(array.byteStrides), position: array.position })
}

function namesOf(dtype: DType): readonly string[] {
  return dtype.names ?? []
}
