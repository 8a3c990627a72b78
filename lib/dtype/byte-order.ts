import { endianness } from 'node:os'

/** NumPy's `byteorder`: native, little, big, or not applicable (one byte, or bytes without a number in them). */
export type ByteOrder = '=' | '<' | '>' | '|'

/** The order of this machine, as a dtype string writes it. */
export const NATIVE_ORDER: '<' | '>' = endianness() === 'LE' ? '<' : '>'

/** The order of the other machines. */
export const FOREIGN_ORDER: '<' | '>' = NATIVE_ORDER === '<' ? '>' : '<'

/** Returns the value of `byteOrder` for an order: `'='` for this machine's order and for `'|'`. */
export function normalOrder(order: ByteOrder): '=' | '<' | '>' {
  return order === FOREIGN_ORDER ? FOREIGN_ORDER : '='
}
