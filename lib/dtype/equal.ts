import type { DTypeFields, Field } from './dtype-fields.js'
import { sameTimeUnit } from './time-unit.js'

/** NumPy's `==` of two dtypes. It compares the offsets of fields, but not the flag `aligned`. */
export function sameDType(a: DTypeFields, b: DTypeFields): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || a.itemsize !== b.itemsize || a.byteOrder !== b.byteOrder) return false
  if (a.shape.length !== b.shape.length || a.shape.some((length, axis) => length !== b.shape[axis])) return false
  if (a.shape.length > 0) return sameDType(a.base, b.base)
  if (a.unit && b.unit) return sameTimeUnit(a.unit, b.unit)
  if (!a.names || !a.fields || !b.names || !b.fields) return a.names === b.names
  const [left, right] = [a.fields, b.fields]
  return (
    a.names.length === b.names.length &&
    a.names.every((name, i) => name === b.names?.[i] && sameField(left[name], right[name]))
  )
}

function sameField(a: Field | undefined, b: Field | undefined): boolean {
  if (!a || !b) return false
  return a.offset === b.offset && a.title === b.title && sameDType(a.dtype, b.dtype)
}
