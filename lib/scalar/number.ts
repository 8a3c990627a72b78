import { isArrayValue, NATIVE_ORDER, NUMBERS } from '../dtype/index.js'
import type { Complex, DType, NumberMethod, NumberName, NumberRow } from '../dtype/index.js'
import { castError, simpleCodec } from './codec.js'
import type { Codec } from './codec.js'
import { halfToNumber, numberToHalf } from './half.js'

/** The codec of a bool, integer, float or complex dtype. */
export function numberCodec(dtype: DType): Codec {
  const { kind, method, itemsize } = NUMBERS[dtype.name as NumberName] as NumberRow
  const little = isLittleEndian(dtype)
  if (kind === 'b') return boolCodec(dtype)
  if (method.startsWith('Float')) {
    const { get, set } = floatAccess(method, little)
    if (kind === 'c') return complexCodec(dtype, { get, set }, itemsize / 2)
    return simpleCodec(dtype, get, (value) => toFloat(value, dtype), set)
  }
  const bits = BigInt(8 * itemsize)
  const [min, max] = kind === 'i' ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n]
  return method.startsWith('Big')
    ? integer64Codec(dtype, method as Integer64, min, max)
    : integerCodec(dtype, method as Integer8to32, Number(min), Number(max))
}

type Integer8to32 = 'Int8' | 'Uint8' | 'Int16' | 'Uint16' | 'Int32' | 'Uint32'
type Integer64 = 'BigInt64' | 'BigUint64'

/** Returns true if the bytes of a dtype are little-endian: the flag of DataView's methods. */
export function isLittleEndian(dtype: DType): boolean {
  return (NATIVE_ORDER === '<') !== dtype.swapped
}

/** The codec of bools: any byte but 0 reads as true, as in NumPy; true is written as 1. */
function boolCodec(dtype: DType): Codec {
  return simpleCodec(
    dtype,
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
    dtype,
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
    dtype,
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

/** The codec of complex numbers: the real part, then the imaginary part. */
function complexCodec(dtype: DType, { get, set }: FloatAccess, partSize: number): Codec {
  return simpleCodec(
    dtype,
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

function floatAccess(method: NumberMethod, little: boolean): FloatAccess {
  switch (method) {
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
    default:
      return {
        get: (view, position) => view.getFloat64(position, little),
        set: (view, position, value) => view.setFloat64(position, value, little),
      }
  }
}

/** Converts a value to float64. Stores round to nearest and overflow to infinity, as in NumPy; only a bigint beyond float64 throws. */
function toFloat(value: unknown, dtype: DType): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (isArrayValue(value) && value.ndim === 0) return toFloat(value.get(), dtype)
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
