/** The characters of one-letter escapes. */
const SHORT: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g

/**
 * Replaces the escapes in the body of a Python string; an unknown one stays, with its backslash. Returns null for an escape
 * that Python rejects, and for `\N`.
 */
export function unescape(body: string): string | null {
  if (!body.includes('\\')) return body
  let isInvalid = false
  const text = body.replaceAll(ESCAPE, (whole, octal, hex, short, long, letter) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    const digits = hex ?? short ?? long
    const point = digits === undefined ? 0 : Number.parseInt(digits, 16)
    // The letter is x, u or U if too few digits follow it, and N before the name of a character.
    if ('xuUN'.includes(letter ?? ' ') || point > 0x10ffff) {
      isInvalid = true
      return ''
    }
    return letter === undefined ? String.fromCodePoint(point) : (SHORT[letter] ?? whole)
  })
  return isInvalid ? null : text
}
