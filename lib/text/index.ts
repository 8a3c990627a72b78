import { sizeOf } from '../layout/shape.js'
import { isImplied, shortRepr } from './dtype-text.js'
import { elementFormat } from './element-format.js'
import { layOutText } from './layout.js'
import { printing } from './options.js'
import type { Printing, PrintOptions } from './options.js'
import { tupleRepr, width } from './python-repr.js'
import { scalarText } from './scalar-text.js'
import { shownPart } from './shown.js'
import type { Printable } from './shown.js'

export { printing } from './options.js'
export type { FloatMode, Printing, PrintOptions } from './options.js'
export type { Printable } from './shown.js'

/**
 * An array as NumPy writes it. Reads only the elements that are written, each once, so that the size of the array does not
 * matter where it is summarised.
 * @param kind `'repr'` is `memmap([1., 2.], dtype=float32)`, `'str'` is `[1. 2.]`
 * @param name what stands before the bracket of a repr
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for a print option that is unknown or has no such value
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.array2string.html, whose behaviour of NumPy 2.4.6 this is
 */
export function format(
  array: Printable,
  kind: 'repr' | 'str',
  name: 'memmap' | 'array',
  options: PrintOptions = {},
): string {
  const chosen = printing(options)
  return kind === 'repr' ? repr(array, name, chosen) : str(array, chosen)
}

function str(array: Printable, options: Printing): string {
  if (array.shape.length === 0) return scalarText(array.at([]), array.dtype, options)
  return elements(array, ' ', 0, options)
}

function repr(array: Printable, name: string, options: Printing): string {
  const { dtype, shape } = array
  const prefix = `${name}(`
  // The closing bracket needs its column too.
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
  const shown = shownPart(array, options)
  const write = elementFormat(array.dtype, shown.elements, { ...options, single: array.shape.length === 0 })
  return layOutText(shown, shown.elements.map(write), { separator, indent, linewidth: options.linewidth })
}
