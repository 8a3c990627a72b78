import type { DType } from '../dtype/index.js'
import { isRangeError } from '../errors/brands.js'
import { LONGEST_TEXT } from '../errors/check-size.js'
import { MemmapError } from '../errors/memmap-error.js'
import { sizeOf } from '../layout/shape.js'
import { isImplied, shortRepr } from './dtype-text.js'
import { elementFormat } from './element-format.js'
import { layOutText } from './layout.js'
import { printing } from './options.js'
import type { Printing, PrintOptions } from './options.js'
import { tupleRepr, width } from './python-repr.js'
import { scalarText } from './scalar-text.js'
import { representativesOf } from './representatives.js'
import { shownAxes, shownPart } from './shown.js'
import type { Printable, ShownAxis } from './shown.js'

export { printing } from './options.js'
export type { FloatMode, Printing, PrintOptions } from './options.js'
export type { Printable, ShownAxis } from './shown.js'

/** Where the text of all elements is too large. */
const WAY_OUT = 'select a part by index(), or lower threshold or edgeitems'

/**
 * Formats an array as NumPy does. Reads only the elements shown, each once, so that the size of a summarised array does not
 * matter.
 * @param kind `'repr'` is `memmap([1., 2.], dtype=float32)`, `'str'` is `[1. 2.]`
 * @param name the prefix of a repr
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for an unknown or invalid print option; `ERR_MEMMAP_TOO_LARGE`
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.array2string.html, implemented as in NumPy 2.4.6
 */
export function format(
  array: Printable,
  kind: 'repr' | 'str',
  name: 'memmap' | 'array',
  options: PrintOptions = {},
): string {
  const printOptions = printing(options)
  try {
    return kind === 'repr' ? repr(array, name, printOptions) : str(array, printOptions)
  } catch (error) {
    // What the size of the elements could not tell: the text of one column is as wide as its widest element.
    if (isRangeError(error)) throw tooLong(error)
    throw error
  }
}

function tooLong(cause: RangeError): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_TOO_LARGE',
    `invalid text of an array: JavaScript holds texts of at most ${LONGEST_TEXT} characters; ${WAY_OUT}`,
    { actual: LONGEST_TEXT, cause },
  )
}

function str(array: Printable, options: Printing): string {
  if (array.shape.length === 0) return scalarText(array.at([]), array.dtype, options)
  return elements(array, ' ', 0, options)
}

function repr(array: Printable, name: string, options: Printing): string {
  const { dtype, shape } = array
  const prefix = `${name}(`
  // The closing bracket takes one column.
  const body = elements(array, ', ', prefix.length, { ...options, linewidth: options.linewidth - 1 })

  const size = sizeOf(shape)
  const extras: string[] = []
  const isPlainEmpty = size === 0 && shape.length === 1
  if ((size === 0 && !isPlainEmpty) || size > options.threshold) extras.push(`shape=${tupleRepr(shape)}`)
  if (!isImplied(dtype) || size === 0) extras.push(`dtype=${shortRepr(dtype)}`)
  if (extras.length === 0) return `${prefix}${body})`

  const text = `${prefix}${body},`
  const tail = `${extras.join(', ')})`
  const lastLine = width(text.slice(text.lastIndexOf('\n') + 1))
  const gap = lastLine + tail.length + 1 > options.linewidth ? `\n${' '.repeat(prefix.length)}` : ' '
  return text + gap + tail
}

function elements(array: Printable, separator: string, indent: number, options: Printing): string {
  if (sizeOf(array.shape) === 0) return '[]'
  const shown = shownPart(array, options, WAY_OUT)
  const write = elementFormat(array.dtype, shown.elements, { ...options, single: array.shape.length === 0 })
  const texts = shown.elements.map(write)
  let text = ''
  for (const piece of layOutText(shown.axes, texts.values(), { separator, indent, linewidth: options.linewidth })) {
    text += piece
  }
  return text
}

/** An array to print piece by piece. */
export interface Chunked {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Reads the elements shown, chunk by chunk in C order; it is called for each of several passes. */
  chunks(axes: readonly ShownAxis[]): Iterable<ArrayLike<unknown>>
}

/**
 * The same text as {@link format} with `'str'` of an array with axes, in pieces and bounded memory. Reads the elements shown up to
 * three times: twice for the width of a column, and once to write them.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for an unknown or invalid print option
 */
export function* strPieces(array: Chunked, options: PrintOptions = {}): Generator<string> {
  const { dtype, shape } = array
  if (sizeOf(shape) === 0) return yield '[]'
  const printOptions = printing(options)
  const axes = shownAxes(shape, printOptions)
  const representatives = representativesOf(dtype, () => array.chunks(axes), printOptions)
  const write = elementFormat(dtype, representatives, { ...printOptions, single: false })
  const { linewidth } = printOptions
  yield* layOutText(axes, textsOf(array.chunks(axes), write), { separator: ' ', indent: 0, linewidth })
}

function* textsOf(chunks: Iterable<ArrayLike<unknown>>, write: (value: unknown) => string): Generator<string> {
  for (const chunk of chunks) for (let i = 0; i < chunk.length; i++) yield write(chunk[i])
}
