import { blank } from './create.js'
import { parseDType } from './dtype/index.js'
import type { Code, DType } from './dtype/index.js'
import { blankFor } from './keep-order.js'
import { viewOf } from './make.js'
import { calling, native } from './native.js'
import type { NDArray } from './ndarray.js'
import { operand } from './operand.js'
import { checkOptions } from './options.js'
import type { ScanOptions } from './reduce/options.js'
import { inDType } from './reduce/plan.js'
import { kindError, noSumOfDates, resultDType } from './reduce/result-dtype.js'
import { parseAxis } from './shape.js'

/** `NDArray.cumsum` and `cumprod`. */
export function scan(array: NDArray, product: boolean, options: ScanOptions = {}): NDArray {
  array.store.checkOpen()
  const name = product ? 'cumprod' : 'cumsum'
  checkOptions(options, ['axis', 'dtype'], name)
  if (array.dtype.kind === 'M') throw noSumOfDates(name, array.dtype)
  // For null, which is Python's None, as NumPy.
  const wanted = options.dtype == null ? null : parseDType(options.dtype)
  const dtype = wanted === null ? -1 : wanted.code
  const numbers = inDType(array, wanted)
  const result = resultDType(numbers.dtype, resultCode(product, numbers.dtype, dtype), wanted)
  const axis = options.axis == null ? -1 : parseAxis(options.axis, Math.max(1, array.ndim))
  // NumPy counts an element without axes as one of one.
  const { ndim, itemsize, position } = numbers
  const source = ndim === 0 ? viewOf(numbers, { shape: [1], byteStrides: [itemsize], position }) : numbers
  const made = axis < 0 ? blank([source.size], result) : blankFor(source.shape, result, source.byteStrides)
  const from = operand(source)
  const to = operand(made)
  calling(() => native.scan(product, from.memory, from.layout, axis, dtype, to.memory, to.layout))
  return made
}

function resultCode(product: boolean, from: DType, dtype: number): Code {
  try {
    return calling(() => native.scanKind(product, from.code, dtype)) as Code
  } catch (error) {
    throw kindError(error, product ? 'cumprod' : 'cumsum', from)
  }
}
