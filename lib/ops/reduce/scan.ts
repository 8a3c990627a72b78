import { allocateEmpty, allocateResult } from '../../array/allocate.js'
import { coreOf } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { viewOf } from '../../array/make-array.js'
import { kernelNumbers, operand } from '../../array/operand.js'
import { parseDType } from '../../dtype/index.js'
import { checkOptions } from '../../errors/check-options.js'
import { parseAxis } from '../../layout/axis.js'
import { sizeOf } from '../../layout/shape.js'
import { native, unwrapNative } from '../../native/native.js'
import { SCANS } from '../table.js'
import type { Scan } from '../table.js'
import type { ScanOptions } from './options.js'
import { castForReduction } from './plan.js'
import { noSumOfDates, resultCodes, resultDType } from './result-dtype.js'

/** Scans an array: `NDArray.cumsum` and the other methods of the table. */
export function scan(array: ArrayBase, name: Scan, options: ScanOptions = {}): ArrayBase {
  const core = coreOf(array)
  core.store.checkOpen()
  checkOptions(options, ['axis', 'dtype'], name)
  if (core.dtype.kind === 'M') throw noSumOfDates(name, core.dtype)
  // null is Python's None.
  const wanted = options.dtype == null ? null : parseDType(options.dtype)
  const dtype = wanted === null ? -1 : wanted.code
  const numbers = castForReduction(array, wanted)
  const result = resultDType(numbers.dtype, resultCode(name, SCANS[name].code, numbers.dtype, dtype), wanted)
  const axis = options.axis == null ? -1 : parseAxis(options.axis, Math.max(1, core.shape.length))
  // As in NumPy, an array without axes counts as one of shape [1].
  const { shape, position, dtype: from } = coreOf(numbers)
  const source = shape.length === 0 ? viewOf(numbers, { shape: [1], byteStrides: [from.itemsize], position }) : numbers
  const target =
    axis < 0 ? allocateEmpty([sizeOf(shape)], result) : allocateResult(source.shape, result, source.byteStrides)
  const { code } = SCANS[name]
  kernelNumbers(code, axis, dtype)
  unwrapNative(() => native.scan(operand(0, source), operand(1, target)))
  return target
}

const resultCode = resultCodes((code, from, dtype) => native.scanKind(code === 1, from, dtype))
