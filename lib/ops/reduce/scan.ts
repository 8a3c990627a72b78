import { allocateEmpty, allocateResult } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { checkOptions } from '../../errors/check-options.js'
import { parseAxis } from '../../layout/axis.js'
import { native, unwrapNative } from '../../native/native.js'
import { SCANS } from '../table.js'
import type { Scan } from '../table.js'
import type { ScanOptions } from './options.js'
import { castForReduction } from './plan.js'
import { kindError, noSumOfDates, resultDType } from './result-dtype.js'

/** Scans an array: `NDArray.cumsum` and the other methods of the table. */
export function scan(array: ArrayBase, name: Scan, options: ScanOptions = {}): ArrayBase {
  array.store.checkOpen()
  checkOptions(options, ['axis', 'dtype'], name)
  if (array.dtype.kind === 'M') throw noSumOfDates(name, array.dtype)
  // null is Python's None.
  const wanted = options.dtype == null ? null : parseDType(options.dtype)
  const dtype = wanted === null ? -1 : wanted.code
  const numbers = castForReduction(array, wanted)
  const result = resultDType(numbers.dtype, resultCode(name, numbers.dtype, dtype), wanted)
  const axis = options.axis == null ? -1 : parseAxis(options.axis, Math.max(1, array.ndim))
  // As in NumPy, an array without axes counts as one of shape [1].
  const { ndim, itemsize, position } = numbers
  const source = ndim === 0 ? viewOf(numbers, { shape: [1], byteStrides: [itemsize], position }) : numbers
  const target =
    axis < 0 ? allocateEmpty([source.size], result) : allocateResult(source.shape, result, source.byteStrides)
  const { code } = SCANS[name]
  unwrapNative(() => native.scan(code === 1, operand(0, source), axis, dtype, operand(1, target)))
  return target
}

function resultCode(name: Scan, from: DType, dtype: number): number {
  try {
    return unwrapNative(() => native.scanKind(SCANS[name].code === 1, from.code, dtype))
  } catch (error) {
    throw kindError(error, name, from)
  }
}
