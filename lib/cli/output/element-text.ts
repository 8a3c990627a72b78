import type { DType } from '../../dtype/index.js'
import { printing } from '../../text/index.js'
import { scalarText } from '../../text/scalar-text.js'
import { escaped } from './escape.js'

/** One element as NumPy writes it, on one line, safe for a terminal. */
export function elementText(value: unknown, dtype: DType): string {
  const text = scalarText(value, dtype, printing())
  return escaped(dtype.kind === 'U' ? `'${text}'` : text)
}

/** The index of an element: `[2, 3]`. */
export function indexText(index: readonly number[]): string {
  return `[${index.join(', ')}]`
}

/** A dtype in a line: its string, or the fields of records. */
export function dtypeText(dtype: DType): string {
  return dtype.names === null ? dtype.str : JSON.stringify(dtype.toJSON())
}
