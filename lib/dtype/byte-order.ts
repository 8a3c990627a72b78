import { endianness } from 'node:os'

/** NumPy's `byteorder`: native, little, big, or not applicable (one byte, or bytes without a number in them). */
export type ByteOrder = '=' | '<' | '>' | '|'

/** The order of this machine, as a dtype string writes it. */
export const NATIVE_ORDER: '<' | '>' = endianness() === 'LE' ? '<' : '>'

/** The order of the other machines. */
export const FOREIGN_ORDER: '<' | '>' = NATIVE_ORDER === '<' ? '>' : '<'

/** What `byteOrder` says for an order that was asked for; `'|'` asks for none, so for this machine's. */
export function normalOrder(asked: ByteOrder): '=' | '<' | '>' {
  return asked === FOREIGN_ORDER ? FOREIGN_ORDER : '='
}
