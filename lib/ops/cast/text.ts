import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { assignKernel, reduceAllKernel } from '../../array/kernel-calls.js'
import { innerDataOf } from '../../array/typed-views.js'
import type { Complex, DType, TimeUnit } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { unwrapNative } from '../../native/native.js'
import type { FloatKind } from '../../scalar/dragon4.js'
import { codecOf } from '../../scalar/index.js'
import { complexScalar, floatScalar, pythonNumber } from '../../scalar/number-text.js'
import { datetimeText, timedeltaText } from '../../scalar/time-text.js'
import { elementsOf } from '../iterate.js'
import { REDUCTIONS } from '../table.js'
import { characters, copyIfShared, cutOrPad } from './parts.js'

const LAST_ASCII = 0x7f

/** The length to which NumPy cuts durations, before the length of the target dtype. */
const LONGEST_DURATION = 21

/** Casts text to text of another length, byte order or kind. Between `S` and `U` it must be ASCII, as in NumPy. */
export function textToText(target: ArrayBase, source: ArrayBase): void {
  const from = characters(copyIfShared(source, target))
  if (source.dtype.kind !== target.dtype.kind && from.size > 0 && largest(from) > LAST_ASCII) {
    throw new MemmapError(
      'ERR_MEMMAP_CAST',
      `invalid cast of ${source.dtype.name} to ${target.dtype.name}: text that is not ASCII has no common encoding; ` +
        'map() it with an encoding of your own',
    )
  }
  cutOrPad(characters(target), from)
}

/** Casts numbers and times to NumPy's `str`, cut to the length of the target; a date that does not fit throws. */
export function numbersToText(target: ArrayBase, source: ArrayBase): void {
  const format = formatOf(source.dtype)
  const copy = allocate(source.shape, target.dtype.newByteOrder('='))
  const codes = innerDataOf(characters(copy)) as Uint8Array | Uint32Array
  const capacity = target.dtype.kind === 'U' ? target.itemsize / 4 : target.itemsize
  let start = 0
  for (const value of elementsOf(source)) {
    const text = format(value)
    if (source.dtype.kind === 'M' && text.length > capacity) throw tooShort(text, target.dtype)
    const length = Math.min(capacity, text.length)
    for (let index = 0; index < length; index++) codes[start + index] = text.charCodeAt(index)
    start += capacity
  }
  assignKernel(characters(target), characters(copy))
}

/** Casts ISO 8601 text to dates and whole numbers to durations. Parses all of it before the first element changes. */
export function textToTimes(target: ArrayBase, source: ArrayBase): void {
  const { dtype } = target
  const copy = allocate(source.shape, dtype)
  const view = copy.store.viewAt(0, copy.nbytes)
  const codec = codecOf(dtype)
  let position = 0
  for (const text of elementsOf(source)) {
    codec.write(view, position, text)
    position += dtype.itemsize
  }
  assignKernel(target, copy)
}

/** Returns the function that formats elements of a dtype. */
function formatOf({ kind, name, unit, itemsize }: DType): (value: unknown) => string {
  const ticks = unit as TimeUnit
  if (kind === 'f') return (value) => floatScalar(value as number, name as FloatKind)
  if (kind === 'M') return (value) => datetimeText(value as bigint, ticks)
  if (kind === 'm') return (value) => timedeltaText(value as bigint, ticks).slice(0, LONGEST_DURATION)
  if (kind !== 'c') return (value) => pythonNumber(value as number | bigint | boolean)
  const part = kind === 'c' && itemsize === 8 ? 'float32' : 'float64'
  return (value) => complexScalar(value as Complex, part)
}

/** The largest code point. */
function largest(codes: ArrayBase): number {
  return Number(unwrapNative(() => reduceAllKernel(REDUCTIONS.max.code, codes)))
}

function tooShort(text: string, dtype: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_CAST',
    `invalid cast of the date '${text}' to ${dtype.name}: it is too long, and dates are not cut; use a longer dtype`,
  )
}
