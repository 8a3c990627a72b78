import { fieldsInOrder } from '../dtype/index.js'
import type { AnyRecord, Complex, DType, TimeUnit } from '../dtype/index.js'
import { NAT } from '../scalar/calendar.js'
import type { FloatKind } from '../scalar/dragon4.js'
import { floatScalar } from '../scalar/number-text.js'
import { floatFormat } from './float-format.js'
import type { Printing } from './options.js'
import { bytesRepr, stringRepr, voidRepr } from './python-repr.js'
import { datetimeText } from '../scalar/time-text.js'

/** Formats one element, a value that the reader of the dtype returned. */
export type Format = (value: unknown) => string

/** The options of a column's format. */
export interface FormatContext extends Printing {
  /** True for a 0-d array, whose bool is not padded. */
  readonly single: boolean
  /** Formats floats as scalars, without columns, for the `str` of a 0-d structured array. */
  readonly plainFloats?: boolean
}

/** Returns the format of the elements of a dtype, which depends on all values shown: NumPy's `_get_format_function`. */
export function elementFormat(dtype: DType, values: readonly unknown[], context: FormatContext): Format {
  if (dtype.names) return recordFormat(dtype, values, context)
  switch (dtype.kind) {
    case 'b':
      return boolFormat(context)
    case 'i':
    case 'u':
      return integerFormat(values as readonly (number | bigint)[], context)
    case 'f': {
      const kind = dtype.name as FloatKind
      if (context.plainFloats) return (value) => floatScalar(value as number, kind)
      return floatFormat(values as readonly number[], kind, context.sign, context) as Format
    }
    case 'c':
      return complexFormat(values as readonly Complex[], dtype, context)
    case 'M':
      return datetimeFormat(values as readonly bigint[], dtype)
    case 'm':
      return timeFormat(values as readonly bigint[], String)
    case 'S':
      return (value) => bytesRepr(value as string)
    case 'U':
      return (value) => stringRepr(value as string)
    case 'V':
      return (value) => voidRepr(value as Uint8Array)
  }
}

function boolFormat({ single }: FormatContext): Format {
  return (value) => (value ? (single ? 'True' : ' True') : 'False')
}

function integerFormat(values: readonly (number | bigint)[], { sign }: FormatContext): Format {
  const [first = 0, ...others] = values
  let [min, max] = [first, first]
  for (const value of others) {
    if (value < min) min = value
    if (value > max) max = value
  }
  const mark = sign === ' ' && min < 0 ? '-' : sign
  const signWidth = max >= 0 && mark !== '-' ? 1 : 0
  const width = Math.max(String(max).length + signWidth, String(min).length)
  const prefix = mark === '-' ? '' : mark
  return (value) => `${(value as number) < 0 ? '' : prefix}${value}`.padStart(width)
}

function complexFormat(values: readonly Complex[], dtype: DType, context: FormatContext): Format {
  const kind = dtype.name === 'complex64' ? 'float32' : 'float64'
  const parts = (name: keyof Complex): number[] => values.map((value) => value[name])
  const real = floatFormat(parts('re'), kind, context.sign, context)
  const imaginary = floatFormat(parts('im'), kind, '+', context)
  return (value) => {
    const { re, im } = value as Complex
    // The j follows the number, before the padding of the column.
    return real(re) + imaginary(im).replace(/ *$/, (space) => `j${space}`)
  }
}

function datetimeFormat(values: readonly bigint[], { unit }: DType): Format {
  const tick: TimeUnit = unit ?? { unit: 'generic', count: 1 }
  return timeFormat(values, (ticks) => (tick.unit === 'generic' ? String(ticks) : `'${datetimeText(ticks, tick)}'`))
}

/** Formats times in a column as wide as the earliest, the latest and `'NaT'`, as in NumPy. */
function timeFormat(values: readonly bigint[], write: (ticks: bigint) => string): Format {
  const times = values.filter((ticks) => ticks !== NAT)
  const [first] = times
  let width = times.length < values.length ? "'NaT'".length : 0
  if (first !== undefined) {
    const min = times.reduce((a, b) => (b < a ? b : a), first)
    const max = times.reduce((a, b) => (b > a ? b : a), first)
    width = Math.max(width, write(min).length, write(max).length)
  }
  return (value) => (value === NAT ? "'NaT'" : write(value as bigint)).padStart(width)
}

function recordFormat(dtype: DType, values: readonly unknown[], context: FormatContext): Format {
  const fields = fieldsInOrder(dtype).map(({ name, dtype: type }) => {
    const { shape, base } = type
    const column = values.map((value) => (value as AnyRecord)[name])
    if (shape.length === 0) return { name, format: elementFormat(base, column, context) }
    const items = flatten(column, shape.length)
    return { name, format: subArrayFormat(shape, elementFormat(base, items, { ...context, single: false }), context) }
  })
  return (value) => {
    const texts = fields.map(({ name, format }) => format((value as AnyRecord)[name]))
    return texts.length === 1 ? `(${texts[0]},)` : `(${texts.join(', ')})`
  }
}

/** Flattens nested lists like `flat`, whose type does not take a depth known at run time only. */
function flatten(lists: readonly unknown[], depth: number): readonly unknown[] {
  return depth === 0 ? lists : flatten((lists as readonly (readonly unknown[])[]).flat(), depth - 1)
}

function subArrayFormat(shape: readonly number[], format: Format, { threshold, edgeitems }: FormatContext): Format {
  const size = shape.reduce((product, length) => product * length, 1)
  const formatAxis = (value: unknown, axis: number): string => {
    if (axis === shape.length) return format(value)
    const items = value as readonly unknown[]
    const write = (item: unknown): string => formatAxis(item, axis + 1)
    if (size <= threshold || items.length <= 2 * edgeitems) return `[${items.map(write).join(', ')}]`
    const ends = [items.slice(0, edgeitems).map(write), ['...'], items.slice(items.length - edgeitems).map(write)]
    return `[${ends.flat().join(', ')}]`
  }
  return (value) => formatAxis(value, 0)
}
