import { MemmapError } from '../errors.js'
import { normalOrder } from './byte-order.js'
import type { ByteOrder } from './byte-order.js'
import { Code } from './code.js'
import { DType } from './dtype.js'
import type { Kind } from './dtype.js'
import { given } from './given.js'
import type { PlainName } from './spellings.js'
import { GENERIC } from './time-unit.js'
import type { TimeUnit } from './time-unit.js'

/** NumPy holds an element's size in a C int. */
export const MAX_ITEMSIZE = 2 ** 31 - 1

interface Plain {
  readonly kind: Kind
  readonly itemsize: number
  readonly alignment: number
  readonly code: Code
}

/** The numbers. C aligns a complex as its parts. */
const PLAIN: Record<PlainName, Plain> = {
  bool: { kind: 'b', itemsize: 1, alignment: 1, code: Code.Bool },
  int8: { kind: 'i', itemsize: 1, alignment: 1, code: Code.I8 },
  uint8: { kind: 'u', itemsize: 1, alignment: 1, code: Code.U8 },
  int16: { kind: 'i', itemsize: 2, alignment: 2, code: Code.I16 },
  uint16: { kind: 'u', itemsize: 2, alignment: 2, code: Code.U16 },
  int32: { kind: 'i', itemsize: 4, alignment: 4, code: Code.I32 },
  uint32: { kind: 'u', itemsize: 4, alignment: 4, code: Code.U32 },
  int64: { kind: 'i', itemsize: 8, alignment: 8, code: Code.I64 },
  uint64: { kind: 'u', itemsize: 8, alignment: 8, code: Code.U64 },
  float16: { kind: 'f', itemsize: 2, alignment: 2, code: Code.F16 },
  float32: { kind: 'f', itemsize: 4, alignment: 4, code: Code.F32 },
  float64: { kind: 'f', itemsize: 8, alignment: 8, code: Code.F64 },
  complex64: { kind: 'c', itemsize: 8, alignment: 4, code: Code.C64 },
  complex128: { kind: 'c', itemsize: 16, alignment: 8, code: Code.C128 },
}

const made = new Map<string, DType>()

/** The dtype of a number; one object for each name and order, so that equal dtypes are mostly identical. */
export function plain(name: PlainName, order: ByteOrder = '='): DType {
  const parts = PLAIN[name]
  const byteOrder = parts.itemsize === 1 ? '|' : normalOrder(order)
  const key = `${byteOrder}${name}`
  const known = made.get(key)
  if (known) return known
  const dtype = new DType({ ...parts, byteOrder })
  made.set(key, dtype)
  return dtype
}

/**
 * `S`, `U` or `V` of a length.
 * @param length bytes, for `U` code points; 0 is NumPy's dtype without a length
 * @param spec what was asked for, for the message
 */
export function flexible(kind: 'S' | 'U' | 'V', length: number, order: ByteOrder, spec: unknown): DType {
  const itemsize = kind === 'U' ? 4 * length : length
  if (!(itemsize <= MAX_ITEMSIZE)) throw tooLarge(spec)
  const alignment = kind === 'U' ? 4 : 1
  const byteOrder = kind === 'U' ? normalOrder(order) : '|'
  return new DType({ kind, itemsize, alignment, code: Code.Opaque, byteOrder })
}

/** `datetime64` (`M`) or `timedelta64` (`m`). */
export function time(kind: 'M' | 'm', unit: TimeUnit = GENERIC, order: ByteOrder = '='): DType {
  return new DType({ kind, itemsize: 8, alignment: 8, code: Code.Time, byteOrder: normalOrder(order), unit })
}

export function tooLarge(spec: unknown): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `dtype ${given(spec)}: one element may have at most ${MAX_ITEMSIZE} bytes (NumPy's limit); use a smaller element and more axes`,
  )
}
