/**
 * Iterators over elements, in C order whatever the order in memory. Each step reads its element.
 *
 * The iterators read elements by `get`, which is fast for up to three axes; they iterate over larger arrays in blocks of the last
 * three axes.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { rowMaker, viewOf } from '../array/make-array.js'
import { indexError } from '../errors/memmap-error.js'
import { isContiguous } from '../layout/strides.js'
import { accessorsOf } from '../memory/accessor-kind.js'
import { innerBlocksOf } from './inner-blocks.js'

/** The prototype of the language's own iterators, with `map`, `filter`, ... where the runtime has them. */
const ITERATOR = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object

const DONE = { value: undefined, done: true } as const

/** `NDArray.rows`: iterates over the entries of axis 0 as arrays. */
export function rowsOf(array: ArrayBase): IterableIterator<unknown> {
  array.store.checkOpen()
  if (array.ndim === 0) {
    throw indexError('invalid iteration over an array without axes: it has no axis 0; read its element with item()')
  }
  return new Rows(array) as unknown as IterableIterator<unknown>
}

/** Iterates over the entries of axis 0: scalars for an array of one axis, else arrays. */
export function entriesOfAxis0(array: ArrayBase): IterableIterator<unknown> {
  return array.ndim === 1 ? elementsOf(array) : rowsOf(array)
}

/** Iterates over all elements. */
export function elementsOf(array: ArrayBase): IterableIterator<unknown> {
  array.store.checkOpen()
  const flat = array.size > 0 ? asOneAxis(array) : null
  const accessors = flat === null || flat.size >= 2 ** 31 ? undefined : accessorsOf(flat.accessorKind)
  if (flat !== null && accessors !== undefined) return walk(flat, accessors.next1 as () => IteratorResult<unknown>)
  return new Elements(array) as unknown as IterableIterator<unknown>
}

/** Iterates over all elements with their indices. */
export function entriesOf(array: ArrayBase): IterableIterator<[number[], unknown]> {
  array.store.checkOpen()
  return new Entries(array) as unknown as IterableIterator<[number[], unknown]>
}

/** The array itself, or the view on one axis of an array whose elements follow one another in C order; null for others. */
export function asOneAxis(array: ArrayBase): ArrayBase | null {
  const { ndim, shape, byteStrides, itemsize, position } = array
  if (ndim === 1) return array
  if (ndim === 0 || !isContiguous(shape, byteStrides, itemsize, 'C')) return null
  return viewOf(array, { shape: [array.size], byteStrides: [itemsize], position })
}

/** The classes of iterators over one axis, by their `next`: each kind of element has its own, as each has accessors. */
const walks = new Map<() => IteratorResult<unknown>, new (array: ArrayBase) => IterableIterator<unknown>>()

/** Iterates over the elements of an array with one axis. */
function walk(array: ArrayBase, next: () => IteratorResult<unknown>): IterableIterator<unknown> {
  let type = walks.get(next)
  if (type === undefined) {
    const made = class {
      at = 0
      readonly length: number
      constructor(readonly array: ArrayBase) {
        this.length = array.size
      }
    }
    Object.setPrototypeOf(made.prototype, ITERATOR)
    Object.defineProperty(made.prototype, 'next', { value: next, configurable: true, writable: true })
    walks.set(next, (type = made as never))
  }
  return new (type as new (array: ArrayBase) => IterableIterator<unknown>)(array)
}

class Rows {
  private next0 = 0
  private readonly row: (index: number) => ArrayBase

  constructor(private readonly array: ArrayBase) {
    this.row = rowMaker(array)
  }

  next(): IteratorResult<unknown> {
    const index = this.next0
    if (index >= (this.array.shape[0] as number)) return DONE
    this.next0 = index + 1
    return { value: this.row(index), done: false }
  }
}

/** Iterates over blocks of up to three axes; the last index is the fastest. */
class Elements {
  private readonly blocks: Iterator<ArrayBase>
  private block: ArrayBase | null
  private ndim = 0
  private i = 0
  private j = 0
  private k = 0
  /** The lengths of the block's axes. */
  private length0 = 0
  private length1 = 0
  private length2 = 0

  constructor(array: ArrayBase) {
    this.blocks = innerBlocksOf(array)
    this.block = this.advance()
  }

  next(): IteratorResult<unknown> {
    const { block, i, j, k } = this
    if (block === null) return DONE
    let value: unknown
    switch (this.ndim) {
      case 1:
        value = block.get(i)
        if ((this.i = i + 1) === this.length0) this.block = this.advance()
        break
      case 2:
        value = block.get(i, j)
        if ((this.j = j + 1) === this.length1) this.carry()
        break
      case 3:
        value = block.get(i, j, k)
        if ((this.k = k + 1) === this.length2) this.carryTwice()
        break
      default:
        value = block.get()
        this.block = this.advance()
    }
    return { value, done: false }
  }

  private carry(): void {
    this.j = 0
    if (++this.i === this.length0) this.block = this.advance()
  }

  private carryTwice(): void {
    this.k = 0
    if (++this.j === this.length1) this.carry()
  }

  private advance(): ArrayBase | null {
    const { value: block, done } = this.blocks.next()
    if (done === true) return null
    const [length0 = 1, length1 = 1, length2 = 1] = block.shape
    this.ndim = block.ndim
    this.length0 = length0
    this.length1 = length1
    this.length2 = length2
    this.i = 0
    return block
  }
}

/** Iterates over the elements with lists of their indices, which literals create fastest. */
class Entries {
  private readonly elements: Iterator<unknown>
  private readonly ndim: number
  /** The indices of all axes but the last, and the last one. */
  private readonly outer: number[]
  private last = 0
  private readonly length: number

  constructor(private readonly array: ArrayBase) {
    this.elements = array.ndim === 1 ? elementsOf(array) : new Elements(array)
    this.ndim = array.ndim
    this.outer = new Array<number>(Math.max(array.ndim - 1, 0)).fill(0)
    this.length = array.shape.at(-1) ?? 0
  }

  next(): IteratorResult<[number[], unknown]> {
    const { value, done } = this.elements.next()
    if (done === true) return DONE
    const { outer, last } = this
    const indices =
      this.ndim === 1
        ? [last]
        : this.ndim === 2
          ? [outer[0] as number, last]
          : this.ndim === 3
            ? [outer[0] as number, outer[1] as number, last]
            : this.ndim === 0
              ? []
              : [...outer, last]
    this.last = last + 1
    if (last + 1 === this.length) this.carry()
    return { value: [indices, value], done: false }
  }

  private carry(): void {
    const { outer } = this
    const { shape } = this.array
    this.last = 0
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const next = (outer[axis] as number) + 1
      if (next < (shape[axis] as number)) {
        outer[axis] = next
        return
      }
      outer[axis] = 0
    }
  }
}

for (const type of [Rows, Elements, Entries]) Object.setPrototypeOf(type.prototype, ITERATOR)
