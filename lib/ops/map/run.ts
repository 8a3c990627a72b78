/**
 * Functions of elements in typed arrays or on one axis. The function may close or resize the array or move its memory: the store then
 * has another version, and the caller goes on element by element.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { LARGEST_BUFFER } from '../../memory/store.js'
import { asOneAxis } from '../iterate.js'
import { loopsOf } from './loops-of.js'
import type { ElementFunction, Loop, Run } from './template.js'

const NONE = new Float64Array(0)

/** The least length of the rows of floats apart that are worth a call of a loop for each. */
const SHORTEST_ROW = 4

/**
 * Stores what a function returns for each element of an array in its place in the target, which is the array itself or a new one of
 * the same shape. Returns the number of elements that are done: 0 where no loop is for such elements.
 */
export function runOver(array: ArrayBase, target: ArrayBase, fn: ElementFunction): number {
  const { size, store } = array
  if (size === 0) return 0
  const source = asOneAxis(array)
  const flat = target === array ? source : asOneAxis(target)
  const from = floatsOf(array)
  const to = target === array ? from : floatsOf(target)
  const run: Run = {
    store,
    version: store.version,
    from: from ?? NONE,
    to: to ?? NONE,
    fromAt: array.position / array.itemsize,
    toAt: target.position / target.itemsize,
    fromStep: (array.byteStrides.at(-1) ?? 0) / array.itemsize,
    toStep: (target.byteStrides.at(-1) ?? 0) / target.itemsize,
    start: 0,
    source: source ?? array,
    target: flat ?? target,
    hasRest: false,
    rest: undefined,
  }
  const isOneAxis = source !== null && flat !== null
  if (from === null || to === null) {
    return isOneAxis ? runLoop(run, loopsOf(fn, array, target, 'elements').elements, fn, 0, size, target) : 0
  }
  if (isOneAxis && run.fromStep === 1 && run.toStep === 1) {
    run.from = from.subarray(run.fromAt, run.fromAt + size)
    run.to = target === array ? run.from : to.subarray(run.toAt, run.toAt + size)
    return runLoop(run, loopsOf(fn, array, target, 'numbers').numbers, fn, 0, size, target)
  }
  const length = array.shape.at(-1) ?? 0
  return length < SHORTEST_ROW ? 0 : runRows(run, loopsOf(fn, array, target, 'apart').apart, fn, array, target, length)
}

/** Runs a loop over each row of the last axis. */
function runRows(
  run: Run,
  loop: Loop,
  fn: ElementFunction,
  array: ArrayBase,
  target: ArrayBase,
  length: number,
): number {
  const { shape, size } = array
  const indices = shape.slice(0, -1).fill(0)
  const fromSteps = array.byteStrides.map((stride) => stride / array.itemsize)
  const toSteps = target.byteStrides.map((stride) => stride / target.itemsize)
  for (let start = 0; start < size; start += length) {
    run.start = start
    const done = runLoop(run, loop, fn, start, start + length, target)
    if (done < start + length || run.store.version !== run.version) return done
    for (let axis = indices.length - 1; axis >= 0; axis--) {
      const [fromStep, toStep] = [fromSteps[axis] as number, toSteps[axis] as number]
      const next = (indices[axis] as number) + 1
      run.fromAt += fromStep
      run.toAt += toStep
      if (next < (shape[axis] as number)) {
        indices[axis] = next
        break
      }
      indices[axis] = 0
      run.fromAt -= next * fromStep
      run.toAt -= next * toStep
    }
  }
  return size
}

/** Runs a loop over the elements from `i` to `end`, and stores the values that it leaves with, as `set` does. */
function runLoop(run: Run, loop: Loop, fn: ElementFunction, i: number, end: number, target: ArrayBase): number {
  let done = i
  while (done < end) {
    done = loop(run, fn, done, end)
    if (run.hasRest) {
      const { rest } = run
      run.hasRest = false
      run.rest = undefined
      target.set(...indicesAt(target.shape, done - 1), rest)
      if (run.store.version !== run.version) return done
    } else if (done < end) return done
  }
  return done
}

/** The typed array that has the elements, where these hold any number as it is; null for others. */
function floatsOf({ store, dtype, accessorKind, itemsize, byteStrides }: ArrayBase): Float64Array | null {
  if (dtype.kind !== 'f' || itemsize < 4 || accessorKind.view === 'view') return null
  if (byteStrides.some((stride) => stride % itemsize !== 0)) return null
  // Of either element type; the loops are the same for both.
  return store.openViews(LARGEST_BUFFER) ? (store[accessorKind.view] as Float64Array) : null
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
