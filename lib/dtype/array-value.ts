import type { DType } from './dtype.js'

/** An array as the layers below `array/` see it: with no axes, it is a scalar that keeps its dtype. */
export interface ArrayValue {
  readonly dtype: DType
  readonly ndim: number
  get(): unknown
}

/** The operations on arrays that the layers below need. They are above these, and therefore register here. */
interface ArrayOperations {
  /** Casts an array without axes, as whole arrays are cast, to the bytes of one element of a dtype. */
  castElement(this: void, array: ArrayValue, dtype: DType): Uint8Array
  /** The entries of axis 0, as arrays. */
  rowsOf(this: void, array: ArrayValue): readonly unknown[]
}

let arrayClass: new (...parts: never) => ArrayValue = class {
  declare readonly dtype: DType
  declare readonly ndim: number
  declare get: () => unknown
}

/** The operations on arrays; the module that defines the class registers them. */
export let arrayOperations: ArrayOperations

/** Registers the class of arrays and its operations. */
export function registerArrayValue(of: typeof arrayClass, operations: ArrayOperations): void {
  arrayClass = of
  arrayOperations = operations
}

/** Returns true for an array of this library. */
export function isArrayValue(value: unknown): value is ArrayValue {
  return typeof value === 'object' && value instanceof arrayClass
}
