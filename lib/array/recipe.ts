/**
 * What the kernels need to compute the elements of an array: its description, and the memories that it reads. The format is that of
 * `src/computed.rs`.
 * @module
 */
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { broadcastStrides } from '../layout/broadcast.js'
import { isSameShape } from '../layout/shape.js'
import type { Recipe } from '../memory/store.js'
import type { Memory } from '../native/native.js'
import { coreOf } from './array-base.js'
import type { ArrayBase } from './array-base.js'
import { computedArray } from './computed.js'
import { viewOf } from './make-array.js'
import { checkWithin, storeDescription } from './operand.js'

/** A recipe whose arrays can be replaced. */
export interface Replaceable extends Recipe {
  readonly arrays: readonly ArrayBase[]
  /** How many recipes are within each other. */
  readonly depth: number
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
  readonly depth: number

  constructor(private readonly program: Program) {
    const arrays: ArrayBase[] = []
    const own: ArrayBase[] = []
    for (const { array } of program.inputs) {
      if (array === null) continue
      own.push(array)
      for (const one of arraysOf(array)) arrays.push(one)
    }
    this.arrays = arrays
    this.depth = depthOver(own)
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
    const ndim = shape.length
    const list = startOfList()
    list[0] = storeDescription(6 + ndim + (5 + ndim) * inputs.length + steps.length, (numbers, start) => {
      let at = start
      numbers[at++] = 0
      numbers[at++] = ndim
      for (let axis = 0; axis < ndim; axis++) numbers[at++] = shape[axis] as number
      numbers[at++] = dtype.code
      numbers[at++] = result
      numbers[at++] = inputs.length
      numbers[at++] = steps.length / 6
      for (const input of inputs) {
        numbers[at++] = input.kind
        if (input.array === null) {
          numbers[at++] = NUMBER
          numbers[at++] = input.value
          continue
        }
        const { shape: own, byteStrides } = coreOf(input.array)
        const strides = isSameShape(own, shape) ? byteStrides : broadcastStrides(input.array, shape)
        list.push(describe(input.array, numbers, at))
        at += 4
        for (let axis = 0; axis < ndim; axis++) numbers[at++] = strides[axis] as number
      }
      for (let index = 0; index < steps.length; index++) numbers[at++] = steps[index] as number
    })
    return list
  }
}

const NOTHING = new ArrayBuffer(0)

/** A list that V8 does not take for one of integers, which it would copy for the first memory. */
function startOfList(): (number | Float64Array | Memory)[] {
  return [NOTHING]
}

/** In place of the kind of an array: a number follows. */
const NUMBER = -1

/** The most recipes within each other, which are read by calls within calls. */
const MAX_DEPTH = 200

function depthOver(arrays: readonly ArrayBase[]): number {
  const depthOf = ({ store }: ArrayBase): number => (store.recipe as Replaceable | null)?.depth ?? 0
  return 1 + arrays.reduce((most, array) => Math.max(most, depthOf(array)), 0)
}

/** The recipe of arrays that are joined along an axis. */
export class JoinRecipe implements Replaceable {
  readonly arrays: readonly ArrayBase[]
  readonly depth: number

  constructor(
    readonly parts: readonly ArrayBase[],
    readonly axis: number,
    readonly dtype: DType,
  ) {
    this.arrays = parts.flatMap(arraysOf)
    this.depth = depthOver(parts)
    if (this.depth > MAX_DEPTH) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `invalid arrays: they are joined from joined arrays, more than ${MAX_DEPTH} deep; evaluate() one of them first`,
      )
    }
  }

  replace(arrays: readonly ArrayBase[]): Replaceable {
    return new JoinRecipe(replaceAll(this.parts, arrays), this.axis, this.dtype)
  }

  bind(): Memory {
    const { parts, axis, dtype } = this
    const { ndim } = parts[0] as ArrayBase
    const list = startOfList()
    list[0] = storeDescription(6 + (4 + 2 * ndim) * parts.length, (numbers, start) => {
      let at = start
      numbers[at++] = 1
      numbers[at++] = ndim
      numbers[at++] = axis
      numbers[at++] = dtype.code
      numbers[at++] = dtype.itemsize
      numbers[at++] = parts.length
      for (const part of parts) {
        const { shape, byteStrides } = coreOf(part)
        list.push(describe(part, numbers, at))
        at += 4
        for (let of = 0; of < ndim; of++) numbers[at++] = shape[of] as number
        for (let of = 0; of < ndim; of++) numbers[at++] = byteStrides[of] as number
      }
    })
    return list
  }
}

/** Stores the four numbers that describe an array before its strides, and returns the array's memory. */
function describe(array: ArrayBase, numbers: Float64Array, at: number): Memory {
  const core = coreOf(array)
  const { store, dtype, position } = core
  store.checkOpen()
  checkWithin(core)
  numbers[at] = dtype.code
  numbers[at + 1] = dtype.swapped ? 1 : 0
  numbers[at + 2] = dtype.itemsize
  numbers[at + 3] = position + store.base
  return store.memory
}

function replaceAll(of: readonly ArrayBase[], arrays: readonly ArrayBase[]): ArrayBase[] {
  let next = 0
  return of.map((array) => {
    const { length } = arraysOf(array)
    return replaceIn(array, arrays.slice(next, (next += length)))
  })
}
