import { arrayOperations, isArrayValue } from '../dtype/index.js'
import type { AnyScalar, DType } from '../dtype/index.js'
import { refuseOtherCopy } from '../errors/brands.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'

/** Stores one checked and converted element at a byte position. Never throws for a position inside the view. */
export type StoreElement = (view: DataView, position: number) => void

/** Reads and writes the elements of one dtype, at any byte position, aligned or not. */
export interface Codec {
  read(view: DataView, position: number): AnyScalar
  /** Checks and converts a whole value before any byte changes. */
  prepare(value: unknown): StoreElement
  /** Prepares a value and stores it. */
  write(view: DataView, position: number, value: unknown): void
}

/** Creates a codec that converts each value to one `T`. An array without axes is cast as whole arrays are. */
export function simpleCodec<T>(
  dtype: DType,
  read: (view: DataView, position: number) => AnyScalar,
  convert: (value: unknown) => T,
  store: (view: DataView, position: number, converted: T) => void,
): Codec {
  return {
    read,
    prepare(value) {
      if (isArrayValue(value)) return bytesStore(arrayOperations.castElement(value, dtype))
      const converted = convert(value)
      return (view, position) => store(view, position, converted)
    },
    write(view, position, value) {
      if (isArrayValue(value)) bytesStore(arrayOperations.castElement(value, dtype))(view, position)
      else store(view, position, convert(value))
    },
  }
}

/** Stores bytes that are already those of the element. */
export function bytesStore(bytes: Uint8Array): StoreElement {
  return (view, position) => new Uint8Array(view.buffer, view.byteOffset + position, bytes.length).set(bytes)
}

/** Creates an `ERR_MEMMAP_CAST` error with the value, the dtype, the rule that it breaks and the way out. */
export function castError(value: unknown, dtype: DType, rule: string, way: string): MemmapError {
  refuseOtherCopy(value)
  return new MemmapError('ERR_MEMMAP_CAST', `cannot store ${inspect(value)} as ${dtype.name}: ${rule}; ${way}`)
}
