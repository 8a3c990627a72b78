import { DType } from '../dtype/index.js'
import type { AnyScalar } from '../dtype/index.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'

/** Puts one element that is already checked and converted at a byte position. Never throws for a position inside the view. */
export type StoreElement = (view: DataView, position: number) => void

/** How elements of one dtype are read and written, at any byte position, aligned or not. */
export interface Codec {
  read(view: DataView, position: number): AnyScalar
  /** Checks and converts a value, all of it, before any byte changes. */
  prepare(value: unknown): StoreElement
  /** {@link prepare} and store in one. */
  write(view: DataView, position: number, value: unknown): void
}

/** A codec whose elements are converted to one `T` each. */
export function simpleCodec<T>(
  read: (view: DataView, position: number) => AnyScalar,
  convert: (value: unknown) => T,
  store: (view: DataView, position: number, converted: T) => void,
): Codec {
  return {
    read,
    prepare(value) {
      const converted = convert(value)
      return (view, position) => store(view, position, converted)
    },
    write(view, position, value) {
      store(view, position, convert(value))
    },
  }
}

/** `ERR_MEMMAP_CAST`: the value, the dtype, the rule it breaks and the way out. */
export function castError(value: unknown, dtype: DType, rule: string, way: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_CAST', `cannot store ${inspect(value)} as ${dtype.name}: ${rule}; ${way}`)
}
