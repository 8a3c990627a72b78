/**
 * Creates arrays of evenly spaced numbers.
 * @module
 */
import { allocate } from '../array/allocate.js'
import type { ArrayBase } from '../array/array-base.js'
import { innerDataOf } from '../array/typed-views.js'
import { parseDType } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { integerOf } from '../layout/shape.js'
import { castTo } from './copy.js'

type Bound = number | bigint

/**
 * NumPy's `arange`: numbers from `start`, `step` apart, below `stop`. As in NumPy, each is the first plus a multiple of the
 * difference of the first two, in the arithmetic of the dtype.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_CAST`; `ERR_MEMMAP_SHAPE`
 */
export function arangeOf(start: unknown, stop: unknown, step: unknown, asked: DType | undefined): ArrayBase {
  const [first, end, by] = [numberOf(start, 'start'), numberOf(stop, 'stop'), numberOf(step, 'step')]
  const isWhole = [first, end, by].every((bound) => typeof bound === 'bigint')
  const dtype = asked ?? parseDType(isWhole ? 'int64' : 'float64')
  if (!'iuf'.includes(dtype.kind) || dtype.shape.length > 0) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${dtype.name} for arange: it makes integers and floats; cast the result with astype()`,
    )
  }
  const length = isWhole
    ? countOfBigints(first as bigint, end as bigint, by as bigint)
    : countOf(Number(first), Number(end), Number(by))
  const result = allocate([length], dtype.newByteOrder('='))
  // Stored as single values, which checks that the dtype holds them.
  if (length > 0) result.set(0, first)
  if (length > 1) result.set(1, isWhole ? (first as bigint) + (by as bigint) : Number(first) + Number(by))
  if (length > 2) fillFrom(result)
  return castTo(result, dtype)
}

/** Continues the first two elements. */
function fillFrom(array: ArrayBase): void {
  const { dtype, size } = array
  const [first, second] = [array.get(0), array.get(1)]
  if (typeof first === 'bigint') {
    const data = innerDataOf(array) as BigInt64Array
    const delta = (second as bigint) - first
    for (let i = 2; i < size; i++) data[i] = first + BigInt(i) * delta
    return
  }
  const [a, b] = [first as number, second as number]
  if (dtype.itemsize > 4 || dtype.kind !== 'f') {
    const data = innerDataOf(array) as Float64Array
    for (let i = 2; i < size; i++) data[i] = a + i * (b - a)
    return
  }
  const delta = Math.fround(b - a)
  for (let i = 2; i < size; i++) array.set(i, Math.fround(a + Math.fround(i * delta)))
}

/**
 * NumPy's `linspace`: `count` numbers from `start` to `stop`.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_SHAPE`
 */
export function linspaceOf(
  start: unknown,
  stop: unknown,
  count: unknown,
  endpoint: boolean,
  dtype: DType | undefined,
): ArrayBase {
  const [first, last] = [Number(numberOf(start, 'start')), Number(numberOf(stop, 'stop'))]
  const length = integerOf(count)
  if (length === null || length < 0) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid number of samples ${inspect(count)}: it must be a whole number, 0 or more; give one such as 50`,
    )
  }
  const result = allocate([length], parseDType('float64'))
  const data = innerDataOf(result) as Float64Array
  const parts = endpoint ? length - 1 : length
  const delta = last - first
  const step = delta / parts
  for (let i = 0; i < length; i++)
    data[i] = (parts <= 0 ? i * delta : step === 0 ? (i / parts) * delta : i * step) + first
  if (endpoint && length > 1) data[length - 1] = last
  if (dtype === undefined) return result
  // As in NumPy, integers are rounded down.
  if ('iu'.includes(dtype.kind)) data.forEach((value, i) => (data[i] = Math.floor(value)))
  return castTo(result, dtype)
}

function numberOf(value: unknown, name: string): Bound {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return value
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid ${name} ${inspect(value)}: it must be a finite number or a bigint; give one such as 10`,
  )
}

function countOf(start: number, stop: number, step: number): number {
  if (step === 0) throw noStep()
  return Math.max(0, Math.ceil((stop - start) / step))
}

function countOfBigints(start: bigint, stop: bigint, step: bigint): number {
  if (step === 0n) throw noStep()
  const distance = step > 0n ? stop - start : start - stop
  const by = step > 0n ? step : -step
  return distance <= 0n ? 0 : Number((distance + by - 1n) / by)
}

function noStep(): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    'invalid step 0: the numbers must get nearer to stop; give another step',
  )
}
