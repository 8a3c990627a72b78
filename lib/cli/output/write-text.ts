/**
 * Writes arrays as text: `.csv` and `.txt`, as numpy.savetxt, with the shortest text of each element that reads back as the same
 * value.
 * @module
 */
import { chunksOf } from '../../async/chunks.js'
import { fieldsInOrder } from '../../dtype/index.js'
import type { AnyRecord, Complex, DType } from '../../dtype/index.js'
import type { NDArray } from '../../ndarray.js'
import { datetimeText } from '../../scalar/time-text.js'
import { halfToNumber, numberToHalf } from '../../scalar/half.js'
import { NAT } from '../../scalar/calendar.js'
import { tupleRepr } from '../../text/python-repr.js'
import { UsageError } from '../exit.js'

/** How the elements of a line are told apart. */
interface Style {
  readonly separator: string
  /** Before the names of fields; numpy.loadtxt skips such lines. */
  readonly comment: string
}

const STYLES: Readonly<Record<'csv' | 'txt', Style>> = {
  csv: { separator: ',', comment: '' },
  txt: { separator: ' ', comment: '# ' },
}

/** A column of text: its name, and the text of an element. */
interface Column {
  readonly name: string
  readonly write: (element: unknown) => string
}

/** The text of an array in pieces: an element a line, or for two axes a row a line. */
export function textChunks(array: NDArray, dtype: DType, format: 'csv' | 'txt'): Iterable<string> {
  const style = STYLES[format]
  const { shape } = array
  const columns = columnsOf(dtype, style)
  const most = dtype.names === null ? 2 : 1
  if (shape.length > most) {
    const what = most === 1 ? 'records must have at most one axis' : 'it must have at most two axes'
    throw new UsageError(
      `invalid shape ${tupleRepr(shape)} for .${format}: ${what}; name a .npy file, or print parts with memmap show --slice`,
    )
  }
  return pieces(array, dtype, columns, style)
}

function* pieces(
  array: NDArray,
  dtype: DType,
  columns: readonly Column[],
  { separator, comment }: Style,
): Generator<string> {
  const [rows = 1, width = 1] = array.shape
  if (dtype.names !== null) yield `${comment}${columns.map(({ name }) => quoted(name, separator)).join(separator)}\n`
  if (width === 0) {
    for (let row = 0; row < rows; row++) yield '\n'
    return
  }
  if (array.size === 0) return
  let at = 0
  let text = ''
  for (const [chunk] of chunksOf([array])) {
    for (const element of elementsOf(chunk as NDArray, dtype)) {
      let between = ''
      for (const { write } of columns) {
        text += between + write(element)
        between = separator
      }
      at++
      if (at === width) at = 0
      text += at === 0 ? '\n' : separator
      if (text.length < PIECE) continue
      yield text
      text = ''
    }
  }
  yield text
}

/** Characters to write at a time. */
const PIECE = 2 ** 16

/** The elements of a chunk in C order; floats in double precision, which holds them all. */
function elementsOf(chunk: NDArray, dtype: DType): Iterable<unknown> {
  const cast = chunk.dtype.equals(dtype) ? chunk : chunk.astype(dtype)
  return dtype.kind === 'f' ? (cast.astype('float64', { order: 'C' }).data as Float64Array) : cast.values()
}

/** A column for each element, or for each field of records: `x`, `x.y` of records in records, `x[0]` of sub-arrays. */
function columnsOf(dtype: DType, style: Style, name = ''): Column[] {
  if (dtype.names === null) return [{ name, write: writerOf(dtype, style) }]
  return fieldsInOrder(dtype).flatMap(({ name: field, dtype: type }) => {
    const path = name === '' ? field : `${name}.${field}`
    const get = (element: unknown): unknown => (element as AnyRecord)[field]
    return partsOf(type.shape, path).flatMap(({ name: part, index }) =>
      columnsOf(type.base, style, part).map((column) => ({
        name: column.name,
        write: (element: unknown) =>
          column.write(index.reduce((list, at) => (list as readonly unknown[])[at], get(element))),
      })),
    )
  })
}

/** The elements of a sub-array, or the field itself. */
function partsOf(shape: readonly number[], name: string): { name: string; index: readonly number[] }[] {
  let parts: number[][] = [[]]
  for (const length of shape) {
    parts = parts.flatMap((index) => Array.from({ length }, (_, at) => [...index, at]))
  }
  return parts.map((index) => ({ name: index.length === 0 ? name : `${name}[${index.join(', ')}]`, index }))
}

function writerOf(dtype: DType, { separator }: Style): Column['write'] {
  switch (dtype.kind) {
    case 'b':
      return (value) => (value === true ? 'True' : 'False')
    case 'i':
    case 'u':
      return String
    case 'f':
      return (value) => floatText(value as number, ROUNDERS[dtype.name] ?? DOUBLE)
    case 'c': {
      const rounder = dtype.name === 'complex64' ? SINGLE : DOUBLE
      return (value) => complexText(value as Complex, rounder)
    }
    case 'M': {
      const unit = dtype.unit ?? { unit: 'generic', count: 1 }
      return (ticks) => datetimeText(ticks as bigint, unit)
    }
    case 'm':
      return (ticks) => (ticks === NAT ? 'NaT' : String(ticks))
    case 'S':
    case 'U':
      return (value) => quoted(value as string, separator)
    case 'V':
      throw new UsageError(
        `invalid dtype ${dtype.name} for text: raw bytes have none; name a .npy file, or a field of records by --field`,
      )
  }
}

/** The precisions of floats: how a double is rounded to one, and the digits to try first. */
interface Rounder {
  readonly digits: number
  readonly round: (value: number) => number
}

const DOUBLE: Rounder = { digits: 17, round: (value) => value }
const SINGLE: Rounder = { digits: 6, round: Math.fround }
const HALF: Rounder = { digits: 3, round: (value) => halfToNumber(numberToHalf(value)) }
const ROUNDERS: Readonly<Record<string, Rounder>> = { float16: HALF, float32: SINGLE }

/** The shortest text that reads back as the same float of its precision: `1.0`, `0.1`, `1e-07`, `nan`, `-inf`. */
function floatText(value: number, rounder: Rounder): string {
  const text = digitsOf(value, rounder)
  // From 1e21 on, JavaScript writes an exponent.
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${text}.0` : text
}

function digitsOf(value: number, { digits, round }: Rounder): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf'
  if (Object.is(value, -0)) return '-0'
  // JavaScript's own text is the shortest of a double.
  if (digits === 17) return String(value)
  for (let precision = digits; ; precision++) {
    const short = Number(value.toPrecision(precision))
    if (precision >= 17 || round(short) === value) return String(short)
  }
}

/** `(1+2j)`. */
function complexText({ re, im }: Complex, rounder: Rounder): string {
  const imaginary = digitsOf(im, rounder)
  return `(${digitsOf(re, rounder)}${imaginary.startsWith('-') ? '' : '+'}${imaginary}j)`
}

/** Quotes text as in RFC 4180 where a reader would split, skip or trim it. */
function quoted(text: string, separator: string): string {
  const plain = text !== '' && text.trim() === text && !text.includes(separator) && !/["\r\n#]/.test(text)
  return plain ? text : `"${text.replaceAll('"', '""')}"`
}
