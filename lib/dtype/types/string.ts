import type { NamesByAlias, NamesByCode } from '../table.js'
import type { TimeUnitName } from '../time-unit.js'
import type {
  AnyElement,
  AnyWritable,
  Nested,
  NestedWritable,
  NestedWritableList,
  NumberElements,
  OtherElements,
} from './element.js'

export type ByteOrderPrefix = '<' | '>' | '=' | '|'
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'

/** The element of a dtype string; never for a literal that is no dtype, {@link AnyElement} for a `string` known at run time only. */
export type StringElement<S extends string> = string extends S
  ? AnyElement
  : S extends
        | `${string},${string}`
        | `${Digit}${string}`
        | `${ByteOrderPrefix}${Digit}${string}`
        | `${'' | ByteOrderPrefix}(${string}`
    ? CommaElement<Items<S>>
    : FormatElement<S>

/** The element of one format, without repeats. */
type FormatElement<S extends string> = S extends keyof NamesByAlias
  ? NumberElements[NamesByAlias[S]]
  : S extends `${ByteOrderPrefix}${infer Bare}`
    ? BareElement<Bare>
    : BareElement<S>

type BareElement<S extends string> = S extends keyof NamesByCode
  ? NumberElements[NamesByCode[S]]
  : S extends 'c' | 'bytes' | 'bytes_'
    ? OtherElements['S']
    : S extends 'str' | 'str_' | 'unicode'
      ? OtherElements['U']
      : S extends 'void'
        ? OtherElements['V']
        : S extends `${'M' | 'datetime64'}` | `${'M8' | 'datetime64'}${Tick}`
          ? OtherElements['M']
          : S extends `${'m' | 'timedelta64'}` | `${'m8' | 'timedelta64'}${Tick}`
            ? OtherElements['m']
            : S extends `S${infer Length}` | `a${infer Length}`
              ? IfLength<Length, OtherElements['S']>
              : S extends `U${infer Length}`
                ? IfLength<Length, OtherElements['U']>
                : S extends `V${infer Length}`
                  ? IfLength<Length, OtherElements['V']>
                  : never

type Tick = '' | `[${TimeUnitName | 'μs'}]` | `[${bigint}${TimeUnitName | 'μs'}]` | `[${TimeUnitName}/${bigint}]`

type IfLength<S extends string, Then> = S extends ''
  ? Then
  : S extends `-${string}`
    ? never
    : S extends `${bigint}`
      ? Then
      : never

/** The items of a comma string as `[axes, format]`, each with a `','` after it where the string has one. */
type Items<S extends string> = S extends ''
  ? []
  : S extends ` ${infer Rest}`
    ? Items<Rest>
    : S extends `${infer First extends ByteOrderPrefix}${infer Rest extends `${Digit | '('}${string}`}`
      ? Repeated<Rest, First>
      : Repeated<S, ''>

type Repeated<S extends string, First extends ByteOrderPrefix | ''> = S extends `(${infer Lengths})${infer Rest}`
  ? Item<`${First}${Trimmed<Rest>}`, Axes<Lengths>>
  : S extends `${Digit}${infer Rest}`
    ? Item<`${First}${Trimmed<SkipDigits<Rest>>}`, [number]>
    : Item<S, []>

type Item<S extends string, Axes> = S extends `${infer Format},${infer Rest}`
  ? [[Axes, Trimmed<Format>], ',', ...Items<Rest>]
  : [[Axes, Trimmed<S>]]

type Axes<S extends string> = S extends `${infer First},${infer Rest}` ? [...Axis<First>, ...Axes<Rest>] : Axis<S>
type Axis<S extends string> = Trimmed<S> extends '' ? [] : [number]
type SkipDigits<S extends string> = S extends `${Digit}${infer Rest}` ? SkipDigits<Rest> : S
type Trimmed<S extends string> = S extends ` ${infer Rest}`
  ? Trimmed<Rest>
  : S extends `${infer Rest} `
    ? Trimmed<Rest>
    : S

/** One item without a comma is a sub-array, several are a structure of `f0`, `f1`, ... */
type CommaElement<List extends readonly unknown[]> = List extends readonly [[infer Axes, infer Format extends string]]
  ? WithAxes<FormatElement<Format>, Axes>
  : FieldElement<List>

type WithAxes<M, Axes> = M extends AnyElement
  ? Axes extends readonly number[]
    ? Omit<M, 'name' | 'axes'> & { name: `void${number}`; axes: Axes }
    : never
  : never

/** The element, or undefined in place of never, because never matches every type. */
type KnownElement<M> = [M] extends [never] ? undefined : M

type FieldElement<
  List extends readonly unknown[],
  Count extends readonly unknown[] = [],
  Read = unknown,
  Write = unknown,
  Fields = unknown,
> = List extends readonly [[infer Axes extends readonly number[], infer Format extends string], ...infer Rest]
  ? KnownElement<FormatElement<Format>> extends infer M extends AnyElement
    ? FieldElement<
        Rest extends readonly [',', ...infer More] ? More : Rest,
        [...Count, 0],
        Read & { [Key in `f${Count['length']}`]: NestIn<M['scalar'], Axes> },
        Write & { readonly [Key in `f${Count['length']}`]: NestWritableIn<M['writable'], Axes> },
        Fields & { [Key in `f${Count['length']}`]: M }
      >
    : never
  : {
      scalar: { [Key in keyof Read]: Read[Key] }
      data: never
      writable: { [Key in keyof Write]: Write[Key] } | NestedWritableList<AnyWritable>
      name: `void${number}`
      axes: []
      fields: { [Key in keyof Fields]: Fields[Key] }
      part: never
      sum: never
      mean: never
      variance: never
      range: never
    }

/** Lists around `T`, one for each axis; {@link Nested} where the number of axes is not known. */
export type NestIn<T, Axes extends readonly unknown[]> = number extends Axes['length']
  ? Nested<T>
  : Axes extends readonly [unknown, ...infer Rest]
    ? NestIn<T[], Rest>
    : T

/** Like {@link NestIn}, for values to write: a scalar broadcasts over the axes, as in NumPy. */
export type NestWritableIn<T, Axes extends readonly unknown[]> = Axes extends readonly [] ? T : NestedWritable<T>
