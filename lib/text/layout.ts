import { width } from './python-repr.js'
import type { Shown } from './shown.js'

export interface LayoutOptions {
  /** Between elements: `', '` or a space. */
  readonly separator: string
  /** The columns before the first bracket, blank in every other line. */
  readonly indent: number
  readonly linewidth: number
}

/** Joins the texts of elements with brackets, separators and line breaks: NumPy's `_formatArray`. */
export function layOutText(
  { axes }: Shown,
  texts: readonly string[],
  { separator, indent, linewidth }: LayoutOptions,
): string {
  const bare = separator.trimEnd()
  let next = 0

  const layOutAxis = (axis: number, hanging: string, capacity: number): string => {
    const shown = axes[axis]
    if (shown === undefined) return texts[next++] ?? ''
    const isRow = axis === axes.length - 1
    const breaks = bare + '\n'.repeat(axes.length - 1 - axis)
    const row = new Row(hanging, capacity - Math.max(bare.length, 1))
    let blocks = ''
    for (let i = 0; i < shown.length; i++) {
      const isLast = i === shown.length - 1
      if (i === shown.cutAfter) {
        if (isRow) row.add('...', separator)
        else blocks += `${hanging}...${breaks}`
      }
      const text = layOutAxis(axis + 1, `${hanging} `, capacity - 1)
      if (isRow) row.add(text, isLast ? '' : separator)
      else blocks += hanging + text + (isLast ? '' : breaks)
    }
    // The bracket replaces the last blank of the first line's indent.
    return `[${(isRow ? row.end() : blocks).slice(hanging.length)}]`
  }
  return layOutAxis(0, ' '.repeat(indent + 1), linewidth)
}

/** The elements of one row, broken into lines. */
class Row {
  readonly #hanging: string
  readonly #capacity: number
  #done = ''
  #line: string
  /** The number of characters in the line, as Python counts them. */
  #used: number

  constructor(hanging: string, capacity: number) {
    this.#hanging = hanging
    this.#capacity = capacity
    this.#line = hanging
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

  end(): string {
    return this.#done + this.#line
  }
}
