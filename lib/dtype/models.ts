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
}

/** The model of a dtype known at run time only. */
export type AnyModel = Model

interface NumberModel<Name extends PlainName, Data, Scalar = number, Writable = WritableNumber> {
  scalar: Scalar
  data: Data
  writable: Writable
  name: Name
  axes: []
}

interface OtherModel<Name extends string, Scalar, Data, Writable> {
  scalar: Scalar
  data: Data
  writable: Writable
  name: Name
  axes: []
}

/** By name for numbers, by kind letter for the rest. */
export interface Models {
  bool: NumberModel<'bool', Uint8Array, boolean>
  int8: NumberModel<'int8', Int8Array>
  uint8: NumberModel<'uint8', Uint8Array>
  int16: NumberModel<'int16', Int16Array>
  uint16: NumberModel<'uint16', Uint16Array>
  int32: NumberModel<'int32', Int32Array>
  uint32: NumberModel<'uint32', Uint32Array>
  int64: NumberModel<'int64', BigInt64Array, bigint>
  uint64: NumberModel<'uint64', BigUint64Array, bigint>
  float16: NumberModel<'float16', Float16>
  float32: NumberModel<'float32', Float32Array>
  float64: NumberModel<'float64', Float64Array>
  complex64: NumberModel<'complex64', Float32Array, Complex, WritableComplex>
  complex128: NumberModel<'complex128', Float64Array, Complex, WritableComplex>
  S: OtherModel<'bytes' | `bytes${number}`, string, never, WritableText>
  U: OtherModel<'str' | `str${number}`, string, never, WritableText>
  V: OtherModel<'void' | `void${number}`, Uint8Array, never, Uint8Array>
  M: OtherModel<'datetime64' | `datetime64[${string}]`, bigint, BigInt64Array, bigint | number | Date | string>
  m: OtherModel<'timedelta64' | `timedelta64[${string}]`, bigint, BigInt64Array, bigint | number | string>
}

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
