/**
 * Checks of values by what they are rather than by their class, because test runners load this package into a realm of its own,
 * whose `Float32Array` is another one than that of a Buffer or of a caller.
 * @module
 */
import { types } from 'node:util'
import { MemmapError } from './memmap-error.js'

export const { isDate, isUint8Array } = types

const tag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as () => string | undefined

/** The name of a typed array's constructor, whatever its realm and subclass; undefined for anything else. */
export function typedArrayTag(value: unknown): string | undefined {
  return tag.call(value)
}

/** Returns true for shared memory. The class of this realm comes first, because it is the quicker test. */
export function isShared(buffer: ArrayBufferLike): buffer is SharedArrayBuffer {
  return !(buffer instanceof ArrayBuffer) && types.isSharedArrayBuffer(buffer)
}

/** Returns true for a RangeError of any realm. */
export function isRangeError(error: unknown): error is RangeError {
  return types.isNativeError(error) && error.name === 'RangeError'
}

/**
 * Checks that a typed array or DataView has its memory: its buffer may have been transferred, or have shrunk.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`
 */
export function checkHasMemory(view: ArrayBufferView): void {
  if (!hasMemory(view)) throw movedError()
}

function hasMemory(view: ArrayBufferView): boolean {
  try {
    if (typedArrayTag(view) === undefined) return view.byteLength >= 0
    // A lost view has length 0, as an empty one; only methods tell them apart, and this one does the least.
    return view.byteLength > 0 || Uint8Array.prototype.keys.call(view as Uint8Array) !== null
  } catch {
    return false
  }
}

/** Returns true for a buffer that was transferred. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false
  try {
    return new Uint8Array(buffer).length > 0
  } catch {
    return true
  }
}

/** Creates the error of every use of memory that JavaScript moved away. */
export function movedError(): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_CLOSED',
    'invalid use of an array without its memory: its ArrayBuffer was transferred (transfer(), postMessage(), structuredClone()) or ' +
      'made smaller; use what received it, or copy the array before',
  )
}

/** The property that every copy of this package gives its classes, whose value is the copy. */
const COPY = Symbol.for('memmap.copy')
const own = Symbol('this copy')

/** Marks the instances of a class for other copies of this package. */
export function markOwn(prototype: object): void {
  Object.defineProperty(prototype, COPY, { value: own })
}

/**
 * Rejects what another copy of this package made, because its fields would be taken for those of a record or of options.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function refuseOtherCopy(value: unknown): void {
  if (typeof value !== 'object' || value === null || !(COPY in value) || value[COPY] === own) return
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid ${value.constructor.name}: it is of another copy of memmap in this process; pass the data or toArray() of an array, ` +
      'the str of a dtype and the text of a slice, or load one copy only',
  )
}
