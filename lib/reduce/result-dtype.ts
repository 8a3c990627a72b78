import { Code, parseDType } from '../dtype/index.js'
import type { DType, DTypeLike } from '../dtype/index.js'
import { MemmapError } from '../errors.js'

/** The dtype that was asked for, of a reduction; as in NumPy, results are in this machine's order. */
export function wantedDType(like: DTypeLike): DType {
  const wanted = parseDType(like)
  if (!wanted.swapped) return wanted
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `the dtype of a reduction is in this machine's byte order (got '${wanted.str}'): give '${wanted.newByteOrder('=').str}'`,
  )
}

/** The dtype of this kind; ticks keep the unit that they count. */
export function resultDType(from: DType, code: Code, wanted: DType | null): DType {
  if (wanted !== null && wanted.code === code) return wanted.newByteOrder('=')
  if (from.code === code) return from.newByteOrder('=')
  return parseDType(NAMES_BY_CODE[code])
}

const NAMES_BY_CODE: Readonly<Record<Code, string>> = {
  [Code.Bool]: 'bool',
  [Code.I8]: 'int8',
  [Code.U8]: 'uint8',
  [Code.I16]: 'int16',
  [Code.U16]: 'uint16',
  [Code.I32]: 'int32',
  [Code.U32]: 'uint32',
  [Code.I64]: 'int64',
  [Code.U64]: 'uint64',
  [Code.F16]: 'float16',
  [Code.F32]: 'float32',
  [Code.F64]: 'float64',
  [Code.C64]: 'complex64',
  [Code.C128]: 'complex128',
  [Code.Time]: 'timedelta64',
  [Code.Opaque]: 'V1',
}

/** The error of a kernel that has no such reduction, with the dtype by its name. */
export function kindError(error: unknown, name: string, { name: dtype }: DType): unknown {
  if (!(error instanceof MemmapError) || error.code !== 'ERR_MEMMAP_DTYPE') return error
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `${name} is not defined for elements of ${dtype}: convert them with astype(), or take a field of records with field()`,
    { cause: error },
  )
}

export function noSumOfDates(name: string, { name: dtype }: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `${name} is not defined for dates (${dtype}): view them as 'int64' for their ticks`,
  )
}
