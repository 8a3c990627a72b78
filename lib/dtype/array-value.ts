import type { DType } from './dtype.js'

/** The method by which an array converts its element; a symbol, because `ArrayBase` is above the layers that call it. */
export const castElement = Symbol('castElement')

/** An array as the layers below `array/` see it: with no axes, it is a scalar that keeps its dtype. */
export interface ArrayValue {
  readonly dtype: DType
  readonly ndim: number
  /** Casts an array without axes, as whole arrays are cast, to the bytes of one element of a dtype. */
  [castElement](dtype: DType): Uint8Array
  get(): unknown
  rows(): Iterable<unknown>
}

/** Returns true for an array of this library. */
export function isArrayValue(value: unknown): value is ArrayValue {
  return typeof value === 'object' && value !== null && castElement in value
}
