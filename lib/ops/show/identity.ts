import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import type { ArrayBase } from '../../array/array-base.js'
import { sizeOf } from '../../layout/shape.js'
import { printing } from '../../text/index.js'
import { castTo } from '../copy.js'
import { rowsBetween } from '../indexing/select.js'
import { viewOf } from '../../array/make-array.js'
import { innerBytesOf } from '../../array/typed-views.js'
import { fieldOf } from '../view.js'
import { orCode, reprOf } from './repr.js'

/** Bytes that are copied at a time. */
const PIECE = 2 ** 22

/**
 * A text that is the same for arrays of equal dtype, shape and elements only, whatever their file, memory order and byte order. NaNs
 * are equal, and -0 and 0 are not, as in `Object.is`. Reads all elements; where they cannot be read, the text is the error's code.
 */
export function identityOf(array: ArrayBase): string {
  return orCode(array, () => {
    const text = reprOf(array, 'str', { floatmode: 'unique' })
    return `${text} ${array.dtype.name} [${array.shape.join(', ')}] # ${digestOf(array)}`
  })
}

/**
 * The repr with every digit that tells an element from another one; where it leaves out elements, with a mark of all of them, so that
 * different arrays have different texts in the report of a test. Does not throw.
 */
export function exactText(array: ArrayBase): string {
  return orCode(array, () => {
    const text = reprOf(array, 'repr', { floatmode: 'unique' })
    const isComplete = array.store.closed || array.size <= printing({}).threshold
    return isComplete ? text : `${text} # ${digestOf(array).slice(0, 12)}`
  })
}

function digestOf(array: ArrayBase): string {
  const hash = createHash('sha256')
  add(hash, array)
  return hash.digest('base64url')
}

function add(hash: Hash, array: ArrayBase): void {
  const { names } = array.dtype
  if (names !== null) {
    // Field by field, because the padding between them is no part of the elements.
    for (const name of names) {
      const field = fieldOf(array, name)
      hash.update(JSON.stringify([name, field.dtype.name, field.shape]))
      add(hash, field)
    }
    return
  }
  const { shape, itemsize } = array
  const rowBytes = sizeOf(shape.slice(1)) * itemsize
  const rows = shape[0] ?? 1
  if (rows * rowBytes <= PIECE) return addPiece(hash, array)
  const step = Math.max(1, Math.floor(PIECE / rowBytes))
  for (let row = 0; row < rows; row += step) {
    const piece = viewOf(array, rowsBetween(array, row, row + step))
    if (step > 1) addPiece(hash, piece)
    else add(hash, viewOf(piece, withoutAxis0(piece)))
  }
}

/** The layout of the only row of an array. */
function withoutAxis0({
  shape,
  byteStrides,
  position,
}: ArrayBase): Pick<ArrayBase, 'shape' | 'byteStrides' | 'position'> {
  return { shape: shape.slice(1), byteStrides: byteStrides.slice(1), position }
}

function addPiece(hash: Hash, array: ArrayBase): void {
  if (array.size === 0) return
  const native = castTo(array, array.dtype.newByteOrder('='), 'C')
  const bytes = innerBytesOf(native)
  const { kind, itemsize } = native.dtype
  if (kind === 'f' || kind === 'c') unifyNaNs(bytes, kind === 'c' ? itemsize / 2 : itemsize)
  hash.update(bytes)
}

/** Replaces every NaN by the same one. */
function unifyNaNs({ buffer, byteOffset, byteLength }: Uint8Array, itemsize: number): void {
  const length = byteLength / itemsize
  if (itemsize === 2) {
    const halves = new Uint16Array(buffer, byteOffset, length)
    for (let i = 0; i < length; i++) if (((halves[i] as number) & 0x7fff) > 0x7c00) halves[i] = 0x7e00
    return
  }
  const floats =
    itemsize === 4 ? new Float32Array(buffer, byteOffset, length) : new Float64Array(buffer, byteOffset, length)
  for (let i = 0; i < length; i++) if (Number.isNaN(floats[i])) floats[i] = NaN
}
