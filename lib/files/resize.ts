/**
 * Changes the length of axis 0 in the array, in its file, and in the header of a `.npy` file.
 *
 * A process that is killed at any moment leaves a file that opens with the old or the new shape:
 *
 * - Growing marks the header, changes the size of the file, stores the new rows, and last writes the header, in one system call
 *   that writes a few bytes within one page. A file without a header has the new shape from the first step on, with zeros for
 *   rows that are not stored yet.
 * - Shrinking writes the header first, then cuts the file, and last removes the mark.
 * - If the header has no space for the new shape (files of other writers), a new file replaces the old one.
 *
 * The size of the file is locked meanwhile, so that other writers of this library wait. Under the lock each writer checks that
 * file and header are still those that its array knows; it never cuts off bytes behind the array, unless the mark says that
 * they are left over from a change that did not end.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'
import { sliceAxis } from '../async/chunks.js'
import { OPAQUE_CODE } from '../dtype/index.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { parseShape, shapeText, sizeOf } from '../layout/shape.js'
import { isContiguous } from '../layout/strides.js'
import type { Origin } from '../memory/origin.js'
import type { Store } from '../memory/store.js'
import { checkWriteable } from '../memory/writeable.js'
import { unwrapNative } from '../native/native.js'
import type { NativeMapping } from '../native/native.js'
import { sourceFor } from '../ops/assign-value.js'
import { expandDims } from '../ops/axes.js'
import { assignElements } from '../ops/cast/assign-elements.js'
import { castTo } from '../ops/copy.js'
import { replaceWith, withLayout } from './in-place.js'
import { MAGIC } from './npy/header.js'
import { NpyFile } from './npy/resize-file.js'
import { mappingInfo } from './open.js'

/** `Memmap.resize`. */
export function resize(array: ArrayBase, like: unknown): void {
  const rest = growable(array, 'resize')
  const shape = parseShape(like)
  if (shape.length !== array.ndim || shape.slice(1).some((length, axis) => length !== rest[axis])) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shape ${shapeText(shape)} for resize of an array of shape ${shapeText(array.shape)}: it changes axis 0 only; ` +
        `give [length${rest.map((length) => `, ${length}`).join('')}]`,
      { expected: array.shape, actual: shape },
    )
  }
  setRows(array, shape[0] as number, 'resize', () => {})
}

/** `Memmap.append`. */
export function append(array: ArrayBase, rows: unknown): void {
  const rest = growable(array, 'append')
  const source = rowsFor(array, rest, rows)
  const before = array.shape[0] as number
  const count = source.shape[0] as number
  if (count === 0) return
  setRows(array, before + count, 'append', (target) => assignElements(rowsFrom(target, before), source))
}

/** Checks that the array can change its length, and returns the lengths of its other axes. */
function growable(array: ArrayBase, of: string): readonly number[] {
  const { store, root, shape, byteStrides, itemsize } = array
  store.checkOpen()
  const { mode } = store.origin as Origin
  if (mode === 'r') checkWriteable(array)
  const refuse = (reason: string): MemmapError =>
    new MemmapError(
      'ERR_MEMMAP_UNSUPPORTED',
      `invalid ${of}: it needs the array that was opened, in C order and a writeable mode, but ${reason}`,
      {
        path: (store.origin as Origin).filename ?? undefined,
      },
    )
  if (mode === 'c') throw refuse(`mode 'c' never changes the file; open it with mode 'r+'`)
  if (root !== null) throw refuse('this is a view; call it on its base')
  if (shape.length === 0) throw refuse('this array has no axes')
  if (!isContiguous(shape, byteStrides, itemsize, 'C')) throw refuse('this one is not in C order')
  if (itemsize === 0) throw refuse('its elements have no bytes')
  if (store.isBusy) throw refuse('another thread works on it; await that first')
  return shape.slice(1)
}

/** Converts the argument of `append` to an array of rows, ready to store after the file has grown. */
function rowsFor(array: ArrayBase, rest: readonly number[], rows: unknown): ArrayBase {
  const { dtype } = array
  const like = viewOf(array, {
    byteStrides: array.byteStrides,
    position: array.position,
    shape: [0, ...rest],
  })
  // A batch without rows.
  if (Array.isArray(rows) && rows.length === 0) return like
  const source = sourceFor(like, rows)
  if (source === null) {
    if (rest.length > 0) throw mismatch(array, rest, [])
    return castTo(arrayOf(rows, like), dtype)
  }
  const whole = source.ndim === rest.length ? expandDims(source, 0) : source
  if (whole.ndim !== rest.length + 1 || rest.some((length, axis) => length !== whole.shape[axis + 1])) {
    throw mismatch(array, rest, source.shape)
  }
  // Casts that can fail come now, before the file changes; so do copies of typed arrays over this mapping, because growing
  // detaches them.
  const isPlain = dtype.code !== OPAQUE_CODE && whole.dtype.code !== OPAQUE_CODE
  const isOwnBuffer = !Array.isArray(rows) && array.store.isExposed(whole.store.memory)
  // A view, so that an array appended to itself keeps its length.
  return isPlain && !isOwnBuffer ? viewOf(whole, whole) : castTo(whole, dtype)
}

function arrayOf(value: unknown, like: ArrayBase): ArrayBase {
  const lists = sourceFor(like, [value])
  if (lists === null)
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid rows ${inspect(value)}: they must be an array, a typed array or (nested) lists`,
    )
  return lists
}

function mismatch(array: ArrayBase, rest: readonly number[], actual: readonly number[]): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_SHAPE',
    `invalid rows of shape ${shapeText(actual)} for an array of shape ${shapeText(array.shape)}: the other axes must be equal; ` +
      `give rows of shape [n${rest.map((length) => `, ${length}`).join('')}], or one of ${shapeText(rest)}`,
    { expected: rest, actual },
  )
}

/** Changes the number of rows of array and file; `write` stores the new rows. */
function setRows(array: ArrayBase, rows: number, of: string, write: (target: ArrayBase) => void): void {
  const mapping = array.store.mapping as NativeMapping
  const size = unwrapNative(() => mapping.lockSize())
  try {
    changeRows(array, rows, of, size, write)
  } finally {
    mapping.unlockSize()
  }
}

/** {@link setRows} while the size of the file is locked. */
function changeRows(
  array: ArrayBase,
  rows: number,
  of: string,
  size: number,
  write: (target: ArrayBase) => void,
): void {
  const { store, shape, itemsize, position } = array
  const mapping = store.mapping as NativeMapping
  const origin = store.origin as Origin
  const before = shape[0] as number
  const now = [rows, ...shape.slice(1)]
  const bytesOf = (length: number): number =>
    position - origin.pageOffset + sizeOf([length, ...shape.slice(1)], itemsize) * itemsize
  const file = origin.npy ? new NpyFile(array, of) : null
  if (file === null) checkNoHeader(array, of)
  const end = origin.offset + bytesOf(before)
  const leftover = size > end
  if (leftover && file?.isMarked !== true) throw longerFile(array, of, end, size)
  if (file !== null && rows !== before && !file.fits(now)) {
    try {
      replaceWith(array, file.rebuilt(now, write))
    } catch (error) {
      if (store.closed) replaceWith(array, file.opened())
      throw error
    }
    return
  }
  if (rows < before) return removeRows(array, file, bytesOf(rows), now)
  file?.begin()
  let moved
  try {
    moved = resizeMapping(mapping, bytesOf(rows), origin, leftover)
  } catch (error) {
    attempt(() => file?.end(shape))
    throw error
  }
  store.resized(mappingInfo[2] as number, mappingInfo[3] as number, moved)
  withLayout(array, now, store)
  try {
    write(array)
    file?.end(now)
  } catch (error) {
    // A file that stays longer keeps the mark.
    if (setBack(array, mapping, bytesOf(before), shape)) attempt(() => file?.end(shape))
    throw error
  }
}

/** Refuses to change the data of a `.npy` file whose header would not follow. */
function checkNoHeader({ store }: ArrayBase, of: string): void {
  const { offset, filename } = store.origin as Origin
  if (offset < MAGIC.length) return
  const start = Buffer.alloc(MAGIC.length)
  unwrapNative(() => (store.mapping as NativeMapping).readFile(0, start))
  if (!start.equals(MAGIC)) return
  throw new MemmapError(
    'ERR_MEMMAP_UNSUPPORTED',
    `invalid ${of} to a part of a .npy file: its header would keep the old shape; open the file with openMemmap()`,
    { path: filename ?? undefined },
  )
}

/** Removes rows from the end of array and file. */
function removeRows(array: ArrayBase, file: NpyFile | null, length: number, now: readonly number[]): void {
  const { store, shape } = array
  const mapping = store.mapping as NativeMapping
  const origin = store.origin as Origin
  file?.begin()
  file?.writeShape(now)
  try {
    resizeMapping(mapping, length, origin, file !== null)
  } catch (error) {
    attempt(() => {
      file?.writeShape(shape)
      file?.end(shape)
    })
    // Windows unmaps the file before cutting it, so the array continues in another range.
    if (process.platform === 'win32') withLayout(array, shape, successorOf(store, origin))
    throw error
  }
  // A new store, which closes all views, because views of removed rows would read other bytes.
  withLayout(array, now, successorOf(store, origin))
  file?.end(now)
}

/** The store that takes over the mapping, in the range that it has now. */
function successorOf(store: Store, origin: Origin): Store {
  return store.successor(store.mapping as NativeMapping, mappingInfo[2] as number, mappingInfo[3] as number, origin)
}

function longerFile({ shape, store }: ArrayBase, of: string, expected: number, actual: number): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_UNSUPPORTED',
    `invalid ${of} to an array of shape ${shapeText(shape)}: the file has ${actual - expected} bytes behind the array, which would be ` +
      `lost; open the file again if another writer appended them, or truncate it to ${expected} bytes`,
    { path: (store.origin as Origin).filename ?? undefined, expected, actual },
  )
}

function resizeMapping(mapping: NativeMapping, length: number, { options }: Origin, leftover: boolean): boolean {
  return unwrapNative(() => mapping.resize(length, options?.sparse === true, leftover, mappingInfo))
}

/** Reverts a growth; returns false if the system does not permit it, and the file stays longer. */
function setBack(array: ArrayBase, mapping: NativeMapping, length: number, shape: readonly number[]): boolean {
  const origin = array.store.origin as Origin
  const done = attempt(() => {
    const moved = resizeMapping(mapping, length, origin, false)
    array.store.resized(mappingInfo[2] as number, mappingInfo[3] as number, moved)
  })
  withLayout(array, shape, array.store)
  return done
}

/** Does something after an error, which says more than an error of this. */
function attempt(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

/** The rows from `start` on. */
function rowsFrom(array: ArrayBase, start: number): ArrayBase {
  return sliceAxis(array, 0, start, (array.shape[0] as number) - start)
}
