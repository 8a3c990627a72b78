/**
 * What methods of an array give, as types: nothing here exists at run time.
 * @module
 */
import type { AnyModel, Checked, Model, ModelOf, PlainName } from './dtype/index.js'
import type { Memmap } from './memmap.js'
import type { NDArray } from './ndarray.js'

/** A view of an array: a Memmap of a Memmap. */
export type ViewOf<Array, M extends Model> = Array extends Memmap ? Memmap<M> : NDArray<M>

/** The model of a field of a structured dtype. */
export type FieldModel<M extends Model, Name extends keyof M['fields']> = M['fields'][Name] & Model

/** Refuses a string literal in the option dtype that is none. */
export type CheckedOptions<O> = O extends { readonly dtype: infer D } ? { readonly dtype: Checked<D> } : unknown

/** What a reduction gives: a scalar, an array with `keepdims`, either where an axis is given. */
export type Reduced<O, S, R extends Model> = O extends { readonly keepdims: true }
  ? NDArray<ModelIn<O, R>>
  : 'axis' extends keyof O
    ? ScalarIn<O, S> | NDArray<ModelIn<O, R>>
    : 'keepdims' extends keyof O
      ? ScalarIn<O, S> | (O extends { readonly keepdims: false } ? never : NDArray<ModelIn<O, R>>)
      : ScalarIn<O, S>

/** What goes on along an axis gives: an array of the dtype that was asked for, else of `R`. */
export type ModelIn<O, R extends Model> = O extends { readonly dtype: infer D } ? ModelOf<D> : R

type ScalarIn<O, S> = O extends { readonly dtype: infer D } ? ModelOf<D>['scalar'] : S

/** The models of truths, and of positions and counts. */
export type TruthModel = ModelOf<'bool'>
export type CountModel = ModelOf<'int64'>

/** The model of an array of these values: what `array` makes of them without the option dtype. */
export type ModelOfValues<V> =
  V extends NDArray<infer M> ? M : V extends ArrayBufferView ? ModelOfTyped<V> : ModelOfLeaf<Leaf<V>>

type Leaf<V> = V extends readonly (infer Entry)[] ? Leaf<Entry> : V

/** Of a union of kinds, only that of numbers is known. */
type ModelOfLeaf<T> = [T] extends [never]
  ? ModelOf<'float64'>
  : [T] extends [boolean]
    ? ModelOf<'bool'>
    : [T] extends [bigint]
      ? ModelOf<'int64'>
      : [T] extends [number]
        ? ModelOf<'float64'>
        : [T] extends [string]
          ? ModelOf<'U'>
          : [T] extends [Date]
            ? ModelOf<'M8[ms]'>
            : [T] extends [NDArray<infer M>]
              ? M
              : [T] extends [ArrayBufferView]
                ? ModelOfTyped<T>
                : AnyModel

/** Typed arrays differ in their tags; `Float16Array`, which older libraries do not declare, is what is left. */
type ModelOfTyped<T> = T extends Uint8ClampedArray
  ? ModelOf<'uint8'>
  : [ByData<T>] extends [never]
    ? ModelOf<'float16'>
    : ByData<T>

type ByData<T> = { [Name in NumberName]: T extends ModelOf<Name>['data'] ? ModelOf<Name> : never }[NumberName]

type NumberName = Exclude<PlainName, 'bool' | 'float16' | `complex${string}`>
