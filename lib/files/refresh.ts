import type { ArrayBase } from '../array/array-base.js'
import { MemmapError } from '../errors/memmap-error.js'
import { shapeText, sizeOf } from '../layout/shape.js'
import { isContiguous } from '../layout/strides.js'
import type { Origin } from '../memory/origin.js'
import type { Store } from '../memory/store.js'
import { unwrapNative } from '../native/native.js'
import type { NativeMapping } from '../native/native.js'
import { replaceWith, withLayout } from './in-place.js'
import { openNpy, readComplete } from './npy/open-npy.js'
import { mappingInfo } from './open.js'
import { readingAndOpening } from './source.js'

/** `Memmap.refresh`: gives an array the rows that its file has now; returns true if that changed it. */
export function refresh(array: ArrayBase): boolean {
  const { store, root } = array
  store.checkOpen()
  store.checkFault()
  const { npy, fitted } = store.origin as Origin
  if (root !== null) throw refused(array, 'this is a view; call it on its base')
  if (npy !== true && fitted !== true) throw refused(array, 'its shape was given; open the file without a shape')
  if (store.isBusy) throw refused(array, 'another thread works on it; await that first')
  return npy === true ? refreshNpy(array) : refreshRaw(array)
}

function refreshNpy(array: ArrayBase): boolean {
  const { dtype, shape, store } = array
  const { filename, offset, mode, options = {} } = store.origin as Origin
  if (filename === null) throw refused(array, 'the file was opened by a descriptor; open it by its path')
  const { info, isSame } = readingAndOpening(
    filename,
    (source) => ({ info: readComplete(source, Infinity), isSame: isSameFile(store) }),
    () => {},
  )
  const now = [...info.shape, ...info.dtype.shape]
  const isAlike =
    info.dtype.base.equals(dtype) &&
    now.length === shape.length &&
    now.slice(1).every((length, axis) => length === shape[axis + 1])
  if (isSame && isAlike && info.offset === offset && now[0] === shape[0]) return false
  if (!isAlike) {
    const found = `${info.dtype.name} of shape ${shapeText(now)}`
    throw refused(array, `the file has an array of ${found} by now; open it again`)
  }
  if (now.length > 1 && info.fortranOrder) throw refused(array, 'its order is F; open the file again')
  if (isSame && info.offset === offset) {
    setRows(array, now[0] as number)
    return true
  }
  // A writer whose header had no space for the shape replaced the file.
  if (mode === 'c') throw refused(array, `another file is at its path, and mode 'c' has stores; open it again`)
  replaceWith(array, openNpy(filename, mode === 'r' ? 'r' : 'r+', Infinity, options))
  return true
}

function refreshRaw(array: ArrayBase): boolean {
  const { shape, itemsize, byteStrides, store } = array
  if (!isContiguous(shape, byteStrides, itemsize, 'C')) throw refused(array, 'its order is F; open the file again')
  const size = unwrapNative(() => (store.mapping as NativeMapping).fileSize())
  const row = sizeOf(shape.slice(1), itemsize) * itemsize
  // The rest is a row that a writer has not finished.
  const rows = Math.max(0, Math.floor((size - (store.origin as Origin).offset) / row))
  if (rows === shape[0]) return false
  setRows(array, rows)
  return true
}

/** Returns true if the file of the mapping is still at its path. */
function isSameFile({ mapping }: Store): boolean {
  try {
    unwrapNative(() => (mapping as NativeMapping).fileSize())
    return true
  } catch (error) {
    if (error instanceof MemmapError && error.code === 'ERR_MEMMAP_UNSUPPORTED') return false
    throw error
  }
}

/** Maps this many rows of the file. */
function setRows(array: ArrayBase, rows: number): void {
  const { dtype, store, shape, position } = array
  const mapping = store.mapping as NativeMapping
  const origin = store.origin as Origin
  const now = [rows, ...shape.slice(1)]
  const length = position - origin.pageOffset + sizeOf(now, dtype.itemsize) * dtype.itemsize
  const moved = unwrapNative(() => mapping.refit(length, mappingInfo))
  const [mapped, capacity] = [mappingInfo[2] as number, mappingInfo[3] as number]
  // A new store closes all views, because those of removed rows would read other bytes.
  if (rows < (shape[0] as number)) return withLayout(array, now, store.successor(mapping, mapped, capacity, origin))
  store.resized(mapped, capacity, moved)
  withLayout(array, now, store)
}

function refused({ store }: ArrayBase, reason: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_UNSUPPORTED', `invalid refresh of an array: ${reason}`, {
    path: (store.origin as Origin).filename ?? undefined,
  })
}
