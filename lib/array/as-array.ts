import { BY_TYPED_ARRAY, parseDType } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { checkHasMemory, isShared, isUint8Array, refuseOtherCopy, typedArrayTag } from '../errors/brands.js'
import { MemmapError } from '../errors/memmap-error.js'
import { Store } from '../memory/store.js'
import { isArray } from './array-base.js'
import type { ArrayBase } from './array-base.js'
import { ComputedValue, inMemory } from './computed.js'
import { makeArray } from './make-array.js'

/**
 * As {@link asArray}, for callers that pass the array to kernels that read element by element: the elements of an expression stay to be
 * computed.
 */
export function asSource(value: unknown): ArrayBase | null {
  return value instanceof ComputedValue ? value.computed : asArray(value)
}

/**
 * Returns an array itself; a typed array as a one-dimensional array over its memory; an evaluated expression; null for anything else.
 * @throws MemmapError `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_CLOSED` for a typed array whose buffer was transferred
 */
export function asArray(value: unknown): ArrayBase | null {
  if (isArray(value)) return value
  if (value instanceof ComputedValue) return inMemory(value.computed)
  if (!ArrayBuffer.isView(value)) {
    refuseOtherCopy(value)
    return null
  }
  const name = BY_TYPED_ARRAY.get(typedArrayTag(value))
  if (name === undefined) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid array ${value.constructor.name}: it has no dtype; pass a typed array`,
    )
  }
  checkHasMemory(value)
  const dtype = parseDType(name)
  const { buffer, byteOffset, byteLength } = value
  // The kernels take no SharedArrayBuffer.
  const [memory, position] = isShared(buffer)
    ? [new Uint8Array(buffer, byteOffset, byteLength).slice().buffer, 0]
    : [buffer, byteOffset]
  const layout = { shape: [byteLength / dtype.itemsize], byteStrides: [dtype.itemsize], position }
  return makeArray(Store.ofBuffer(memory, true), dtype, layout, null, true)
}

/** Returns true if a Uint8Array is one element of text or raw bytes, rather than an array of bytes. */
export function isSingleElement(value: unknown, dtype: DType | undefined): boolean {
  return dtype?.names === null && (dtype.kind === 'S' || dtype.kind === 'V') && isUint8Array(value)
}
