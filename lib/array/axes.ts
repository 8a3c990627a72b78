/**
 * The number of axes in types, up to 8: of a shape, of lists, and of an array after an operation. It is `number` where it is not known.
 *
 * A Memmap is compared with an NDArray member by member, so no member may lead to ever new numbers: what adds axes returns an array of
 * any number, and a generic member has a second overload, which makes TypeScript compare it with `any` for its parameters.
 * @module
 */
import type { Complex, Element, Nested } from '../dtype/index.js'
import type { newaxis, Slice } from '../layout/slice.js'

interface Less {
  1: 0
  2: 1
  3: 2
  4: 3
  5: 4
  6: 5
  7: 6
  8: 7
}

interface More {
  0: 1
  1: 2
  2: 3
  3: 4
  4: 5
  5: 6
  6: 7
  7: 8
}

/** One axis less, as of a row. */
export type LessAxes<N> = number extends N ? number : N extends keyof Less ? Less[N] : number

/** One axis more. */
export type MoreAxes<N> = number extends N ? number : N extends keyof More ? More[N] : number

/** The number of axes of a shape; a file without a shape has one axis. */
export type AxesOfShape<S> = S extends number | bigint | undefined
  ? 1
  : S extends { readonly length: infer N extends number; readonly [index: number]: number | bigint }
    ? N
    : number

/** `N`, the number of axes of arrays of a dtype; a sub-array adds its own. */
export type AxesWith<D, N extends number> = Element<D>['axes'] extends [] ? N : number

/** The number of axes in nested lists. A leaf that is an array has axes of its own. */
export type AxesOfLists<V, N extends number = 0> = unknown extends V
  ? number
  : number extends N
    ? number
    : [V] extends [never]
      ? N
      : V extends readonly (infer Entry)[]
        ? AxesOfLists<Entry, MoreAxes<N>>
        : V extends ArrayBufferView
          ? MoreAxes<N>
          : V extends { readonly ndim: infer Inner extends number }
            ? N extends 0
              ? Inner
              : number
            : V extends number | bigint | boolean | string | Date | Complex
              ? N
              : number

/** The number of axes that basic selectors leave of `N`. */
export type AxesOfIndexed<N extends number, S> = number extends N
  ? number
  : unknown extends S
    ? number
    : S extends readonly [infer First, ...infer Rest]
      ? AxesOfIndexed<AxesAfter<N, First>, Rest>
      : S extends readonly []
        ? N
        : number

type AxesAfter<N extends number, S> = [S] extends [number | bigint]
  ? LessAxes<N>
  : [S] extends [Slice | OneSlice<S>]
    ? N
    : [S] extends [typeof newaxis]
      ? MoreAxes<N>
      : number

/** The array itself, `This`, after slices alone, so that a generic array stays what it is; else `Other`. */
export type Indexed<This, S, Other> = unknown extends S
  ? Other
  : S extends readonly [infer First, ...infer Rest]
    ? [First] extends [Slice | OneSlice<First>]
      ? Indexed<This, Rest, Other>
      : Other
    : S extends readonly []
      ? This
      : Other

/** A slice as text. Text with a comma holds several selectors. */
type OneSlice<S> = S extends `${string},${string}` ? never : S extends '...' | `${string}:${string}` ? S : never

/** The number of axes that remain without an axis, or without several. */
export type AxesWithout<N extends number, Axis> = Axis extends number
  ? LessAxes<N>
  : Axis extends readonly [unknown, ...infer Rest]
    ? AxesWithout<LessAxes<N>, Rest>
    : Axis extends readonly []
      ? N
      : number

/** Lists as deep as there are axes: {@link Nested} where their number is not known. */
export type ListsOf<T, N> = number extends N
  ? Nested<T>
  : N extends 0
    ? T
    : N extends keyof Less
      ? ListsOf<T[], Less[N]>
      : Nested<T>

/** What iteration over axis 0 yields: scalars of one axis, else arrays. */
export type EntryOf<T, A, N> = number extends N ? T | A : N extends 1 ? T : A
