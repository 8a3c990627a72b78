import type { DType } from '../../lib/dtype/index.js'
import { NDArray } from '../../lib/ndarray.js'

/**
 * A scalar or nested list of a dtype in the format of the fixtures: 8-byte integers and ticks as text, NaN and infinities by name,
 * complex as two numbers, raw bytes in hex.
 */
export function toFixture(value: unknown, dtype: DType): unknown {
  if (Array.isArray(value)) return value.map((entry) => toFixture(entry, dtype))
  if (dtype.names !== null) {
    const record = value as Record<string, unknown>
    return Object.fromEntries(
      dtype.names.map((name) => [name, toFixture(record[name], dtype.fields?.[name]?.dtype.base as DType)]),
    )
  }
  if (dtype.kind === 'M' || dtype.kind === 'm') return value === -(2n ** 63n) ? 'NaT' : String(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return floatToFixture(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'object' && value !== null && 're' in value && 'im' in value) {
    return [floatToFixture(value.re as number), floatToFixture(value.im as number)]
  }
  return value
}

function floatToFixture(value: number): unknown {
  return Number.isFinite(value) ? value : String(value)
}

/** The elements of an array in the format of the fixtures. */
export function valuesOf(array: NDArray): unknown {
  return toFixture(array.toArray(), array.dtype)
}
