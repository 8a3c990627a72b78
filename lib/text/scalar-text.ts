import type { Complex, DType } from '../dtype/index.js'
import type { FloatKind } from '../scalar/dragon4.js'
import { complexScalar, floatScalar, pythonNumber } from '../scalar/number-text.js'
import { datetimeText, timedeltaText } from '../scalar/time-text.js'
import { elementFormat } from './element-format.js'
import type { Printing } from './options.js'
import { bytesRepr, voidRepr } from './python-repr.js'

/** `str` of one NumPy scalar, and so of a 0-d array: no quotes, all digits. */
export function scalarText(value: unknown, dtype: DType, options: Printing): string {
  if (dtype.names) return elementFormat(dtype, [value], { ...options, single: true, plainFloats: true })(value)
  switch (dtype.kind) {
    case 'b':
    case 'i':
    case 'u':
      return pythonNumber(value as boolean | number | bigint)
    case 'f':
      return floatScalar(value as number, dtype.name as FloatKind)
    case 'c':
      return complexScalar(value as Complex, dtype.name === 'complex64' ? 'float32' : 'float64')
    case 'M':
      return datetimeText(value as bigint, dtype.unit ?? { unit: 'generic', count: 1 })
    case 'm':
      return timedeltaText(value as bigint, dtype.unit ?? { unit: 'generic', count: 1 })
    case 'S':
      return `np.bytes_(${bytesRepr(value as string)})`
    case 'U':
      return value as string
    case 'V':
      return voidRepr(value as Uint8Array)
  }
}
