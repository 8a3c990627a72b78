/** NumPy's one-letter kinds: bool, int, uint, float, complex, bytes, str, void (raw, structured, sub-array), datetime, timedelta. */
export type Kind = 'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'U' | 'V' | 'M' | 'm'

/** The properties of a numeric dtype; everything else about it follows from its row. */
export interface NumberRow {
  /** The number of the kind in the kernels, `Kind` in `native/binding.d.cts`. */
  readonly code: number
  readonly kind: Kind
  readonly itemsize: number
  /** C's alignment, which for a complex number is that of its parts. */
  readonly alignment: number
  /** The typed array over its elements, interleaved for complex; undefined where this runtime has none. */
  readonly array: TypedArrayConstructor | undefined
  /** The suffix of DataView's methods for one part. */
  readonly method: NumberMethod
  /** The dtype of `real` and `imag`. */
  readonly part: string
  /** NumPy's dtype of sums and products, of means, and of variances. */
  readonly sum: string
  readonly mean: string
  readonly variance: string
  /** Characters of the `S` dtype that NumPy's `astype('S')` returns. */
  readonly textLength: number
  /** NumPy's other names, which take no byte order (`numpy.dtype('<float_')` is an error there too). */
  readonly aliases: readonly string[]
  /**
   * Kind and size, and NumPy's one-letter codes, which take a byte order as prefix. `l` and `L` are those of Linux and macOS.
   */
  readonly codes: readonly string[]
}

/** The constructor of a typed array. */
export interface TypedArrayConstructor {
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): ArrayBufferView
  readonly name: string
}

/** The suffixes of DataView's `get` and `set` methods. */
export type NumberMethod =
  | 'Int8'
  | 'Uint8'
  | 'Int16'
  | 'Uint16'
  | 'Int32'
  | 'Uint32'
  | 'BigInt64'
  | 'BigUint64'
  | 'Float16'
  | 'Float32'
  | 'Float64'

/** `Float16Array` where the compiler's library declares it, else the part that older libraries can express. */
type Float16ArrayConstructor = typeof globalThis extends {
  Float16Array: infer Constructor extends TypedArrayConstructor
}
  ? Constructor
  : TypedArrayConstructor & { readonly prototype: Float16Like }

/** The part of `Float16Array` that older libraries can express. */
export interface Float16Like extends ArrayBufferView {
  readonly BYTES_PER_ELEMENT: number
  readonly length: number
  [index: number]: number
}

const { Float16Array: float16Array } = globalThis as unknown as { Float16Array?: Float16ArrayConstructor }

/**
 * The numeric dtypes, a row each. Kinds without a fixed size (text, raw bytes, records) and times have no row, because their
 * size or unit is part of the dtype.
 */
// prettier-ignore
export const NUMBERS = {
  bool: { code: 0, kind: 'b', itemsize: 1, alignment: 1, array: Uint8Array, method: 'Uint8',
    part: 'bool', sum: 'int64', mean: 'float64', variance: 'float64', textLength: 5,
    aliases: ['bool_'], codes: ['?', 'b1'] },
  int8: { code: 1, kind: 'i', itemsize: 1, alignment: 1, array: Int8Array, method: 'Int8',
    part: 'int8', sum: 'int64', mean: 'float64', variance: 'float64', textLength: 4,
    aliases: ['byte'], codes: ['b', 'i1'] },
  uint8: { code: 2, kind: 'u', itemsize: 1, alignment: 1, array: Uint8Array, method: 'Uint8',
    part: 'uint8', sum: 'uint64', mean: 'float64', variance: 'float64', textLength: 3,
    aliases: ['ubyte'], codes: ['B', 'u1'] },
  int16: { code: 3, kind: 'i', itemsize: 2, alignment: 2, array: Int16Array, method: 'Int16',
    part: 'int16', sum: 'int64', mean: 'float64', variance: 'float64', textLength: 6,
    aliases: ['short'], codes: ['h', 'i2'] },
  uint16: { code: 4, kind: 'u', itemsize: 2, alignment: 2, array: Uint16Array, method: 'Uint16',
    part: 'uint16', sum: 'uint64', mean: 'float64', variance: 'float64', textLength: 5,
    aliases: ['ushort'], codes: ['H', 'u2'] },
  int32: { code: 5, kind: 'i', itemsize: 4, alignment: 4, array: Int32Array, method: 'Int32',
    part: 'int32', sum: 'int64', mean: 'float64', variance: 'float64', textLength: 11,
    aliases: ['intc'], codes: ['i', 'i4'] },
  uint32: { code: 6, kind: 'u', itemsize: 4, alignment: 4, array: Uint32Array, method: 'Uint32',
    part: 'uint32', sum: 'uint64', mean: 'float64', variance: 'float64', textLength: 10,
    aliases: ['uintc'], codes: ['I', 'u4'] },
  int64: { code: 7, kind: 'i', itemsize: 8, alignment: 8, array: BigInt64Array, method: 'BigInt64',
    part: 'int64', sum: 'int64', mean: 'float64', variance: 'float64', textLength: 21,
    aliases: ['int', 'int_', 'intp', 'long', 'longlong'], codes: ['l', 'q', 'p', 'n', 'i8'] },
  uint64: { code: 8, kind: 'u', itemsize: 8, alignment: 8, array: BigUint64Array, method: 'BigUint64',
    part: 'uint64', sum: 'uint64', mean: 'float64', variance: 'float64', textLength: 20,
    aliases: ['uint', 'uintp', 'ulong', 'ulonglong'], codes: ['L', 'Q', 'P', 'N', 'u8'] },
  float16: { code: 9, kind: 'f', itemsize: 2, alignment: 2, array: float16Array as Float16ArrayConstructor, method: 'Float16',
    part: 'float16', sum: 'float16', mean: 'float16', variance: 'float16', textLength: 32,
    aliases: ['half'], codes: ['e', 'f2'] },
  float32: { code: 10, kind: 'f', itemsize: 4, alignment: 4, array: Float32Array, method: 'Float32',
    part: 'float32', sum: 'float32', mean: 'float32', variance: 'float32', textLength: 32,
    aliases: ['single'], codes: ['f', 'f4'] },
  float64: { code: 11, kind: 'f', itemsize: 8, alignment: 8, array: Float64Array, method: 'Float64',
    part: 'float64', sum: 'float64', mean: 'float64', variance: 'float64', textLength: 32,
    aliases: ['float', 'double'], codes: ['d', 'f8'] },
  complex64: { code: 12, kind: 'c', itemsize: 8, alignment: 4, array: Float32Array, method: 'Float32',
    part: 'float32', sum: 'complex64', mean: 'complex64', variance: 'float32', textLength: 64,
    aliases: ['csingle'], codes: ['F', 'c8'] },
  complex128: { code: 13, kind: 'c', itemsize: 16, alignment: 8, array: Float64Array, method: 'Float64',
    part: 'float64', sum: 'complex128', mean: 'complex128', variance: 'float64', textLength: 64,
    aliases: ['complex', 'cdouble'], codes: ['D', 'c16'] },
} as const satisfies Readonly<Record<string, NumberRow>>

/** The names of the numeric dtypes, as in `dtype.name`. */
export type NumberName = keyof typeof NUMBERS

/** All rows with their names, in the order of their codes. */
export const NUMBER_ROWS = Object.entries(NUMBERS) as readonly (readonly [NumberName, NumberRow])[]

/** The codes of the kinds without a row. `Time` is an int64 with a NaT; `Opaque` is bytes that are only moved or compared. */
export const TIME_CODE = 14
export const OPAQUE_CODE = 15

/** The name of a numeric dtype by each of its names and aliases. */
export const BY_NAME: ReadonlyMap<string, NumberName> = new Map(
  NUMBER_ROWS.flatMap(([name, { aliases }]) => [name, ...aliases].map((spelling) => [spelling, name] as const)),
)

/** The name of a numeric dtype by each of its codes, without byte order. */
export const BY_CODE: ReadonlyMap<string, NumberName> = new Map(
  NUMBER_ROWS.flatMap(([name, { codes }]) => codes.map((code) => [code, name] as const)),
)

/** The types of {@link BY_NAME} and {@link BY_CODE}. */
export type NamesByAlias = { [Name in NumberName as Name | (typeof NUMBERS)[Name]['aliases'][number]]: Name }
export type NamesByCode = { [Name in NumberName as (typeof NUMBERS)[Name]['codes'][number]]: Name }

/** The name of the numeric dtype of a typed array, by the name of its constructor, because each realm has its own constructors. */
export const BY_TYPED_ARRAY: ReadonlyMap<unknown, NumberName> = new Map<unknown, NumberName>([
  // bool and complex have no constructor of their own: theirs belongs to uint8, float32 or float64.
  ...NUMBER_ROWS.filter(([, { kind, array }]) => 'iuf'.includes(kind) && array !== undefined).map(
    ([name, { array }]) => [array?.name, name] as const,
  ),
  ['Uint8ClampedArray', 'uint8'],
])
