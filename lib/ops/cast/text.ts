import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { assignKernel } from '../../array/kernel-calls.js'
import { operand } from '../../array/operand.js'
import { dataOf, exposed } from '../../array/typed-views.js'
import { DType } from '../../dtype/index.js'
import type { Complex, TimeUnit } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { native, unwrapNative } from '../../native/native.js'
import type { FloatKind } from '../../scalar/dragon4.js'
import { codecOf } from '../../scalar/index.js'
import { complexScalar, floatScalar, pythonNumber } from '../../scalar/number-text.js'
import { datetimeText, timedeltaText } from '../../scalar/time-text.js'
import { elementsOf } from '../iterate.js'
import { REDUCTIONS } from '../table.js'
import { characters, copyIfShared, cutOrPad } from './parts.js'

const LAST_ASCII = 0x7f

/** NumPy writes durations to text of this length first, however long the text that they go to. */
const LONGEST_DURATION = 21

/** Text to text of another length, byte order or kind. Between `S` and `U` it is ASCII, as in NumPy. */
export function textToText(target: ArrayBase, source: ArrayBase): void {
  const from = characters(copyIfShared(source, target))
  if (source.dtype.kind !== target.dtype.kind && from.size > 0 && largest(from) > LAST_ASCII) {
    throw new MemmapError(
      'ERR_MEMMAP_CAST',
      `text of ${source.dtype.name} that is not ASCII cannot be stored as ${target.dtype.name}: ` +
        'map() it with an encoding of your own',
    )
  }
  cutOrPad(characters(target), from)
}

/** Numbers and times as NumPy's `str` writes them; what is too long is cut, but for dates, which are refused. */
export function numbersToText(target: ArrayBase, source: ArrayBase): void {
  const text = textOf(source.dtype)
  const made = allocate(source.shape, target.dtype.newByteOrder('='))
  const codes = dataOf(characters(made)) as Uint8Array | Uint32Array
  const capacity = target.dtype.kind === 'U' ? target.itemsize / 4 : target.itemsize
  let start = 0
  for (const value of elementsOf(source)) {
    const written = text(value)
    if (source.dtype.kind === 'M' && written.length > capacity) throw tooShort(written, target.dtype)
    const length = Math.min(capacity, written.length)
    for (let index = 0; index < length; index++) codes[start + index] = written.charCodeAt(index)
    start += capacity
  }
  assignKernel(characters(target), characters(made))
}

/** ISO 8601 to dates, whole numbers to durations; all of it is understood before the first is stored. */
export function textToTimes(target: ArrayBase, source: ArrayBase): void {
  const { dtype } = target
  const made = allocate(source.shape, dtype)
  const view = new DataView(exposed(made).buffer)
  const codec = codecOf(dtype)
  let position = 0
  for (const text of elementsOf(source)) {
    codec.write(view, position, text)
    position += dtype.itemsize
  }
  assignKernel(target, made)
}

/** How elements of a dtype are written. */
function textOf({ kind, name, unit, itemsize }: DType): (value: unknown) => string {
  const ticks = unit as TimeUnit
  if (kind === 'f') return (value) => floatScalar(value as number, name as FloatKind)
  if (kind === 'M') return (value) => datetimeText(value as bigint, ticks)
  if (kind === 'm') return (value) => timedeltaText(value as bigint, ticks).slice(0, LONGEST_DURATION)
  if (kind !== 'c') return (value) => pythonNumber(value as number | bigint | boolean)
  const part = kind === 'c' && itemsize === 8 ? 'float32' : 'float64'
  return (value) => complexScalar(value as Complex, part)
}

/** The largest code of characters. */
function largest(codes: ArrayBase): number {
  const { memory, layout } = operand(codes)
  return Number(unwrapNative(() => native.reduceAll(REDUCTIONS.max.code, memory, layout, -1, 0, false)))
}

function tooShort(text: string, dtype: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_CAST',
    `'${text}' is longer than ${dtype.name} holds, and a date is not cut: use a longer dtype`,
  )
}
