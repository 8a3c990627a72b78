/**
 * Functions of elements over the typed array in which these follow one another. The function may close or resize the array or move
 * its memory: the store then has another version, and the caller goes on element by element.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { isContiguous } from '../../layout/strides.js'
import type { Store } from '../../memory/store.js'
import { faults } from '../../native/native.js'

// A constant of this module, because V8 looks up imports at each use.
const FAULTS = faults

type ElementFunction = (value: unknown, index: number) => unknown

/** The typed array of a store and the elements of an array in it, with the numbers that one of them holds as they are. */
interface Run {
  readonly store: Store
  readonly view: Float64Array
  readonly first: number
  readonly isFloat: boolean
  readonly low: number
  readonly high: number
}

/** Returns null for elements in another order than C's, in the other byte order or not aligned, and for those that get converts. */
function runOf(array: ArrayBase): Run | null {
  const { store, dtype, itemsize, accessorKind, position } = array
  const { kind } = dtype
  const isFloat = kind === 'f'
  const isPlain = isFloat ? itemsize >= 4 : (kind === 'i' || kind === 'u') && itemsize <= 4
  if (!isPlain || accessorKind.view === 'view' || array.size === 0) return null
  if (!isContiguous(array.shape, array.byteStrides, itemsize, 'C')) return null
  // Creates the view where no element was read yet.
  if (store.openMask !== 0) store.viewAt(position, itemsize)
  if (store.openMask !== 0) return null
  const bits = 8 * itemsize
  const [low, high] = kind === 'u' ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
  // A view of any element type; the loops below are the same for each.
  const view = store[accessorKind.view] as Float64Array
  return { store, view, first: position / itemsize, isFloat, low, high }
}

/** Returns true for a number that an element holds as it is. */
function fits({ isFloat, low, high }: Run, value: unknown): value is number {
  return typeof value === 'number' && (isFloat || (value >= low && value <= high && Math.trunc(value) === value))
}

/** Stores what a function returns for each element in its place. Returns the number of elements that are done. */
export function applyInRun(array: ArrayBase, fn: ElementFunction): number {
  const run = runOf(array)
  if (run === null) return 0
  const { store, view, first } = run
  const { version } = store
  const { shape, size } = array
  for (let i = 0; i < size; i++) {
    const value = view[first + i]
    if (value === undefined) return i
    if (FAULTS[0] !== 0) store.checkFault()
    const result = fn(value, i)
    if (store.version !== version) {
      setAt(array, shape, i, result)
      return i + 1
    }
    if (fits(run, result)) view[first + i] = result
    else setAt(array, shape, i, result)
    if (FAULTS[0] !== 0) store.checkFault()
  }
  store.checkOpen()
  return size
}

/** Stores what a function returns for each element in another array of the shape, which is new. Returns as {@link applyInRun}. */
export function mapInRun(array: ArrayBase, target: ArrayBase, fn: ElementFunction): number {
  const from = runOf(array)
  const to = runOf(target)
  if (from === null || to === null) return 0
  const { store, view, first } = from
  const { version } = store
  const { shape, size } = array
  for (let i = 0; i < size; i++) {
    if (store.version !== version) return i
    const value = view[first + i]
    if (value === undefined) return i
    if (FAULTS[0] !== 0) store.checkFault()
    const result = fn(value, i)
    if (fits(to, result)) to.view[i] = result
    else setAt(target, shape, i, result)
  }
  return size
}

/** The indices of an element by its index in C order. */
export function indicesAt(shape: readonly number[], index: number): number[] {
  const indices = new Array<number>(shape.length)
  let rest = index
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number
    indices[axis] = rest % length
    rest = Math.floor(rest / length)
  }
  return indices
}

function setAt(array: ArrayBase, shape: readonly number[], index: number, value: unknown): void {
  array.set(...indicesAt(shape, index), value)
}
