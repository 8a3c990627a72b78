// Text and bytes as Python's `repr` writes them.

import { checkText } from '../errors/check-size.js'

/** The characters that Python escapes: all that are not printable, including every separator except the space. */
const NOT_PRINTABLE = /[\p{C}\p{Z}]/u

/** `repr` of a Python string. */
export function stringRepr(text: string): string {
  const quote = quoteFor(text)
  let body = ''
  for (const character of text) {
    if (character === quote || character === '\\') body += `\\${character}`
    else if (character !== ' ' && NOT_PRINTABLE.test(character)) body += escapeOf(character.codePointAt(0) ?? 0)
    else body += character
  }
  return quote + body + quote
}

/** `repr` of Python bytes, given as latin-1 text. */
export function bytesRepr(latin1: string): string {
  const quote = quoteFor(latin1)
  let body = ''
  for (const character of latin1) {
    if (character === quote || character === '\\') body += `\\${character}`
    else body += character < ' ' || character > '~' ? escapeOf(character.charCodeAt(0)) : character
  }
  return `b${quote}${body}${quote}`
}

/** `str` of a NumPy void: every byte escaped, in upper case. */
export function voidRepr(bytes: Uint8Array): string {
  checkText(4 * bytes.length + 3, 'read the bytes themselves with get()')
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex').toUpperCase()
  return `b'${digits.replaceAll(/../g, '\\x$&')}'`
}

/** `repr` of a tuple of integers, for shapes. */
export function tupleRepr(items: readonly number[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`
}

/** The number of characters in Python: code points, not UTF-16 units. */
export function width(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    if (isSurrogate(text.charCodeAt(i), 0xd800) && isSurrogate(text.charCodeAt(i + 1), 0xdc00)) count--
  }
  return count
}

function isSurrogate(unit: number, start: number): boolean {
  return unit >= start && unit < start + 0x400
}

function quoteFor(text: string): string {
  return text.includes("'") && !text.includes('"') ? '"' : "'"
}

const SHORT: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r' }

function escapeOf(point: number): string {
  if (SHORT[point] !== undefined) return SHORT[point]
  if (point < 0x100) return `\\x${hex(point, 2)}`
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
