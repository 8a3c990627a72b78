import type { PlainName } from './spellings.js'

/** A complex number. */
export interface Complex {
  re: number
  im: number
}

/** What a number is to `set`: NumPy's casts from Python numbers. */
type WritableNumber = number | bigint | boolean
type WritableComplex = WritableNumber | Readonly<Complex> | readonly [re: number, im: number]
type WritableText = string | Uint8Array | WritableNumber

/** `Float16Array` where the compiler's library declares it, else what every typed array has. */
export type Float16 = typeof globalThis extends { Float16Array: { readonly prototype: infer T } } ? T : Float16Shape

/** The part of `Float16Array` that older libraries can express. */
export interface Float16Shape extends ArrayBufferView {
  readonly BYTES_PER_ELEMENT: number
  readonly length: number
  [index: number]: number
}

/** The TypeScript side of an element; of this interface itself, one whose dtype is known at run time only. */
export interface Model {
  /** What `get` gives. */
  scalar: AnyScalar
  /** The typed array that `data` gives; never where there is none. */
  data: Models[keyof Models]['data']
  /** What `set` takes. */
  writable: AnyWritable
  /** `dtype.name`. */
  name: string
  /** The axes of a sub-array. */
  axes: readonly number[]
  /** The models of the fields of a structured dtype, by name. */
  fields: object
  /** The model of `real` and `imag`. */
  part: Model
  /** The model of sums and products, of means, and of variances; never where there are none. */
  sum: Model
  mean: Model
  spread: Model
}

/** The model of a dtype known at run time only. */
export type AnyModel = Model

/** For dtypes that are not structured. */
export interface NoFields {}

interface NumberModel<Name extends PlainName, Data, Sum extends PlainName, Mean extends PlainName, Scalar = number> {
  scalar: Scalar
  data: Data
  writable: WritableNumber
  name: Name
  axes: []
  fields: NoFields
  part: Models[Name]
  sum: Models[Sum]
  mean: Models[Mean]
  spread: Models[Mean]
}

interface ComplexModel<Name extends PlainName, Data, Part extends PlainName> {
  scalar: Complex
  data: Data
  writable: WritableComplex
  name: Name
  axes: []
  fields: NoFields
  part: Models[Part]
  sum: Models[Name]
  mean: Models[Name]
  spread: Models[Part]
}

interface OtherModel<Name extends string, Scalar, Data, Writable, Sum = never> {
  scalar: Scalar
  data: Data
  writable: Writable
  name: Name
  axes: []
  fields: NoFields
  part: never
  sum: Sum
  mean: Sum
  spread: never
}

/** By name for numbers, by kind letter for the rest. */
export interface Models {
  bool: NumberModel<'bool', Uint8Array, 'int64', 'float64', boolean>
  int8: NumberModel<'int8', Int8Array, 'int64', 'float64'>
  uint8: NumberModel<'uint8', Uint8Array, 'uint64', 'float64'>
  int16: NumberModel<'int16', Int16Array, 'int64', 'float64'>
  uint16: NumberModel<'uint16', Uint16Array, 'uint64', 'float64'>
  int32: NumberModel<'int32', Int32Array, 'int64', 'float64'>
  uint32: NumberModel<'uint32', Uint32Array, 'uint64', 'float64'>
  int64: NumberModel<'int64', BigInt64Array, 'int64', 'float64', bigint>
  uint64: NumberModel<'uint64', BigUint64Array, 'uint64', 'float64', bigint>
  float16: NumberModel<'float16', Float16, 'float16', 'float16'>
  float32: NumberModel<'float32', Float32Array, 'float32', 'float32'>
  float64: NumberModel<'float64', Float64Array, 'float64', 'float64'>
  complex64: ComplexModel<'complex64', Float32Array, 'float32'>
  complex128: ComplexModel<'complex128', Float64Array, 'float64'>
  S: OtherModel<'bytes' | `bytes${number}`, string, never, WritableText>
  U: OtherModel<'str' | `str${number}`, string, never, WritableText>
  V: OtherModel<'void' | `void${number}`, Uint8Array, never, Uint8Array>
  M: OtherModel<'datetime64' | `datetime64[${string}]`, bigint, BigInt64Array, bigint | number | Date | string>
  m: DurationModel
}

/** The sum of durations is one. */
interface DurationModel extends OtherModel<
  'timedelta64' | `timedelta64[${string}]`,
  bigint,
  BigInt64Array,
  bigint | number | string,
  DurationModel
> {}

/** Whatever `get` can give. */
export type AnyScalar = Models[keyof Models]['scalar'] | AnyRecord

/** An element of a structured dtype that is known at run time only. */
export interface AnyRecord {
  [field: string]: Nested<AnyScalar>
}

/** Whatever `set` can take. */
export type AnyWritable =
  | Models[keyof Models]['writable']
  | { readonly [field: string]: NestedWritable<AnyWritable> }
  | NestedWritableList<AnyWritable>

/** A scalar, or lists of them as deep as there are axes. */
export type Nested<T> = T | NestedList<T>

/** A list of {@link Nested}; an interface, as an alias that names itself cannot be compared for an open `T`. */
export interface NestedList<T> extends Array<Nested<T>> {}

/** Like {@link Nested}, for values that are only read. */
export type NestedWritable<T> = T | NestedWritableList<T> | ArrayBufferView
export interface NestedWritableList<T> extends ReadonlyArray<NestedWritable<T>> {}
