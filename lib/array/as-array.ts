import { BY_CONSTRUCTOR, parseDType } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { Store } from '../memory/store.js'
import { isArray } from './array-base.js'
import type { ArrayBase } from './array-base.js'
import { makeArray } from './make-array.js'

/** Returns an array itself; a typed array as a one-dimensional array over its memory; null for anything else. */
export function asArray(value: unknown): ArrayBase | null {
  if (isArray(value)) return value
  if (!ArrayBuffer.isView(value)) return null
  const name = typedArrayName(value)
  if (name === undefined) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid array ${value.constructor.name}: it has no dtype; pass a typed array`,
    )
  }
  const dtype = parseDType(name)
  // The kernels take no SharedArrayBuffer.
  const [buffer, position] =
    value.buffer instanceof ArrayBuffer
      ? [value.buffer, value.byteOffset]
      : [new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice().buffer, 0]
  const layout = { shape: [value.byteLength / dtype.itemsize], byteStrides: [dtype.itemsize], position }
  return makeArray(Store.ofBuffer(buffer, true), dtype, layout, null, true)
}

/** The dtype of a typed array, including subclasses. */
function typedArrayName(value: ArrayBufferView): string | undefined {
  const exact = BY_CONSTRUCTOR.get(value.constructor)
  if (exact !== undefined) return exact
  for (const [constructor, name] of BY_CONSTRUCTOR) {
    if (value instanceof (constructor as new () => object)) return name
  }
  return undefined
}

/** Returns true if a Uint8Array is one element of text or raw bytes, rather than an array of bytes. */
export function isSingleElement(value: unknown, dtype: DType | undefined): boolean {
  return value instanceof Uint8Array && dtype?.names === null && (dtype.kind === 'S' || dtype.kind === 'V')
}
