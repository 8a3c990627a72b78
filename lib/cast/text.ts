import { blank } from '../create.js'
import { Code } from '../dtype/index.js'
import type { Complex, DType, TimeUnit } from '../dtype/index.js'
import { MemmapError } from '../errors.js'
import type { NDArray } from '../ndarray.js'
import type { FloatKind } from '../scalar/dragon4.js'
import { codecOf } from '../scalar/index.js'
import { complexScalar, floatScalar, pythonNumber } from '../scalar/number-text.js'
import { datetimeText, timedeltaText } from '../scalar/time-text.js'
import { characters, cutOrPad } from './parts.js'
import { apart, runAssign } from './run.js'

const LAST_ASCII = 0x7f

/** NumPy writes durations to text of this length first, however long the text that they go to. */
const LONGEST_DURATION = 21

/** Text to text of another length, byte order or kind. Between `S` and `U` it is ASCII, as in NumPy. */
export function textToText(target: NDArray, source: NDArray): void {
  const from = characters(apart(source, target))
  if (source.dtype.kind !== target.dtype.kind && from.size > 0 && Number(from.max()) > LAST_ASCII) {
    throw new MemmapError(
      'ERR_MEMMAP_CAST',
      `text of ${source.dtype.name} that is not ASCII cannot be stored as ${target.dtype.name}: ` +
        'map() it with an encoding of your own',
    )
  }
  cutOrPad(characters(target), from)
}

/** Numbers and times as NumPy's `str` writes them; what is too long is cut, but for dates, which are refused. */
export function numbersToText(target: NDArray, source: NDArray): void {
  const text = textOf(source.dtype)
  const made = blank(source.shape, target.dtype.newByteOrder('='))
  const codes = characters(made).data as Uint8Array | Uint32Array
  const room = target.dtype.kind === 'U' ? target.itemsize / 4 : target.itemsize
  let start = 0
  for (const value of source.values()) {
    const written = text(value)
    if (source.dtype.kind === 'M' && written.length > room) throw tooShort(written, target.dtype)
    const length = Math.min(room, written.length)
    for (let index = 0; index < length; index++) codes[start + index] = written.charCodeAt(index)
    start += room
  }
  runAssign(characters(target), characters(made))
}

/** ISO 8601 to dates, whole numbers to durations; all of it is understood before the first is stored. */
export function textToTimes(target: NDArray, source: NDArray): void {
  const { dtype } = target
  const made = blank(source.shape, dtype)
  const view = new DataView(made.buffer)
  const codec = codecOf(dtype)
  let position = 0
  for (const text of source.values()) {
    codec.write(view, position, text)
    position += dtype.itemsize
  }
  runAssign(target, made)
}

/** How elements of a dtype are written. */
function textOf({ kind, name, unit, code }: DType): (value: unknown) => string {
  const ticks = unit as TimeUnit
  if (kind === 'f') return (value) => floatScalar(value as number, name as FloatKind)
  if (kind === 'M') return (value) => datetimeText(value as bigint, ticks)
  if (kind === 'm') return (value) => timedeltaText(value as bigint, ticks).slice(0, LONGEST_DURATION)
  if (kind !== 'c') return (value) => pythonNumber(value as number | bigint | boolean)
  const part = code === Code.C64 ? 'float32' : 'float64'
  return (value) => complexScalar(value as Complex, part)
}

function tooShort(text: string, dtype: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_CAST',
    `'${text}' is longer than ${dtype.name} holds, and a date is not cut: use a longer dtype`,
  )
}
