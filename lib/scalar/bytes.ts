import type { DType } from '../dtype/index.js'
import { checkHasMemory, isUint8Array } from '../errors/brands.js'
import { checkText } from '../errors/check-size.js'
import { castError, simpleCodec } from './codec.js'
import type { Codec } from './codec.js'
import { pythonNumber } from './number-text.js'
import { isLittleEndian } from './number.js'

/** Where an element is longer than a text of JavaScript. */
const TEXT_WAY_OUT = "read it as bytes, by view('V...') or bytes"

/** The replacement of a code point beyond Unicode, for which NumPy raises a SystemError. */
const REPLACEMENT = 0xfffd
const MAX_CODE_POINT = 0x10ffff

/** `S`: one byte a character. Reads latin-1 and drops zeros at the end; writes ASCII. */
export function bytesCodec(dtype: DType): Codec {
  const size = dtype.itemsize
  return simpleCodec(
    dtype,
    (view, position) => {
      // Elements of no bytes may lie behind the end.
      if (size === 0) return ''
      let end = position + size
      while (end > position && view.getUint8(end - 1) === 0) end--
      checkText(end - position, TEXT_WAY_OUT)
      return Buffer.from(view.buffer, view.byteOffset + position, end - position).toString('latin1')
    },
    (value) => toAscii(value, dtype),
    copyInto,
  )
}

/** `V`: raw bytes. Reading copies them, because the memory of the array can be unmapped. */
export function voidCodec(dtype: DType): Codec {
  const size = dtype.itemsize
  return simpleCodec(
    dtype,
    (view, position) =>
      size === 0 ? new Uint8Array(0) : new Uint8Array(view.buffer, view.byteOffset + position, size).slice(),
    (value) => {
      if (!ArrayBuffer.isView(value))
        throw castError(value, dtype, 'raw bytes take a Uint8Array', 'pass the bytes to store')
      return padded(asBytes(value), size)
    },
    copyInto,
  )
}

/** `U`: four bytes a code point. Lone surrogates stay as they are; a number beyond Unicode reads as U+FFFD. */
export function unicodeCodec(dtype: DType): Codec {
  const length = dtype.itemsize / 4
  const little = isLittleEndian(dtype)
  return simpleCodec(
    dtype,
    (view, position) => {
      let count = length
      while (count > 0 && view.getUint32(position + 4 * (count - 1), little) === 0) count--
      checkText(count, TEXT_WAY_OUT)
      let text = ''
      for (let i = 0; i < count; i++) {
        const point = view.getUint32(position + 4 * i, little)
        text += String.fromCodePoint(point > MAX_CODE_POINT ? REPLACEMENT : point)
      }
      return text
    },
    (value) => {
      const points = new Uint32Array(length)
      let i = 0
      for (const character of toText(value, dtype)) {
        if (i === length) break
        points[i++] = character.codePointAt(0) ?? 0
      }
      return points
    },
    (view, position, points) => {
      points.forEach((point, i) => view.setUint32(position + 4 * i, point, little))
    },
  )
}

/** The bytes of one element. Checks the whole text, including the characters that do not fit. */
function toAscii(value: unknown, dtype: DType): Uint8Array {
  if (isUint8Array(value)) return padded(value, dtype.itemsize)
  const text = toText(value, dtype)
  const bytes = new Uint8Array(dtype.itemsize)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) {
      throw castError(
        value,
        dtype,
        'text in an S dtype must be ASCII',
        "use a 'U' dtype, or encode it yourself and pass a Uint8Array",
      )
    }
    // A store past the end of a typed array has no effect.
    bytes[i] = code
  }
  return bytes
}

/** The text of a value; a number as Python's `str`, as in NumPy. */
function toText(value: unknown, dtype: DType): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return pythonNumber(value)
  if (!isUint8Array(value)) {
    throw castError(
      value,
      dtype,
      'text dtypes take a string, a Uint8Array or a number',
      'convert it with String(value) first',
    )
  }
  checkHasMemory(value)
  if (value.some((byte) => byte > 0x7f)) {
    throw castError(value, dtype, 'bytes in a U dtype must be ASCII', 'decode them to a string first')
  }
  return Buffer.from(value).toString('latin1')
}

function asBytes(view: ArrayBufferView): Uint8Array {
  checkHasMemory(view)
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

/** Copies bytes, cut or zero-padded to the size. A copy, because the caller may change the bytes before they are stored. */
function padded(bytes: Uint8Array, size: number): Uint8Array {
  checkHasMemory(bytes)
  const result = new Uint8Array(size)
  result.set(bytes.subarray(0, size))
  return result
}

function copyInto(view: DataView, position: number, bytes: Uint8Array): void {
  new Uint8Array(view.buffer, view.byteOffset + position, bytes.length).set(bytes)
}
