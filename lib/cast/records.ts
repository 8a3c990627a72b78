/**
 * Records, field by field.
 * @module
 */
import type { DType, Field } from '../dtype/index.js'
import { MemmapError } from '../errors.js'
import { viewOf } from '../make.js'
import type { NDArray } from '../ndarray.js'
import { fieldOf } from '../retype.js'
import { castInto } from './index.js'
import { apart, runClear } from './run.js'

/** Records to records by the position of their fields, as in NumPy. */
export function recordsToRecords(target: NDArray, source: NDArray): void {
  const from = namesOf(source.dtype)
  const to = namesOf(target.dtype)
  if (from.length !== to.length) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `records of ${from.length} fields cannot be stored in records of ${to.length}: assign field by field`,
    )
  }
  const safe = apart(source, target)
  to.forEach((name, index) => castSubArrays(fieldOf(target, name), fieldOf(safe, from[index]), target.ndim))
}

/** One value for every field of a record. */
export function spreadOverFields(target: NDArray, source: NDArray): void {
  castSubArrays(target, apart(source, target), target.ndim)
}

/** The field that stands for a record of one field. */
export function theOnlyField(source: NDArray, to: DType): NDArray {
  return firstOfEach(onlyFieldOf(source, to), source.ndim)
}

function onlyFieldOf(source: NDArray, to: DType): NDArray {
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
  const fields = names.map((name) => dtype.fields?.[name] as Field)
  const covered = fields.reduce((sum, field) => sum + field.dtype.itemsize, 0)
  return covered !== dtype.itemsize || fields.some((field) => hasPadding(field.dtype.base))
}

/**
 * Elements with sub-arrays to elements with sub-arrays, the axes of these from `ndim` on. A record that is none takes a
 * whole sub-array for each of its fields. Source: NumPy, `void_to_void_get_loop` in convert_datatype.c.
 */
function castSubArrays(target: NDArray, source: NDArray, ndim: number): void {
  const isRecord = (array: NDArray): boolean => array.ndim === ndim && array.dtype.names !== null
  if (isRecord(target) && !isRecord(source)) {
    for (const name of namesOf(target.dtype)) castSubArrays(fieldOf(target, name), source, ndim)
  } else if (isRecord(source) && !isRecord(target)) {
    castSubArrays(target, onlyFieldOf(source, target.dtype), ndim)
  } else {
    fitSubArrays(target, source, ndim)
  }
}

/**
 * Sub-arrays to sub-arrays, their axes from `ndim` on: lengths of 1 repeat, what is too long is cut and what is missing is
 * zero. Source: NumPy, `get_subarray_broadcast_transfer_function` in dtype_transfer.c.
 */
function fitSubArrays(target: NDArray, source: NDArray, ndim: number): void {
  const shape = target.shape.slice(ndim)
  const skip = shape.length - (source.ndim - ndim)
  const from = skip < 0 ? firstOfEach(source, ndim, -skip) : source
  const lengths = from.shape.slice(ndim)
  const common = shape.map((length, axis) => {
    const own = axis < skip ? 1 : (lengths[axis - Math.max(0, skip)] as number)
    return own === 1 ? length : Math.min(own, length)
  })
  const outer = target.shape.slice(0, ndim)
  if (common.some((length, axis) => length < (shape[axis] as number))) runClear(target)
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
  castInto(part, viewOf(from, { shape: part.shape, byteStrides, position: from.position }))
}

/** The first entry of each of `count` axes from `ndim` on; of all of them by default. */
function firstOfEach(array: NDArray, ndim: number, count = array.ndim - ndim): NDArray {
  const kept = (list: readonly number[]): number[] => list.toSpliced(ndim, count)
  return viewOf(array, { shape: kept(array.shape), byteStrides: kept(array.byteStrides), position: array.position })
}

function namesOf(dtype: DType): readonly string[] {
  return dtype.names ?? []
}
