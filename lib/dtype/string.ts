import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import type { ByteOrder } from './byte-order.js'
import type { DType } from './dtype.js'
import { flexible, plain, time } from './plain.js'
import { structured, subarray } from './struct.js'
import { BY_CODE, BY_NAME } from './table.js'
import { parseTimeUnit } from './time-unit.js'

const UNSIZED: ReadonlyMap<string, 'S' | 'U' | 'V'> = new Map([
  ['bytes', 'S'],
  ['bytes_', 'S'],
  ['str', 'U'],
  ['str_', 'U'],
  ['unicode', 'U'],
  ['void', 'V'],
])

const LONG_DOUBLE = /^[<>=|]?([gG]|f12|f16|c24|c32|longdouble|clongdouble|float(96|128)|complex(192|256))$/
const OBJECT = /^[<>=|]?(O|O4|O8|object|object_)$/
const FLEXIBLE = /^([SaUV])(\d*)$/
const TIME = /^(?:([Mm])(?:8(\[.*)?)?|(datetime|timedelta)64(\[.*)?)$/

/** One item of `'i4, (2,3)>f4, 2u1'`: byte order, repeats, second byte order, format. */
const ITEM = /^([<>=|]?)\s*(\d+|\([\d\s,]*\))?\s*([<>=|]?)([A-Za-z0-9_?]+(?:\[[^\]]*\])?)$/
const STARTS_WITH_REPEATS = /^[<>=|]?(\d|\()/

/**
 * Parses a dtype string: a name, an order and a code, or a comma string of them, which is structured. The grammar is
 * NumPy's (`_convert_from_str` in `numpy/_core/src/multiarray/descriptor.c`, `_commastring` in `numpy/_core/_internal.py`).
 */
export function parseString(spec: string, aligned = false): DType {
  if (STARTS_WITH_REPEATS.test(spec) || splitAtCommas(spec).length > 1) return parseCommaString(spec, aligned)
  return parseOne(spec, spec)
}

function parseOne(text: string, spec: string): DType {
  const named = BY_NAME.get(text)
  if (named) return plain(named)
  const unsized = UNSIZED.get(text)
  if (unsized) return flexible(unsized, 0, '=', spec)

  const prefix = /^[<>=|]/.exec(text)?.[0]
  const order = (prefix ?? '=') as ByteOrder
  const bare = prefix ? text.slice(1) : text
  const coded = BY_CODE.get(bare)
  if (coded) return plain(coded, order)
  if (bare === 'c') return flexible('S', 1, order, spec)

  const [, letter, length] = FLEXIBLE.exec(bare) ?? []
  if (letter) return flexible(letter === 'a' ? 'S' : (letter as 'S' | 'U' | 'V'), Number(length), order, spec)
  const [, short, shortUnit, long, longUnit] = TIME.exec(bare) ?? []
  if (short || long) {
    const kind = short === 'M' || long === 'datetime' ? 'M' : 'm'
    return time(kind, parseTimeUnit(shortUnit ?? longUnit ?? '', spec), order)
  }
  throw notUnderstood(text, spec)
}

function parseCommaString(spec: string, aligned: boolean): DType {
  const items = splitAtCommas(spec)
  // NumPy allows one comma at the end, and a string with it is a structured dtype.
  const isStructure = items.length > 1
  if (isStructure && items.at(-1)?.trim() === '') items.pop()
  const formats = items.map((item) => parseItem(item.trim(), spec))
  const [first] = formats
  return isStructure || !first
    ? structured(
        formats.map((dtype, i) => ({ name: `f${i}`, dtype })),
        { aligned },
        spec,
      )
    : first
}

function parseItem(item: string, spec: string): DType {
  const [, before = '', repeats, after = '', format] = ITEM.exec(item) ?? []
  // Repeats follow Python's integer literals, which have no leading 0.
  if (format === undefined || /\b0+[1-9]/.test(repeats ?? '')) throw notUnderstood(item, spec)
  const [first, second] = [before, after].map((order) => (order === '' ? '' : order === '|' ? '=' : order))
  if (first !== '' && second !== '' && first !== second) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${inspect(spec)}: ${inspect(item)} names two byte orders; keep one of them`,
    )
  }
  const dtype = parseOne(`${first || second}${format}`, spec)
  return repeats === undefined ? dtype : subarray(dtype, repeats.match(/\d+/g)?.map(Number) ?? [], spec)
}

/** Splits at commas outside brackets. */
function splitAtCommas(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '[' || c === '(') depth++
    else if (c === ']' || c === ')') depth--
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

function notUnderstood(text: string, spec: string): MemmapError {
  const where = text === spec ? '' : ` (in ${inspect(text)})`
  const accepted =
    "accepted are names ('float32', 'bool', 'complex64'), NumPy strings ('<f4', '>i2', '|u1', 'S5', 'U3', 'V8', 'M8[ns]', 'm8[s]') " +
    "and comma strings of them ('i4,2f8')"
  let rule = `it is not a dtype${where}; ${accepted}`
  if (LONG_DOUBLE.test(text))
    rule = `it is a long double${where}, which JavaScript has no number for; use 'float64' or 'complex128', or 'V16' for its bytes`
  else if (OBJECT.test(text))
    rule = `it holds Python objects${where}: pointers, which have no meaning in a file; ${accepted}`
  else if (text === 'T')
    rule = `it is NumPy's variable-length string${where}: pointers, which have no meaning in a file; use 'U' or 'S' with a length`
  return new MemmapError('ERR_MEMMAP_DTYPE', `invalid dtype ${inspect(spec)}: ${rule}`)
}
