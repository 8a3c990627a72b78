import { NATIVE_ORDER } from './byte-order.js'
import type { DTypeLayout, Kind } from './dtype.js'
import { timeUnitText } from './time-unit.js'

const STEMS: Record<Kind, string> = {
  b: 'bool',
  i: 'int',
  u: 'uint',
  f: 'float',
  c: 'complex',
  S: 'bytes',
  U: 'str',
  V: 'void',
  M: 'datetime',
  m: 'timedelta',
}

/** NumPy's `dtype.name`, a "bit name" (`_name_get` in `numpy/_core/_dtype.py`). */
export function nameOf({ kind, itemsize, unit }: DTypeLayout): string {
  const unsized = itemsize === 0 && 'SUV'.includes(kind)
  const bits = kind === 'b' || unsized ? '' : itemsize * 8
  return `${STEMS[kind]}${bits}${unit ? timeUnitText(unit) : ''}`
}

/** NumPy's `dtype.str`. */
export function strOf({ kind, itemsize, byteOrder, unit }: DTypeLayout): string {
  const order = byteOrder === '=' ? NATIVE_ORDER : byteOrder
  const size = kind === 'U' ? itemsize / 4 : itemsize
  return `${order}${kind}${size}${unit ? timeUnitText(unit) : ''}`
}
