// Compile-time assertions: this file passes when it compiles.
import { dtype } from '../../lib/dtype/index.js'
import type {
  AnyScalar,
  Complex,
  DType,
  NameOf,
  Nested,
  NestedOf,
  Scalar,
  TypedArrayOf,
  Writable,
} from '../../lib/dtype/index.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

// Names, and the same dtypes in NumPy's strings.
export type Names = [
  Expect<Equal<Scalar<'bool'>, boolean>>,
  Expect<Equal<Scalar<'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32'>, number>>,
  Expect<Equal<Scalar<'int64'>, bigint>>,
  Expect<Equal<Scalar<'uint64'>, bigint>>,
  Expect<Equal<Scalar<'float16' | 'float32' | 'float64'>, number>>,
  Expect<Equal<Scalar<'complex64'>, Complex>>,
  Expect<Equal<Scalar<'complex128'>, Complex>>,
  Expect<Equal<Scalar<'<f4'>, number>>,
  Expect<Equal<Scalar<'>i2'>, number>>,
  Expect<Equal<Scalar<'|u1'>, number>>,
  Expect<Equal<Scalar<'=i8'>, bigint>>,
  Expect<Equal<Scalar<'q' | 'Q' | 'l' | 'L' | 'int' | 'uint'>, bigint>>,
  Expect<Equal<Scalar<'?' | 'b1' | 'bool_'>, boolean>>,
  Expect<Equal<Scalar<'e' | 'f' | 'd' | 'half' | 'single' | 'double' | 'float'>, number>>,
  Expect<Equal<Scalar<'c8' | '>c16' | 'F' | 'D' | 'complex'>, Complex>>,
  Expect<Equal<Scalar<'S5' | '|S5' | 'S' | 'a5' | 'c' | 'bytes'>, string>>,
  Expect<Equal<Scalar<'U3' | '<U3' | '>U' | 'str'>, string>>,
  Expect<Equal<Scalar<'V8' | 'V' | 'void'>, Uint8Array>>,
  Expect<Equal<Scalar<'M8[ns]' | '<M8[25s]' | 'M8' | 'datetime64[D]' | 'datetime64' | 'M8[D/24]'>, bigint>>,
  Expect<Equal<Scalar<'m8[s]' | 'timedelta64[25s]' | 'm'>, bigint>>,
  Expect<Equal<NameOf<'<f4'>, 'float32'>>,
  Expect<Equal<NameOf<'q'>, 'int64'>>,
]

export type Arrays = [
  Expect<Equal<TypedArrayOf<'bool'>, Uint8Array>>,
  Expect<Equal<TypedArrayOf<'int64'>, BigInt64Array>>,
  Expect<Equal<TypedArrayOf<'>i2'>, Int16Array>>,
  Expect<Equal<TypedArrayOf<'complex64'>, Float32Array>>,
  Expect<Equal<TypedArrayOf<'complex128'>, Float64Array>>,
  Expect<Equal<TypedArrayOf<'M8[ns]'>, BigInt64Array>>,
  Expect<Equal<TypedArrayOf<'float16'>, Float16Array>>,
  Expect<Equal<TypedArrayOf<'S5'>, never>>,
  Expect<Equal<TypedArrayOf<readonly [readonly ['x', 'f4']]>, never>>,
]

export type Constructors = [
  Expect<Equal<Scalar<Float32ArrayConstructor>, number>>,
  Expect<Equal<TypedArrayOf<Float32ArrayConstructor>, Float32Array>>,
  Expect<Equal<TypedArrayOf<Uint8ArrayConstructor>, Uint8Array>>,
  Expect<Equal<NameOf<Uint8ClampedArrayConstructor>, 'uint8'>>,
  Expect<Equal<NameOf<Int8ArrayConstructor>, 'int8'>>,
  Expect<Equal<Scalar<BigUint64ArrayConstructor>, bigint>>,
  Expect<Equal<NameOf<Float16ArrayConstructor>, 'float16'>>,
]

export type Written = [
  Expect<Equal<Writable<'int64'>, number | bigint | boolean>>,
  Expect<Equal<Writable<'V8'>, Uint8Array>>,
  Expect<Equal<Writable<'M8[s]'>, bigint | number | Date | string>>,
  Expect<Equal<Writable<'m8[s]'>, bigint | number | string>>,
  Expect<Equal<Writable<'S5'>, string | Uint8Array | number | bigint | boolean>>,
]

export type Nesting = [
  Expect<Equal<NestedOf<'f4'>, Nested<number>>>,
  Expect<Equal<Scalar<string>, AnyScalar>>,
  Expect<Equal<Scalar<DType<'int64'>>, bigint>>,
]

// Inference from values: no `as const`, no annotation.
const point = dtype([
  ['x', '<f4'],
  ['y', '<i2', [2]],
  ['when', 'M8[ns]'],
  [['Title', 'z'], '>i8', [2, 3]],
  ['', '|V3'],
  ['inner', [['a', 'bool']]],
])
const table = dtype({ names: ['a', 'b'], formats: ['i8', ['f4', [2]]], offsets: [0, 4], itemsize: 16 })
const pair = dtype(['f4', [2]])
const comma = dtype('i4, 2>f8,(2,3)u8')
const repeated = dtype('(2,3)i8')
const swapped = dtype('>2f4, (2,)>i8,i4')
const array = dtype(BigInt64Array)
const again = dtype(dtype('>i8'))
declare const late: string
const unknownYet = dtype(late)
const nestedDType = dtype([['n', dtype('int64'), [2]]])

export type Inferred = [
  Expect<Equal<Scalar<typeof point>, { x: number; y: number[]; when: bigint; z: bigint[][]; inner: { a: boolean } }>>,
  Expect<Equal<Scalar<typeof table>, { a: bigint; b: number[] }>>,
  Expect<Equal<Scalar<typeof pair>, number>>,
  Expect<Equal<TypedArrayOf<typeof pair>, Float32Array>>,
  Expect<Equal<Scalar<typeof comma>, { f0: number; f1: number[]; f2: bigint[][] }>>,
  Expect<Equal<Scalar<typeof repeated>, bigint>>,
  Expect<Equal<Scalar<typeof swapped>, { f0: number[]; f1: bigint[]; f2: number }>>,
  Expect<Equal<Scalar<typeof array>, bigint>>,
  Expect<Equal<Scalar<typeof again>, bigint>>,
  Expect<Equal<typeof again, DType<'int64'>>>,
  Expect<Equal<Scalar<typeof unknownYet>, AnyScalar>>,
  Expect<Equal<Scalar<typeof nestedDType>, { n: bigint[] }>>,
]

// A DType of anything is a DType.
export const anything: DType = point
export const entry: Writable<typeof point> = { x: 1, y: [1, 2], when: '2020-01-01', z: 0, inner: { a: true } }
export const listed: Writable<typeof point> = [1, [1, 2], 0n, 0, [true]]

// @ts-expect-error no such name
dtype('float33')
// @ts-expect-error a name takes no byte order
dtype('<float32')
// @ts-expect-error a length is a whole number
dtype('S1.5')
// @ts-expect-error nor is it negative
dtype('S-1')
// @ts-expect-error no such unit
dtype('M8[parsec]')
// @ts-expect-error long double
dtype('g')
// @ts-expect-error Python objects
dtype('O')
// @ts-expect-error one bad item in a comma string
dtype('i4,x9')
// @ts-expect-error an open bracket
dtype('(2')
// @ts-expect-error one bad field
dtype([
  ['x', 'f4'],
  ['y', 'f5'],
])
// @ts-expect-error one bad format
dtype({ names: ['a'], formats: ['f5'] })
// @ts-expect-error one bad base
dtype(['f5', [2]])
// @ts-expect-error DataView is no typed array
dtype(DataView)
// @ts-expect-error a number is no dtype
dtype(4)
// @ts-expect-error an unknown field
export const wrong: Writable<typeof table> = { a: 1, c: 2 }
