import type { AnyScalar } from '../dtype/index.js'

/** Puts one element that is already checked and converted at a byte position. Never throws for a position inside the view. */
export type Store = (view: DataView, position: number) => void

/** How elements of one dtype are read and written, at any byte position, aligned or not. */
export interface Codec {
  read(view: DataView, position: number): AnyScalar
  /** Checks and converts a value, all of it, before any byte changes. */
  prepare(value: unknown): Store
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
