import type { DType } from '../dtype/index.js'
import { checkHeap, checkList } from '../errors/check-size.js'
import { sizeOf } from '../layout/shape.js'
import type { Printing } from './options.js'

/** An array to print, with access to the element at indices from 0 to length - 1. */
export interface Printable {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Returns the element, read by the reader of the dtype. */
  at(indices: readonly number[]): unknown
}

/** The part of an axis that is shown. */
export interface ShownAxis {
  /** The number of entries shown. */
  readonly length: number
  /** The number of entries before the `...`; undefined where the axis is complete. */
  readonly cutAfter: number | undefined
}

/** The elements shown, in C order, and their axes. */
export interface Shown {
  readonly axes: readonly ShownAxis[]
  readonly elements: readonly unknown[]
}

/** About the bytes that the text of one element takes while it is laid out, and the element itself. */
const TEXT_BYTES = 150

/**
 * Reads the elements shown, each once; only the corners of a summarised array.
 * @throws MemmapError `ERR_MEMMAP_TOO_LARGE`
 */
export function shownPart(array: Printable, options: Printing, wayOut: string): Shown {
  const { shape } = array
  const { floatmode, precision } = options
  const axes = shownAxes(shape, options)

  const count = sizeOf(axes.map(({ length }) => length))
  checkList(count, wayOut)
  const digits = floatmode === 'fixed' ? precision : 0
  checkHeap(count * (TEXT_BYTES + digits + 4 * array.dtype.itemsize), `text of ${count} elements`, wayOut)

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

/** The parts of the axes that are shown: all, or both ends of long ones where there are more elements than the threshold. */
export function shownAxes(shape: readonly number[], { threshold, edgeitems }: Printing): ShownAxis[] {
  const summarised = sizeOf(shape) > threshold
  const cut = (length: number): boolean => summarised && length > 2 * edgeitems
  return shape.map((length) => ({
    // NumPy shows one entry at the end even where edgeitems is 0.
    length: cut(length) ? edgeitems + Math.max(edgeitems, 1) : length,
    cutAfter: cut(length) ? edgeitems : undefined,
  }))
}
