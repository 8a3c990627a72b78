/**
 * What the kernels need to compute the elements of an array: its description, and the memories that it reads. The format is that of
 * `src/computed.rs`.
 * @module
 */
import type { DType } from '../dtype/index.js'
import { broadcastStrides } from '../layout/broadcast.js'
import { isSameShape } from '../layout/shape.js'
import type { Recipe } from '../memory/store.js'
import type { Memory } from '../native/native.js'
import { coreOf } from './array-base.js'
import type { ArrayBase } from './array-base.js'
import { computedArray } from './computed.js'
import { viewOf } from './make-array.js'

/** A recipe whose arrays can be replaced. */
export interface Replaceable extends Recipe {
  readonly arrays: readonly ArrayBase[]
  /** The same recipe over equal arrays: one for each of {@link arrays}. */
  replace(arrays: readonly ArrayBase[]): Replaceable
}

/** The arrays in memory behind an array: itself, or those that its elements are computed from. */
export function arraysOf(array: ArrayBase): readonly ArrayBase[] {
  return (array.store.recipe as Replaceable | null)?.arrays ?? [array]
}

/** The array with those of {@link arraysOf} replaced. */
export function replaceIn(array: ArrayBase, arrays: readonly ArrayBase[]): ArrayBase {
  const recipe = array.store.recipe as Replaceable | null
  if (recipe === null) return arrays[0] as ArrayBase
  const root = rootOf(array)
  const replaced = computedArray(recipe.replace(arrays), root.dtype, root.shape)
  return root === array ? replaced : viewOf(replaced, array)
}

/** The whole of the computed array that an array is a view of. */
function rootOf(array: ArrayBase): ArrayBase {
  return array.root ?? array
}

/** What a program reads as elements of a kind: an array, or a number for all elements. */
export type Input =
  | { readonly array: ArrayBase; readonly kind: number }
  | { readonly array: null; readonly value: number; readonly kind: number }

/** The steps of an expression: of each the operation (-1 for a cast), the kind, three places and the target. */
export interface Program {
  readonly inputs: readonly Input[]
  readonly steps: readonly number[]
  /** The place of the result. */
  readonly result: number
  readonly dtype: DType
  readonly shape: readonly number[]
}

/** The recipe of an expression. */
export class ProgramRecipe implements Replaceable {
  readonly arrays: readonly ArrayBase[]

  constructor(private readonly program: Program) {
    this.arrays = program.inputs.flatMap(({ array }) => (array === null ? [] : arraysOf(array)))
  }

  replace(arrays: readonly ArrayBase[]): Replaceable {
    const { program } = this
    const own = program.inputs.flatMap(({ array }) => (array === null ? [] : [array]))
    const replaced = replaceAll(own, arrays).values()
    const inputs = program.inputs.map((input) =>
      input.array === null ? input : { array: replaced.next().value as ArrayBase, kind: input.kind },
    )
    return new ProgramRecipe({ ...program, inputs })
  }

  bind(): Memory {
    const { inputs, steps, result, dtype, shape } = this.program
    const numbers = [0, shape.length]
    for (const length of shape) numbers.push(length)
    numbers.push(dtype.code, result, inputs.length, steps.length / 6)
    const list: (Float64Array | Memory)[] = [EMPTY]
    for (const input of inputs) {
      if (input.array === null) {
        numbers.push(input.kind, NUMBER, input.value)
        continue
      }
      numbers.push(input.kind)
      list.push(describe(input.array, numbers))
      const { shape: own, byteStrides } = coreOf(input.array)
      if (isSameShape(own, shape)) for (const stride of byteStrides) numbers.push(stride)
      else for (const stride of broadcastStrides(coreOf(input.array), shape)) numbers.push(stride)
    }
    for (const step of steps) numbers.push(step)
    list[0] = new Float64Array(numbers)
    return list
  }
}

/** In place of the kind of an array: a number follows. */
const NUMBER = -1

/** The recipe of arrays that are joined along an axis. */
export class JoinRecipe implements Replaceable {
  readonly arrays: readonly ArrayBase[]

  constructor(
    readonly parts: readonly ArrayBase[],
    readonly axis: number,
    readonly dtype: DType,
  ) {
    this.arrays = parts.flatMap(arraysOf)
  }

  replace(arrays: readonly ArrayBase[]): Replaceable {
    return new JoinRecipe(replaceAll(this.parts, arrays), this.axis, this.dtype)
  }

  bind(): Memory {
    const { parts, axis, dtype } = this
    const numbers = [1, (parts[0] as ArrayBase).ndim, axis, dtype.code, dtype.itemsize, parts.length]
    const list: (Float64Array | Memory)[] = [EMPTY]
    for (const part of parts) {
      const { shape, byteStrides } = coreOf(part)
      list.push(describe(part, numbers))
      for (const length of shape) numbers.push(length)
      for (const stride of byteStrides) numbers.push(stride)
    }
    list[0] = new Float64Array(numbers)
    return list
  }
}

const EMPTY = new Float64Array(0)

/** Adds what a description says of an array before its strides, and returns the array's memory. */
function describe(array: ArrayBase, numbers: number[]): Memory {
  const { store, dtype, position } = coreOf(array)
  store.checkOpen()
  numbers.push(dtype.code, dtype.swapped ? 1 : 0, dtype.itemsize, position + store.base)
  return store.memory
}

function replaceAll(of: readonly ArrayBase[], arrays: readonly ArrayBase[]): ArrayBase[] {
  let next = 0
  return of.map((array) => {
    const { length } = arraysOf(array)
    return replaceIn(array, arrays.slice(next, (next += length)))
  })
}
