/**
 * Another length on axis 0: of the array, of its file, and of what the header of a `.npy` file says.
 *
 * What a process that is killed at any moment leaves behind opens with the old or the new shape:
 *
 * - Growing, the file gets its new size first, then the new rows, and last the header, by one call of the system that writes a
 *   few bytes within one page. A file without a header has the new shape from the first step on, its rows zero until they
 *   are stored.
 * - Shrinking, the header comes first, then the file is cut.
 * - A header that has no room for the new shape (files of other writers) is written anew with everything else, beside the file,
 *   which it then replaces.
 * @module
 */
import { assignElements, sourceFor } from './assign.js'
import { castTo } from './convert.js'
import { Code, given } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { makeArray, viewOf } from './make.js'
import { Memmap } from './memmap.js'
import type { NDArray } from './ndarray.js'
import { calling } from './native.js'
import type { NativeMapping } from './native.js'
import { NpyFile } from './npy/grow-file.js'
import { facts } from './open.js'
import { isContiguous, parseShape, shapeText, sizeOf, stridesOf } from './shape.js'
import type { Origin } from './store.js'
import { checkWriteable } from './writeable.js'

/** `Memmap.resize`. */
export function resize(array: Memmap, like: unknown): void {
  const rest = growable(array, 'resize')
  const shape = parseShape(like)
  if (shape.length !== array.ndim || shape.slice(1).some((length, axis) => length !== rest[axis])) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `resize changes axis 0 only, and an array of shape ${shapeText(array.shape)} cannot become ${shapeText(shape)}: ` +
        `give [length${rest.map((length) => `, ${length}`).join('')}]`,
      { expected: array.shape, actual: shape },
    )
  }
  setRows(array, shape[0] as number, () => {})
}

/** `Memmap.append`. */
export function append(array: Memmap, rows: unknown): void {
  const rest = growable(array, 'append')
  const source = rowsFor(array, rest, rows)
  const before = array.shape[0] as number
  const count = source.shape[0] as number
  if (count === 0) return
  setRows(array, before + count, (target) => assignElements(target.slice(before) as unknown as NDArray, source))
}

/** Checks that the array can grow, and gives the lengths of its other axes. */
function growable(array: Memmap, what: string): readonly number[] {
  const { store, root, shape, byteStrides, itemsize } = array
  store.checkOpen()
  const { mode } = store.origin as Origin
  if (mode === 'r') checkWriteable(array as unknown as NDArray)
  const refuse = (reason: string): MemmapError =>
    new MemmapError(
      'ERR_MEMMAP_UNSUPPORTED',
      `${what} works on axis 0 of the array that was opened, in C order: ${reason}`,
      {
        path: array.filename ?? undefined,
      },
    )
  if (mode === 'c') throw refuse(`mode 'c' never changes the file; open it with mode 'r+'`)
  if (root !== null) throw refuse('this is a view; call it on its base')
  if (shape.length === 0) throw refuse('this array has no axes')
  if (!isContiguous(shape, byteStrides, itemsize, 'C')) throw refuse('this one is not in C order')
  if (itemsize === 0) throw refuse('its elements have no bytes')
  if (store.running.size > 0) throw refuse('work on it is under way in another thread; await that first')
  return shape.slice(1)
}

/** The rows that a caller gave, as an array that can be stored once there is room. */
function rowsFor(array: Memmap, rest: readonly number[], rows: unknown): NDArray {
  const { dtype } = array
  const like = viewOf(array as unknown as NDArray, {
    byteStrides: array.byteStrides,
    position: array.position,
    shape: [0, ...rest],
  })
  const given = sourceFor(like, rows)
  if (given === null) {
    if (rest.length > 0) throw mismatch(array, rest, [])
    return castTo(arrayOf(rows, like), dtype)
  }
  const whole = given.ndim === rest.length ? given.expandDims(0) : given
  if (whole.ndim !== rest.length + 1 || rest.some((length, axis) => length !== whole.shape[axis + 1])) {
    throw mismatch(array, rest, given.shape)
  }
  // What can fail is done while nothing has changed; typed arrays over this very mapping die when it grows.
  const plain = dtype.code !== Code.Opaque && whole.dtype.code !== Code.Opaque
  const ours = !Array.isArray(rows) && array.store.handedOut(whole.store.memory)
  // A view, so that an array that is appended to itself keeps its length.
  return plain && !ours ? viewOf(whole, whole) : castTo(whole, dtype)
}

function arrayOf(value: unknown, like: NDArray): NDArray {
  const lists = sourceFor(like, [value])
  if (lists === null)
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `rows are an array or (nested) lists (got ${given(value)})`)
  return lists
}

function mismatch(array: Memmap, rest: readonly number[], actual: readonly number[]): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_SHAPE',
    `rows of shape ${shapeText(actual)} cannot be appended to an array of shape ${shapeText(array.shape)}: ` +
      `give rows of shape [n${rest.map((length) => `, ${length}`).join('')}], or one of ${shapeText(rest)}`,
    { expected: rest, actual },
  )
}

/** Gives array and file so many rows; `write` stores what is new in them. */
function setRows(array: Memmap, rows: number, write: (target: Memmap) => void): void {
  const { store, shape, itemsize, position } = array
  const mapping = store.mapping as NativeMapping
  const origin = store.origin as Origin
  const before = shape[0] as number
  const now = [rows, ...shape.slice(1)]
  const bytesOf = (length: number): number =>
    position - origin.lead + sizeOf([length, ...shape.slice(1)], itemsize) * itemsize
  const file = origin.npy ? NpyFile.of(array) : null
  const patch = file?.patchFor(now)
  if (file !== null && patch === null && rows !== before) {
    try {
      becomes(array, file.rebuilt(array, now, write))
    } catch (error) {
      if (store.closed) becomes(array, file.opened(array))
      throw error
    }
    return
  }
  if (rows < before) {
    file?.write(mapping, patch)
    try {
      size(mapping, bytesOf(rows), origin)
    } catch (error) {
      file?.undo(mapping, patch)
      // Windows has to let go of the file before it can be cut: the array goes on in another range.
      if (process.platform === 'win32') lay(array, shape, store.successor(mapping, facts[2] as number, origin))
      throw error
    }
    // Views of rows that are gone would not notice; so all are closed.
    const successor = store.successor(mapping, facts[2] as number, origin)
    lay(array, now, successor)
    return
  }
  const moved = size(mapping, bytesOf(rows), origin)
  store.renew(facts[2] as number, facts[3] as number, moved)
  lay(array, now, store)
  try {
    write(array)
    file?.write(mapping, patch)
  } catch (error) {
    setBack(array, mapping, bytesOf(before), shape)
    throw error
  }
}

function size(mapping: NativeMapping, length: number, { options, npy }: Origin): boolean {
  return calling(() => mapping.resize(length, options?.sparse === true, npy === true, facts))
}

/** Takes a growth back, as far as the system lets us. */
function setBack(array: Memmap, mapping: NativeMapping, length: number, shape: readonly number[]): void {
  const origin = array.store.origin as Origin
  try {
    const moved = size(mapping, length, origin)
    array.store.renew(facts[2] as number, facts[3] as number, moved)
  } catch {
    // The array keeps its old shape; the file may be longer than it.
  }
  lay(array, shape, array.store)
}

/** The array with another shape, in this or another store. */
function lay(array: Memmap, shape: readonly number[], store: NDArray['store']): void {
  const { dtype, position } = array
  const byteStrides = stridesOf(shape, dtype.itemsize, 'C')
  const like = makeArray(Memmap, store, dtype as NDArray['dtype'], { shape, byteStrides, position }, null, true)
  Object.assign(array, like)
}

/** The array as another one, which is forgotten. */
function becomes(array: Memmap, other: Memmap): void {
  array.store.close()
  Object.setPrototypeOf(array, Object.getPrototypeOf(other) as object)
  Object.assign(array, other)
}
