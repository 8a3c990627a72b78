import { Code, NATIVE_ORDER } from '../dtype/index.js'
import type { Complex, DType } from '../dtype/index.js'
import { castError } from './cast-error.js'
import { simpleCodec } from './codec.js'
import type { Codec } from './codec.js'
import { halfToNumber, numberToHalf } from './half.js'

type Integer8to32 = 'Int8' | 'Uint8' | 'Int16' | 'Uint16' | 'Int32' | 'Uint32'
type Integer64 = 'BigInt64' | 'BigUint64'
type Float = 'Float16' | 'Float32' | 'Float64'

/** The codec of a bool, integer, float or complex dtype. */
export function numberCodec(dtype: DType): Codec {
  switch (dtype.code) {
    case Code.Bool:
      return boolCodec(dtype)
    case Code.I8:
      return integerCodec(dtype, 'Int8', -(2 ** 7), 2 ** 7 - 1)
    case Code.U8:
      return integerCodec(dtype, 'Uint8', 0, 2 ** 8 - 1)
    case Code.I16:
      return integerCodec(dtype, 'Int16', -(2 ** 15), 2 ** 15 - 1)
    case Code.U16:
      return integerCodec(dtype, 'Uint16', 0, 2 ** 16 - 1)
    case Code.I32:
      return integerCodec(dtype, 'Int32', -(2 ** 31), 2 ** 31 - 1)
    case Code.U32:
      return integerCodec(dtype, 'Uint32', 0, 2 ** 32 - 1)
    case Code.I64:
      return integer64Codec(dtype, 'BigInt64', -(2n ** 63n), 2n ** 63n - 1n)
    case Code.U64:
      return integer64Codec(dtype, 'BigUint64', 0n, 2n ** 64n - 1n)
    case Code.F16:
      return floatCodec(dtype, 'Float16')
    case Code.F32:
      return floatCodec(dtype, 'Float32')
    case Code.F64:
      return floatCodec(dtype, 'Float64')
    case Code.C64:
      return complexCodec(dtype, 'Float32', 4)
    case Code.C128:
      return complexCodec(dtype, 'Float64', 8)
    default:
      throw new TypeError(`${dtype.name} is no numeric dtype`)
  }
}

/** Whether the bytes of a dtype are little-endian: what DataView asks for. */
export function isLittleEndian(dtype: DType): boolean {
  return (NATIVE_ORDER === '<') !== dtype.swapped
}

/** Any byte but 0 is true, as in NumPy; true is written as 1. */
function boolCodec(dtype: DType): Codec {
  return simpleCodec(
    (view, position) => view.getUint8(position) !== 0,
    (value) => {
      if (typeof value === 'boolean') return value ? 1 : 0
      // NaN is not 0, so it is true, as in NumPy.
      if (typeof value === 'number') return value !== 0 ? 1 : 0
      if (typeof value === 'bigint') return value !== 0n ? 1 : 0
      throw notNumeric(value, dtype)
    },
    (view, position, byte) => view.setUint8(position, byte),
  )
}

function integerCodec(dtype: DType, type: Integer8to32, min: number, max: number): Codec {
  const little = isLittleEndian(dtype)
  const get = DataView.prototype[`get${type}`]
  const set = DataView.prototype[`set${type}`]
  return simpleCodec(
    (view, position) => get.call(view, position, little),
    (value) => {
      if (typeof value === 'number') {
        const whole = Math.trunc(value)
        if (whole >= min && whole <= max) return whole
        throw outOfRange(value, dtype, min, max)
      }
      if (typeof value === 'boolean') return value ? 1 : 0
      if (typeof value !== 'bigint') throw notNumeric(value, dtype)
      if (value >= min && value <= max) return Number(value)
      throw outOfRange(value, dtype, min, max)
    },
    (view, position, whole) => set.call(view, position, whole, little),
  )
}

function integer64Codec(dtype: DType, type: Integer64, min: bigint, max: bigint): Codec {
  const little = isLittleEndian(dtype)
  const get = DataView.prototype[`get${type}`]
  const set = DataView.prototype[`set${type}`]
  return simpleCodec(
    (view, position) => get.call(view, position, little),
    (value) => {
      if (typeof value === 'boolean') return value ? 1n : 0n
      if (typeof value !== 'bigint' && typeof value !== 'number') throw notNumeric(value, dtype)
      if (typeof value === 'number' && !Number.isFinite(value)) throw outOfRange(value, dtype, min, max)
      const whole = typeof value === 'bigint' ? value : BigInt(Math.trunc(value))
      if (whole >= min && whole <= max) return whole
      throw outOfRange(value, dtype, min, max)
    },
    (view, position, whole) => set.call(view, position, whole, little),
  )
}

function floatCodec(dtype: DType, type: Float): Codec {
  const { get, set } = floatAccess(dtype, type)
  return simpleCodec(get, (value) => toFloat(value, dtype), set)
}

/** Real and imaginary part one after the other. */
function complexCodec(dtype: DType, type: Float, partSize: number): Codec {
  const { get, set } = floatAccess(dtype, type)
  return simpleCodec(
    (view, position) => ({ re: get(view, position), im: get(view, position + partSize) }),
    (value): Complex => {
      if (Array.isArray(value) && value.length === 2)
        return { re: toFloat(value[0], dtype), im: toFloat(value[1], dtype) }
      if (isComplexLike(value)) return { re: toFloat(value.re, dtype), im: toFloat(value.im, dtype) }
      return { re: toFloat(value, dtype), im: 0 }
    },
    (view, position, { re, im }) => {
      set(view, position, re)
      set(view, position + partSize, im)
    },
  )
}

interface FloatAccess {
  readonly get: (view: DataView, position: number) => number
  readonly set: (view: DataView, position: number, value: number) => void
}

function floatAccess(dtype: DType, type: Float): FloatAccess {
  const little = isLittleEndian(dtype)
  switch (type) {
    case 'Float16':
      return {
        get: (view, position) => halfToNumber(view.getUint16(position, little)),
        set: (view, position, value) => view.setUint16(position, numberToHalf(value), little),
      }
    case 'Float32':
      return {
        get: (view, position) => view.getFloat32(position, little),
        set: (view, position, value) => view.setFloat32(position, value, little),
      }
    case 'Float64':
      return {
        get: (view, position) => view.getFloat64(position, little),
        set: (view, position, value) => view.setFloat64(position, value, little),
      }
  }
}

/** A float dtype rounds to nearest and overflows to infinity, as NumPy (which warns); only a bigint beyond float64 is refused. */
function toFloat(value: unknown, dtype: DType): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'bigint') throw notNumeric(value, dtype)
  const float = Number(value)
  if (Number.isFinite(float)) return float
  throw castError(value, dtype, 'it is larger than any float64', 'use Infinity if that is meant')
}

function isComplexLike(value: unknown): value is { readonly re: unknown; readonly im: unknown } {
  return typeof value === 'object' && value !== null && 're' in value && 'im' in value
}

function notNumeric(value: unknown, dtype: DType): Error {
  const takes = dtype.kind === 'c' ? '{ re, im }, [re, im], a number, bigint or boolean' : 'a number, bigint or boolean'
  const way =
    typeof value === 'string' ? `convert the text first, as with Number(${JSON.stringify(value)})` : 'convert it first'
  return castError(value, dtype, `${dtype.name} takes ${takes}`, way)
}

function outOfRange(value: number | bigint, dtype: DType, min: number | bigint, max: number | bigint): Error {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return castError(
      value,
      dtype,
      'an integer dtype has no NaN and no infinity',
      'use a float dtype, or replace the value first',
    )
  }
  return castError(
    value,
    dtype,
    `it holds whole numbers from ${min} to ${max}`,
    'use a wider dtype, or clip the value first',
  )
}
