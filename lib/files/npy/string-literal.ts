/** What the letters behind a backslash stand for. */
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
 * The text between the quotes of a Python string, with its escapes replaced; an unknown one stays, backslash included. Null
 * where Python refuses it.
 */
export function textOf(body: string, { bytes, raw }: { bytes: boolean; raw: boolean }): string | null {
  // oxlint-disable-next-line no-control-regex -- bytes hold ASCII only, control characters among it
  if (bytes && /[^\x00-\x7f]/.test(body)) return null
  if (raw || !body.includes('\\')) return body
  let wrong = false
  const text = body.replaceAll(ESCAPE, (whole, octal, hex, short, long, letter) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & (bytes ? 0xff : 0x1ff))
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (bytes && letter !== 'x') return letter === undefined ? whole : (SHORT[letter] ?? whole)
    if (short !== undefined) return String.fromCharCode(Number.parseInt(short, 16))
    const point = long === undefined ? 0 : Number.parseInt(long, 16)
    // An x, u or U that is not followed by as many digits as it needs, and N, the name of a character.
    if ('xuUN'.includes(letter ?? ' ') || point > 0x10ffff) {
      wrong = true
      return ''
    }
    return letter === undefined ? String.fromCodePoint(point) : (SHORT[letter] ?? whole)
  })
  return wrong ? null : text
}
