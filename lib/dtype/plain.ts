import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { normalOrder } from './byte-order.js'
import type { ByteOrder } from './byte-order.js'
import { DType } from './dtype.js'
import { NUMBERS, OPAQUE_CODE, TIME_CODE } from './table.js'
import type { NumberName } from './table.js'
import { GENERIC } from './time-unit.js'
import type { TimeUnit } from './time-unit.js'

/** NumPy holds an element's size in a C int. */
export const MAX_ITEMSIZE = 2 ** 31 - 1

const cache = new Map<string, DType>()

/** Returns the dtype of a number: one object for each name and order, so that comparing equal dtypes is usually by identity. */
export function plain(name: NumberName, order: ByteOrder = '='): DType {
  const { code, kind, itemsize, alignment } = NUMBERS[name]
  const byteOrder = itemsize === 1 ? '|' : normalOrder(order)
  const key = `${byteOrder}${name}`
  const cached = cache.get(key)
  if (cached) return cached
  const dtype = new DType({ code, kind, itemsize, alignment, byteOrder })
  cache.set(key, dtype)
  return dtype
}

/**
 * `S`, `U` or `V` of a length.
 * @param length bytes, for `U` code points; 0 is NumPy's dtype without a length
 * @param spec the dtype that the caller passed, for the message
 */
export function flexible(kind: 'S' | 'U' | 'V', length: number, order: ByteOrder, spec: unknown): DType {
  const itemsize = kind === 'U' ? 4 * length : length
  if (!(itemsize <= MAX_ITEMSIZE)) throw tooLarge(spec)
  const alignment = kind === 'U' ? 4 : 1
  const byteOrder = kind === 'U' ? normalOrder(order) : '|'
  return new DType({ kind, itemsize, alignment, code: OPAQUE_CODE, byteOrder })
}

/** `datetime64` (`M`) or `timedelta64` (`m`). */
export function time(kind: 'M' | 'm', unit: TimeUnit = GENERIC, order: ByteOrder = '='): DType {
  return new DType({ kind, itemsize: 8, alignment: 8, code: TIME_CODE, byteOrder: normalOrder(order), unit })
}

/** Creates the error of a dtype whose itemsize exceeds {@link MAX_ITEMSIZE}. */
export function tooLarge(spec: unknown): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${inspect(spec)}: one element may have at most ${MAX_ITEMSIZE} bytes (NumPy's limit); use a smaller element and more axes`,
  )
}
