import type { DTypeFields } from '../dtype-fields.js'
import { NUMBERS } from '../table.js'
import type { NamesByAlias, NamesByCode, NumberName } from '../table.js'
import type { AnyElement, AnyWritable, Nested, NestedWritableList, NumberElements, OtherElements } from './element.js'
import type { ByteOrderPrefix, NestIn, NestWritableIn, StringElement } from './string.js'

/** The typed-array constructors by the name of their numeric dtype. */
type NamesByConstructor = {
  [Name in Exclude<NumberName, 'bool' | `complex${string}`>]:
    (typeof NUMBERS)[Name]['array'] | (Name extends 'uint8' ? Uint8ClampedArrayConstructor : never)
}

/** A typed-array constructor. */
export type TypedArrayConstructors = NamesByConstructor[keyof NamesByConstructor]

/** A field's name, or `[title, name]`. */
export type FieldName = string | readonly [title: string, name: string]

/** The shape of a sub-array: a length, or one for each axis. */
export type SubArrayShape = number | readonly number[]

/** A field of a structured dtype: name (or title and name), dtype, and the shape of a sub-array. */
export type FieldLike =
  readonly [name: FieldName, dtype: DTypeLike] | readonly [name: FieldName, dtype: DTypeLike, shape: SubArrayShape]

/** NumPy's dictionary form of a structured dtype; fields may overlap. */
export interface FieldTable {
  /** The name of each field. */
  readonly names: readonly string[]
  /** The dtype of each field. */
  readonly formats: readonly DTypeLike[]
  /** The byte at which each field starts; by default the fields are packed in order. */
  readonly offsets?: readonly number[]
  /** Another name for each field, or null. */
  readonly titles?: readonly (string | null)[]
  /** Bytes of one element; by default up to the end of the last field. */
  readonly itemsize?: number
  /** Pad as a C compiler would. */
  readonly aligned?: boolean
}

/** Everything that `dtype` takes. {@link Checked} checks string literals. */
export type DTypeLike =
  | NumberName
  | (string & {})
  | TypedArrayConstructors
  | DTypeFields
  | readonly FieldLike[]
  | readonly [base: DTypeLike, shape: SubArrayShape]
  | FieldTable

/** Carries the TypeScript types of a DType's elements; no such property exists at run time. */
export declare const element: unique symbol

/** Carries the dtype by which arrays of a DType are typed; no such property exists at run time. */
export declare const literal: unique symbol

/** The element that a dtype describes. */
export type Element<D> = D extends NumberName
  ? NumberElements[D]
  : D extends string
    ? StringElement<D>
    : D extends { readonly [element]: infer Known extends AnyElement }
      ? Known
      : D extends TypedArrayConstructors
        ? NumberElements[ConstructorName<D>]
        : D extends FieldTable
          ? TableElement<D>
          : D extends readonly [infer Base, infer Shape extends SubArrayShape]
            ? SubArrayElement<Base, Shape>
            : D extends readonly FieldLike[]
              ? ListElement<D>
              : AnyElement

/** The type that `get` returns for a dtype: a number, bigint, boolean, string, `{ re, im }`, `Uint8Array` or record. */
export type Scalar<D> = Element<D>['scalar']

/** The type that `set` takes for a dtype. */
export type Writable<D> = Element<D>['writable']

/** The typed array of `data`; never for a dtype that has none. */
export type TypedArrayOf<D> = Element<D>['data']

/** The scalar, or lists of it: the type that `toArray` returns. */
export type NestedOf<D> = Nested<Scalar<D>>

/** `dtype.name` for a dtype. */
export type NameOf<D> = Element<D>['name']

/**
 * The dtype by which an array is typed: the name of a number, a literal without its byte order for text and times, a structured
 * list as it was written. An array has no elements that are arrays, so a sub-array is its base.
 */
export type Canonical<D> = D extends NumberName
  ? D
  : D extends string
    ? CanonicalString<D>
    : D extends { readonly [literal]: infer Of extends DTypeLike }
      ? Of
      : D extends TypedArrayConstructors
        ? ConstructorName<D>
        : D extends readonly [infer Base, SubArrayShape]
          ? [DTypeLike] extends [Base]
            ? DTypeLike
            : Canonical<Base>
          : D extends readonly FieldLike[]
            ? MutableList<D> extends infer List extends readonly FieldLike[]
              ? List
              : D
            : D extends FieldTable
              ? D
              : DTypeLike

type CanonicalString<S extends string> = string extends S
  ? DTypeLike
  : S extends keyof NamesByAlias
    ? NamesByAlias[S]
    : S extends `${ByteOrderPrefix}${infer Bare}`
      ? BareCanonical<Bare>
      : BareCanonical<S>

type BareCanonical<S extends string> = S extends keyof NamesByCode ? NamesByCode[S] : S

/** As {@link Canonical}, but text, bytes and times of any length or unit have one name, so that their DTypes are assignable. */
export type LiteralDType<D> =
  Canonical<D> extends infer C extends DTypeLike
    ? C extends NumberName
      ? C
      : C extends string
        ? string extends C
          ? DTypeLike
          : KindOf<C>
        : C
    : never

type KindOf<S extends string> = {
  [Name in keyof OtherElements]: StringElement<S> extends OtherElements[Name] ? Name : never
}[keyof OtherElements] extends infer Kind
  ? [Kind] extends [never]
    ? S
    : Kind
  : never

/** A list without `readonly`, because `const` type parameters infer it and declarations leave it out. */
type MutableList<List> = List extends readonly [infer First, ...infer Rest]
  ? [MutableField<First>, ...MutableList<Rest>]
  : List extends readonly []
    ? []
    : List

type MutableField<Field> = Field extends readonly [infer Name, infer D, infer Shape]
  ? [Mutable<Name>, Mutable<D>, Mutable<Shape>]
  : Field extends readonly [infer Name, infer D]
    ? [Mutable<Name>, Mutable<D>]
    : Field

type Mutable<T> = T extends readonly FieldLike[] ? MutableList<T> : T extends readonly (string | number)[] ? [...T] : T

/** `D` itself; where a string literal in it is no dtype, an error message as a type, which no value fits. */
export type Checked<D> = [BadSpelling<D>] extends [never] ? D : `'${BadSpelling<D>}' is not a dtype`

type ConstructorName<D> = {
  [Name in keyof NamesByConstructor]: D extends NamesByConstructor[Name] ? Name : never
}[keyof NamesByConstructor]

type SubArrayElement<Base, Shape extends SubArrayShape> = [DTypeLike] extends [Base]
  ? AnyElement
  : Element<Base> extends infer E extends AnyElement
    ? Omit<E, 'name' | 'axes'> & { name: `void${number}`; axes: [...AxesOf<Shape>, ...E['axes']] }
    : never

type AxesOf<Shape extends SubArrayShape> = Shape extends readonly number[] ? Shape : [number]

/** A padding entry of NumPy's `descr`. */
type Padding = readonly ['', `${string}V${string}`]

interface RecordElement<Read, Write, Fields> {
  scalar: Read
  data: never
  writable: Write | NestedWritableList<AnyWritable>
  name: 'void' | `void${number}`
  axes: []
  fields: Fields
  part: never
  sum: never
  mean: never
  variance: never
  range: never
}

type ListElement<List extends readonly FieldLike[]> = number extends List['length']
  ? AnyElement
  : RecordElement<
      { -readonly [Entry in Exclude<List[number], Padding> as EntryName<Entry[0]>]: FieldScalar<EntryElement<Entry>> },
      { readonly [Entry in Exclude<List[number], Padding> as EntryName<Entry[0]>]: FieldWritable<EntryElement<Entry>> },
      { [Entry in Exclude<List[number], Padding> as EntryName<Entry[0]>]: Canonical<Entry[1]> }
    >

type EntryName<Name> = Name extends string
  ? Name
  : Name extends readonly [unknown, infer Inner extends string]
    ? Inner
    : never

type EntryElement<Entry extends FieldLike> = Entry extends readonly [
  unknown,
  infer D,
  infer Shape extends SubArrayShape,
]
  ? SubArrayElement<D, Shape>
  : Element<Entry[1]>

type TableElement<Table extends FieldTable> = FieldTable extends Table
  ? AnyElement
  : RecordElement<
      { -readonly [Index in TableIndex<Table> as Table['names'][Index]]: FieldScalar<Element<FormatAt<Table, Index>>> },
      {
        readonly [Index in TableIndex<Table> as Table['names'][Index]]: FieldWritable<Element<FormatAt<Table, Index>>>
      },
      { [Index in TableIndex<Table> as Table['names'][Index]]: Canonical<FormatAt<Table, Index>> }
    >

/** The positions of a literal list of names; any number where the list is known at run time only. */
type TableIndex<Table extends FieldTable> = number extends Table['names']['length']
  ? number
  : Extract<keyof Table['names'], `${number}`>

type FormatAt<Table extends FieldTable, Index> = Index extends keyof Table['formats']
  ? Table['formats'][Index]
  : unknown

type FieldScalar<E> = E extends AnyElement ? NestIn<E['scalar'], E['axes']> : never
type FieldWritable<E> = E extends AnyElement ? NestWritableIn<E['writable'], E['axes']> : never

/** The string literals in a dtype that are no dtypes. `DTypeLike` itself, the type in lists known at run time only, has none. */
type BadSpelling<D> = [DTypeLike] extends [D]
  ? never
  : D extends string
    ? [StringElement<D>] extends [never]
      ? D
      : never
    : D extends DTypeFields | TypedArrayConstructors
      ? never
      : D extends FieldTable
        ? BadSpelling<D['formats'][number]>
        : D extends readonly [infer Base, SubArrayShape]
          ? BadSpelling<Base>
          : D extends readonly FieldLike[]
            ? BadSpelling<D[number][1]>
            : never

/** The name of a number where it is known; any where arrays of several meet, whose common one types do not compute. */
export type SingleName<D extends NumberName, Each extends NumberName = D> = [D] extends [never]
  ? D
  : Each extends NumberName
    ? [D] extends [Each]
      ? D
      : NumberName
    : never
