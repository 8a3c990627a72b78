/**
 * Records, field by field.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { clearKernel } from '../../array/kernel-calls.js'
import { viewOf } from '../../array/make-array.js'
import { DType } from '../../dtype/index.js'
import type { Field } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { fieldOf } from '../view.js'
import { copyIfShared } from './parts.js'

/** Casts the elements of one array to those of another of the same shape: `castElements`, which calls what is here. */
export type Cast = (target: ArrayBase, source: ArrayBase) => void

/** Records to records by the position of their fields, as in NumPy. */
export function recordsToRecords(target: ArrayBase, source: ArrayBase, cast: Cast): void {
  const from = namesOf(source.dtype)
  const to = namesOf(target.dtype)
  if (from.length !== to.length) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `records of ${from.length} fields cannot be stored in records of ${to.length}: assign field by field`,
    )
  }
  const separate = copyIfShared(source, target)
  to.forEach((name, index) => castSubArrays(fieldOf(target, name), fieldOf(separate, from[index]), target.ndim, cast))
}

/** One value for every field of a record. */
export function broadcastToFields(target: ArrayBase, source: ArrayBase, cast: Cast): void {
  castSubArrays(target, copyIfShared(source, target), target.ndim, cast)
}

/** The field that stands for a record of one field. */
export function theOnlyField(source: ArrayBase, to: DType): ArrayBase {
  return firstOfEach(onlyFieldOf(source, to), source.ndim)
}

function onlyFieldOf(source: ArrayBase, to: DType): ArrayBase {
  const [name, ...others] = namesOf(source.dtype)
  if (name === undefined || others.length > 0) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `records of ${others.length + 1} fields cannot be cast to ${to.name}: take one of them with field()`,
    )
  }
  return fieldOf(source, name)
}

/** Whether an element has bytes that belong to no field. */
export function hasPadding(dtype: DType): boolean {
  const names = namesOf(dtype)
  if (dtype.names === null) return false
  const fields = names.map((name) => dtype.fields?.[name] as Field<DType>)
  const covered = fields.reduce((sum, field) => sum + field.dtype.itemsize, 0)
  return covered !== dtype.itemsize || fields.some((field) => hasPadding(field.dtype.base))
}

/**
 * Elements with sub-arrays to elements with sub-arrays, the axes of these from `ndim` on. A record that is none takes a
 * whole sub-array for each of its fields. Source: NumPy, `void_to_void_get_loop` in convert_datatype.c.
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
 * Sub-arrays to sub-arrays, their axes from `ndim` on: lengths of 1 repeat, what is too long is cut and what is missing is
 * zero. Source: NumPy, `get_subarray_broadcast_transfer_function` in dtype_transfer.c.
 */
function fitSubArrays(target: ArrayBase, source: ArrayBase, ndim: number, cast: Cast): void {
  const shape = target.shape.slice(ndim)
  const skip = shape.length - (source.ndim - ndim)
  const from = skip < 0 ? firstOfEach(source, ndim, -skip) : source
  const lengths = from.shape.slice(ndim)
  const common = shape.map((length, axis) => {
    const own = axis < skip ? 1 : (lengths[axis - Math.max(0, skip)] as number)
    return own === 1 ? length : Math.min(own, length)
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

/** The first entry of each of `count` axes from `ndim` on; of all of them by default. */
function firstOfEach(array: ArrayBase, ndim: number, count = array.ndim - ndim): ArrayBase {
  const kept = (list: readonly number[]): number[] => list.toSpliced(ndim, count)
  return viewOf(array, { shape: kept(array.shape), byteStrides: kept(array.byteStrides), position: array.position })
}

function namesOf(dtype: DType): readonly string[] {
  return dtype.names ?? []
}
