import { DType } from '../dtype/index.js'
import { sizeOf } from '../layout/shape.js'
import type { Printing } from './options.js'

/** What can be written: an array that gives the element at indices from 0 to length - 1. */
export interface Printable {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** The element as the reader of the dtype gives it. */
  at(indices: readonly number[]): unknown
}

/** The part of an axis that is written. */
export interface ShownAxis {
  /** How many positions are written. */
  readonly length: number
  /** After how many of them `...` stands for the positions left out; undefined where none are. */
  readonly cutAfter: number | undefined
}

/** The elements that are written, in C order, and the axes they are on. */
export interface Shown {
  readonly axes: readonly ShownAxis[]
  readonly elements: readonly unknown[]
}

/** Reads the elements that are written, each once; of an array that is summarised only the corners. */
export function shownPart(array: Printable, { threshold, edgeitems }: Printing): Shown {
  const { shape } = array
  const summarised = sizeOf(shape) > threshold
  const cut = (length: number): boolean => summarised && length > 2 * edgeitems
  const axes = shape.map((length) => ({
    // One position at the end is written even where edgeitems is 0.
    length: cut(length) ? edgeitems + Math.max(edgeitems, 1) : length,
    cutAfter: cut(length) ? edgeitems : undefined,
  }))

  const elements: unknown[] = []
  const indices = shape.map(() => 0)
  const visit = (axis: number): void => {
    const shown = axes[axis]
    const length = shape[axis]
    if (shown === undefined || length === undefined) {
      elements.push(array.at(indices))
      return
    }
    for (let i = 0; i < shown.length; i++) {
      indices[axis] = i < (shown.cutAfter ?? Infinity) ? i : length - shown.length + i
      visit(axis + 1)
    }
  }
  visit(0)
  return { axes, elements }
}
