import { width } from './python-repr.js'
import type { Shown } from './shown.js'

export interface LayoutOptions {
  /** Between elements: `', '` or a space. */
  readonly separator: string
  /** Columns that stand before the first bracket, and are left free in every other line. */
  readonly indent: number
  readonly linewidth: number
}

/** Brackets, separators and line breaks around the texts of elements: NumPy's `_formatArray`. */
export function layOutText(
  { axes }: Shown,
  texts: readonly string[],
  { separator, indent, linewidth }: LayoutOptions,
): string {
  const bare = separator.trimEnd()
  let next = 0

  const nested = (axis: number, hanging: string, room: number): string => {
    const shown = axes[axis]
    if (shown === undefined) return texts[next++] ?? ''
    const isRow = axis === axes.length - 1
    const breaks = bare + '\n'.repeat(axes.length - 1 - axis)
    const row = new Row(hanging, room - Math.max(bare.length, 1))
    let blocks = ''
    for (let i = 0; i < shown.length; i++) {
      const isLast = i === shown.length - 1
      if (i === shown.cutAfter) {
        if (isRow) row.add('...', separator)
        else blocks += `${hanging}...${breaks}`
      }
      const text = nested(axis + 1, `${hanging} `, room - 1)
      if (isRow) row.add(text, isLast ? '' : separator)
      else blocks += hanging + text + (isLast ? '' : breaks)
    }
    // The bracket takes the place of the last blank of the first line.
    return `[${(isRow ? row.end() : blocks).slice(hanging.length)}]`
  }
  return nested(0, ' '.repeat(indent + 1), linewidth)
}

/** Elements on lines of a width. */
class Row {
  readonly #hanging: string
  readonly #room: number
  #done = ''
  #line: string
  /** Characters in the line as Python counts them. */
  #used: number

  constructor(hanging: string, room: number) {
    this.#hanging = hanging
    this.#room = room
    this.#line = hanging
    this.#used = hanging.length
  }

  add(word: string, separator: string): void {
    const size = width(word)
    // A line that holds nothing yet is not broken: the next would hold no more.
    if (this.#used + size > this.#room && this.#used > this.#hanging.length) {
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
