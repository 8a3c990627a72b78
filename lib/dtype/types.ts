import type { DescrName } from './descr.js'
import type { DType } from './dtype.js'
import type { AnyWritable, Model, Models, Nested, NestedWritableList } from './models.js'
import type { PlainName } from './spellings.js'
import type { NestIn, NestWritableIn, StringModel } from './string-types.js'

/** The typed-array constructors that name a dtype. */
export interface TypedArrayConstructors {
  bool: never
  int8: Int8ArrayConstructor
  uint8: Uint8ArrayConstructor | Uint8ClampedArrayConstructor
  int16: Int16ArrayConstructor
  uint16: Uint16ArrayConstructor
  int32: Int32ArrayConstructor
  uint32: Uint32ArrayConstructor
  int64: BigInt64ArrayConstructor
  uint64: BigUint64ArrayConstructor
  float16: typeof globalThis extends { Float16Array: infer Constructor } ? Constructor : never
  float32: Float32ArrayConstructor
  float64: Float64ArrayConstructor
}

/** The shape of a sub-array: a length, or one for each axis. */
export type SubArrayShape = number | readonly number[]

/** A field of a structured dtype: name (or title and name), dtype, and the shape of a sub-array. */
export type FieldLike =
  | readonly [name: DescrName | readonly [title: string, name: string], dtype: DTypeLike]
  | readonly [name: DescrName | readonly [title: string, name: string], dtype: DTypeLike, shape: SubArrayShape]

/** NumPy's dictionary form of a structured dtype; fields may overlap. */
export interface FieldTable {
  readonly names: readonly string[]
  readonly formats: readonly DTypeLike[]
  /** Where each field starts, in bytes; one after the other when left out. */
  readonly offsets?: readonly number[]
  readonly titles?: readonly (string | null)[]
  /** Bytes of one element; up to the end of the last field when left out. */
  readonly itemsize?: number
  /** Pad as a C compiler would. */
  readonly aligned?: boolean
}

/** Everything that `dtype` takes. A string literal is checked by {@link Checked}. */
export type DTypeLike =
  | PlainName
  | (string & {})
  | TypedArrayConstructors[keyof TypedArrayConstructors]
  | DType
  | readonly FieldLike[]
  | readonly [base: DTypeLike, shape: SubArrayShape]
  | FieldTable

/** The element that a dtype describes, read and written. For the type parameter of an array class. */
export type ModelOf<D> = Resolved<D> extends infer M extends Model ? M : never

type Resolved<D> = [DTypeLike] extends [D]
  ? Model
  : [D] extends [DType<infer M>]
    ? M
    : D extends string
      ? StringModel<D>
      : D extends TypedArrayConstructors[keyof TypedArrayConstructors]
        ? ConstructorModel<D>
        : D extends FieldTable
          ? TableModel<D>
          : D extends readonly [infer Base, infer Shape extends SubArrayShape]
            ? SubArrayModel<ModelOf<Base>, Shape>
            : D extends readonly FieldLike[]
              ? ListModel<D>
              : Model

/** What `get` gives for a dtype: a number, bigint, boolean, string, `{ re, im }`, `Uint8Array` or record. */
export type Scalar<D> = ModelOf<D>['scalar']

/** What `set` takes for a dtype. */
export type Writable<D> = ModelOf<D>['writable']

/** The typed array of `data`; never for a dtype that has none. */
export type TypedArrayOf<D> = ModelOf<D>['data']

/** The scalar, or lists of it: what `toArray` gives, and in scalar form what it gives for 0-d. */
export type NestedOf<D> = Nested<Scalar<D>>

/** `dtype.name` for a dtype. */
export type NameOf<D> = ModelOf<D>['name']

/** `D` itself; where a string literal in it is no dtype, a type that says so and takes no value. */
export type Checked<D> = [BadSpelling<D>] extends [never] ? D : `'${BadSpelling<D>}' is not a dtype`

type ConstructorModel<D> = {
  [Name in keyof TypedArrayConstructors]: D extends TypedArrayConstructors[Name] ? Models[Name] : never
}[keyof TypedArrayConstructors]

type SubArrayModel<M, Shape extends SubArrayShape> = M extends Model
  ? {
      scalar: M['scalar']
      data: M['data']
      writable: M['writable']
      name: `void${number}`
      axes: [...AxesOf<Shape>, ...M['axes']]
      fields: M['fields']
      part: M['part']
      sum: M['sum']
      mean: M['mean']
      spread: M['spread']
    }
  : never

type AxesOf<Shape extends SubArrayShape> = Shape extends readonly number[] ? Shape : [number]

/** A padding entry of NumPy's `descr`. */
type Padding = readonly ['', `${string}V${string}`]

interface RecordModel<Read, Write, Fields> {
  scalar: Read
  data: never
  writable: Write | NestedWritableList<AnyWritable>
  name: 'void' | `void${number}`
  axes: []
  fields: Fields
  part: never
  sum: never
  mean: never
  spread: never
}

type ListModel<List extends readonly FieldLike[]> = RecordModel<
  { -readonly [Entry in Exclude<List[number], Padding> as EntryName<Entry[0]>]: FieldScalar<EntryModel<Entry>> },
  { readonly [Entry in Exclude<List[number], Padding> as EntryName<Entry[0]>]: FieldWritable<EntryModel<Entry>> },
  { [Entry in Exclude<List[number], Padding> as EntryName<Entry[0]>]: EntryModel<Entry> }
>

type EntryName<Name> = Name extends string
  ? Name
  : Name extends readonly [unknown, infer Inner extends string]
    ? Inner
    : never

type EntryModel<Entry extends FieldLike> = Entry extends readonly [unknown, infer D, infer Shape extends SubArrayShape]
  ? SubArrayModel<ModelOf<D>, Shape>
  : ModelOf<Entry[1]>

type TableModel<Table extends FieldTable> = RecordModel<
  { -readonly [Index in TableIndex<Table> as Table['names'][Index]]: FieldScalar<ModelOf<FormatAt<Table, Index>>> },
  { readonly [Index in TableIndex<Table> as Table['names'][Index]]: FieldWritable<ModelOf<FormatAt<Table, Index>>> },
  { [Index in TableIndex<Table> as Table['names'][Index]]: ModelOf<FormatAt<Table, Index>> }
>

/** The positions of a literal list of names; any number where the list is known at run time only. */
type TableIndex<Table extends FieldTable> = number extends Table['names']['length']
  ? number
  : Extract<keyof Table['names'], `${number}`>

type FormatAt<Table extends FieldTable, Index> = Index extends keyof Table['formats']
  ? Table['formats'][Index]
  : unknown

type FieldScalar<M> = M extends Model ? NestIn<M['scalar'], M['axes']> : never
type FieldWritable<M> = M extends Model ? NestWritableIn<M['writable'], M['axes']> : never

/** The string literals in a dtype that are none. `DTypeLike` itself, met in lists known at run time only, has none. */
type BadSpelling<D> = [DTypeLike] extends [D]
  ? never
  : D extends string
    ? [StringModel<D>] extends [never]
      ? D
      : never
    : D extends DType | TypedArrayConstructors[keyof TypedArrayConstructors]
      ? never
      : D extends FieldTable
        ? BadSpelling<D['formats'][number]>
        : D extends readonly [infer Base, SubArrayShape]
          ? BadSpelling<Base>
          : D extends readonly FieldLike[]
            ? BadSpelling<D[number][1]>
            : never
