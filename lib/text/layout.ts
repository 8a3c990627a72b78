import { width } from './python-repr.js'
import type { ShownAxis } from './shown.js'

export interface LayoutOptions {
  /** Between elements: `', '` or a space. */
  readonly separator: string
  /** The columns before the first bracket, blank in every other line. */
  readonly indent: number
  readonly linewidth: number
}

/**
 * Joins the texts of elements with brackets, separators and line breaks: NumPy's `_formatArray`. Yields pieces, so that a
 * caller can write them before the last element is known.
 * @param texts of the elements shown, in C order
 */
export function* layOutText(
  axes: readonly ShownAxis[],
  texts: Iterator<string>,
  { separator, indent, linewidth }: LayoutOptions,
): Generator<string> {
  const bare = separator.trimEnd()
  const next = (): string => texts.next().value ?? ''

  function* layOutAxis(axis: number, hanging: string, capacity: number): Generator<string> {
    const { length, cutAfter } = axes[axis] as ShownAxis
    yield '['
    if (axis === axes.length - 1) {
      const row = new Row(hanging, capacity - Math.max(bare.length, 1))
      for (let i = 0; i < length; i++) {
        if (i === cutAfter) row.add('...', separator)
        row.add(next(), i === length - 1 ? '' : separator)
        if (row.isLong) yield row.take()
      }
      yield row.end()
    } else {
      const breaks = bare + '\n'.repeat(axes.length - 1 - axis)
      // The bracket replaces the last blank of the first line's indent.
      let before = ''
      for (let i = 0; i < length; i++) {
        if (i === cutAfter) {
          yield `${before}...${breaks}`
          before = hanging
        }
        yield before
        yield* layOutAxis(axis + 1, `${hanging} `, capacity - 1)
        if (i < length - 1) yield breaks
        before = hanging
      }
    }
    yield ']'
  }
  if (axes.length === 0) yield next()
  else yield* layOutAxis(0, ' '.repeat(indent + 1), linewidth)
}

/** Characters of a row that are held back at most, about. */
const LONG = 2 ** 12

/** The elements of one row, broken into lines. */
class Row {
  readonly #hanging: string
  readonly #capacity: number
  /** Complete text, and the line, whose trailing blanks go where it is broken. */
  #done = ''
  #line = ''
  /** The number of characters in the line, as Python counts them; the indent of the first one is written already. */
  #used: number

  constructor(hanging: string, capacity: number) {
    this.#hanging = hanging
    this.#capacity = capacity
    this.#used = hanging.length
  }

  add(word: string, separator: string): void {
    const size = width(word)
    // An empty line is not broken, because the next line has the same capacity.
    if (this.#used + size > this.#capacity && this.#used > this.#hanging.length) {
      this.#done += `${this.#line.trimEnd()}\n`
      this.#line = this.#hanging
      this.#used = this.#hanging.length
    }
    this.#line += word + separator
    this.#used += size + separator.length
  }

  get isLong(): boolean {
    return this.#done.length + this.#line.length > LONG
  }

  /** Takes all but the blanks at the end of the line. */
  take(): string {
    const bare = this.#line.trimEnd()
    const text = this.#done + bare
    this.#done = ''
    this.#line = this.#line.slice(bare.length)
    return text
  }

  end(): string {
    return this.#done + this.#line
  }
}
