// Names, headers and elements may come from untrusted files, so escape sequences, line breaks and changes of the writing
// direction are printed escaped.

/** Control, format and other invisible characters, and line separators. */
const NOT_SHOWN = /[\p{C}\p{Zl}\p{Zp}]/gu
const NOT_SHOWN_BUT_LINES = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu

const SHORT: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** Text on one line, safe for a terminal. */
export function escaped(text: string): string {
  return text.replaceAll(NOT_SHOWN, code)
}

/** Text of several lines, safe for a terminal. */
export function escapedLines(text: string): string {
  return text.replaceAll(NOT_SHOWN_BUT_LINES, code)
}

function code(character: string): string {
  const point = character.codePointAt(0) ?? 0
  if (SHORT[character] !== undefined) return SHORT[character]
  if (point < 0x100) return `\\x${point.toString(16).padStart(2, '0')}`
  return point < 0x10000 ? `\\u${point.toString(16).padStart(4, '0')}` : `\\u{${point.toString(16)}}`
}

/** A name as a word of a shell. */
export function shellWord(name: string): string {
  return /^[\w@%+=:,./-]+$/.test(name) && !name.startsWith('-') ? name : `'${name.replaceAll("'", `'\\''`)}'`
}
