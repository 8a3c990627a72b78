import { NUMBERS } from '../table.js'
import type { NumberName } from '../table.js'

/** A complex number. */
export interface Complex {
  /** The real part. */
  re: number
  /** The imaginary part. */
  im: number
}

/** The values that `set` takes for a number: NumPy's casts from Python numbers. */
type WritableNumber = number | bigint | boolean
type WritableComplex = WritableNumber | Readonly<Complex> | readonly [re: number, im: number]
type WritableText = string | Uint8Array | WritableNumber

/** For dtypes that are not structured. */
export type NoFields = Record<never, string>

/** The elements of a numeric dtype, from its row in the table. */
interface NumberElement<Name extends NumberName> {
  scalar: NumberScalar<(typeof NUMBERS)[Name]>
  data: (typeof NUMBERS)[Name]['array']['prototype']
  writable: (typeof NUMBERS)[Name]['kind'] extends 'c' ? WritableComplex : WritableNumber
  name: Name
  axes: []
  fields: NoFields
  part: (typeof NUMBERS)[Name]['part']
  sum: (typeof NUMBERS)[Name]['sum']
  mean: (typeof NUMBERS)[Name]['mean']
  variance: (typeof NUMBERS)[Name]['variance']
  range: Name
}

type NumberScalar<Row> = Row extends { readonly kind: 'b' }
  ? boolean
  : Row extends { readonly kind: 'c' }
    ? Complex
    : Row extends { readonly method: `Big${string}` }
      ? bigint
      : number

/** The elements of the numeric dtypes, by name. */
export type NumberElements = { [Name in NumberName]: NumberElement<Name> }

interface OtherElement<Name extends string, Scalar, Data, Writable, Sum = never, Range = never> {
  scalar: Scalar
  data: Data
  writable: Writable
  name: Name
  axes: []
  fields: NoFields
  part: never
  sum: Sum
  mean: Sum
  variance: never
  range: Range
}

/** The elements of the other dtypes, by kind. The sum of durations is a duration, as is the difference of two dates. */
export interface OtherElements {
  S: OtherElement<'bytes' | `bytes${number}`, string, never, WritableText>
  U: OtherElement<'str' | `str${number}`, string, never, WritableText>
  V: OtherElement<'void' | `void${number}`, Uint8Array, never, Uint8Array>
  M: OtherElement<
    'datetime64' | `datetime64[${string}]`,
    bigint,
    BigInt64Array,
    bigint | number | Date | string,
    never,
    'timedelta64'
  >
  m: OtherElement<
    'timedelta64' | `timedelta64[${string}]`,
    bigint,
    BigInt64Array,
    bigint | number | string,
    'timedelta64',
    'timedelta64'
  >
}

type ConcreteElement = NumberElements[NumberName] | OtherElements[keyof OtherElements]

/** The TypeScript types of the elements of a dtype; this interface itself types those of a dtype known at run time only. */
export interface AnyElement {
  /** The type that `get` returns. */
  scalar: AnyScalar
  /** The typed array of `data`; never where the dtype has none. */
  data: ConcreteElement['data']
  /** The type that `set` takes. */
  writable: AnyWritable
  /** `dtype.name`. */
  name: string
  /** The axes of a sub-array. */
  axes: readonly number[]
  /** The dtypes of the fields of a structured dtype, by name. */
  fields: { [field: string]: unknown }
  /** The dtype of `real` and `imag`; never where the elements have no parts. */
  part: string
  /** The dtypes of sums and products, of means, of variances and of differences; never where NumPy has none. */
  sum: string
  mean: string
  variance: string
  range: string
}

/** Every type that `get` can return. */
export type AnyScalar = ConcreteElement['scalar'] | AnyRecord

/** An element of a structured dtype that is known at run time only. */
export interface AnyRecord {
  [field: string]: Nested<AnyScalar>
}

/** Every type that `set` can take. */
export type AnyWritable =
  | ConcreteElement['writable']
  | { readonly [field: string]: NestedWritable<AnyWritable> }
  | NestedWritableList<AnyWritable>

/** A scalar, or lists of them as deep as there are axes. */
export type Nested<T> = T | NestedList<T>

/** A list of {@link Nested}; an interface, because an alias that names itself cannot be compared for an open `T`. */
export interface NestedList<T> extends Array<Nested<T>> {}

/** Like {@link Nested}, for values that are only read. */
export type NestedWritable<T> = T | NestedWritableList<T> | ArrayBufferView
export interface NestedWritableList<T> extends ReadonlyArray<NestedWritable<T>> {}
