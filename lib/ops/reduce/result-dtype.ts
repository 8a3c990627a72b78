import { NUMBER_ROWS, parseDType, TIME_CODE, timeUnitText } from '../../dtype/index.js'
import type { DType, DTypeLike } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { unwrapNative } from '../../native/native.js'

/** Checks the option `dtype` of a reduction, whose results are in this machine's order, as in NumPy. */
export function parseResultDType(like: DTypeLike): DType {
  const wanted = parseDType(like)
  if (!wanted.swapped) return wanted
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype '${wanted.str}': results are in this machine's byte order; give '${wanted.newByteOrder('=').str}'`,
  )
}

/** The result dtype with this code; times keep their unit. */
export function resultDType(from: DType, code: number, wanted: DType | null): DType {
  if (wanted !== null && wanted.code === code) return wanted.newByteOrder('=')
  if (from.code === code) return from.newByteOrder('=')
  return parseDType(code === TIME_CODE ? 'timedelta64' : NUMBER_ROWS[code]?.[0])
}

/** The dtype of the difference of two elements: a duration for dates. */
export function differenceDType(dtype: DType): DType {
  return dtype.kind === 'M' && dtype.unit !== null ? parseDType(`m8${timeUnitText(dtype.unit)}`) : dtype
}

/** Converts the error of a kernel that does not take the dtype to one with the dtype's name. */
export function kindError(error: unknown, name: string, { name: dtype }: DType): unknown {
  if (!(error instanceof MemmapError) || error.code !== 'ERR_MEMMAP_DTYPE') return error
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${dtype}: ${name} is not defined for it; convert the elements with astype(), or take a field of records with field()`,
    { cause: error },
  )
}

/**
 * Returns a function that asks the kernels for the code of a result's dtype, once for each operation, dtype of elements and option.
 * The function throws MemmapError `ERR_MEMMAP_DTYPE` where the operation is not defined.
 */
export function resultCodes(
  ask: (operation: number, from: number, dtype: number) => number,
): (name: string, operation: number, from: DType, dtype: number) => number {
  const known: (number | undefined)[] = []
  return (name, operation, from, dtype) => {
    const key = (operation * 32 + from.code) * 32 + dtype + 1
    try {
      return (known[key] ??= unwrapNative(() => ask(operation, from.code, dtype)))
    } catch (error) {
      throw kindError(error, name, from)
    }
  }
}

/** Creates the error of a sum or mean of dates. */
export function noSumOfDates(name: string, { name: dtype }: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${dtype}: ${name} is not defined for dates; view them as 'int64' for their ticks`,
  )
}
