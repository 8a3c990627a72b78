/**
 * From a tree of kernels to the steps of a program: equal parts once, in as few registers as can be.
 * @module
 */
import { coreOf } from '../array/array-base.js'
import type { ArrayBase } from '../array/array-base.js'
import { computedArray, inMemory } from '../array/computed.js'
import { ProgramRecipe } from '../array/recipe.js'
import type { Input, Program } from '../array/recipe.js'
import { OPAQUE_CODE } from '../dtype/index.js'
import type { Node } from './node.js'
import { registerEvaluation } from './times.js'

/** The operation of a step that converts. */
const CONVERT = -1

interface Step {
  readonly operation: number
  readonly kind: number
  readonly args: readonly number[]
  /** The kind that a conversion is to. */
  readonly to: number
}

/** The elements of a tree as an array without memory. */
export function arrayOf(node: Node): ArrayBase {
  // A joined array is one without memory already.
  if (node.kind === 'leaf' && node.array.store.recipe !== null && node.shape === node.array.shape) return node.array
  // No program computes with text and records: this is a selection of a joined array that lies in one part.
  if (node.kind === 'leaf' && node.dtype.code === OPAQUE_CODE) return node.array
  return computedArray(new ProgramRecipe(compile(node)), node.dtype, node.shape)
}

/** An input, and the number of the operand that a scalar is the value of. */
export type CompiledInput = Input & { readonly operand?: number }

/** A program whose scalars know their operands. */
export interface Compiled extends Program {
  readonly inputs: readonly CompiledInput[]
}

/** The program of a tree. */
export function compile(node: Node): Compiled {
  const inputs: CompiledInput[] = []
  const steps: Step[] = []
  const places = new Map<Node, number>()
  const known = new Map<string, number>()
  // Inputs have the numbers 0, 1, ... and steps -1, -2, ... until their number is known.
  const place = (node: Node): number => {
    let at = places.get(node)
    if (at === undefined) places.set(node, (at = placeNew(node)))
    return at
  }
  const placeNew = (node: Node): number => {
    if (node.kind === 'leaf') return input(node.array, node.array.dtype.code)
    if (node.kind === 'scalar') return scalar(node.value, node.dtype.code, node.operand)
    if (node.kind === 'cast') {
      const { of, dtype } = node
      // Elements of an array are converted as they are read.
      if (of.kind === 'leaf') return input(of.array, dtype.code)
      return step({ operation: CONVERT, kind: of.dtype.code, args: [place(of)], to: dtype.code })
    }
    return step({ operation: node.operation, kind: node.loop, args: node.args.map(place), to: 0 })
  }
  const scalar = (value: number, kind: number, operand: number): number => {
    const same = inputs.findIndex(
      (one) => one.array === null && Object.is(one.value, value) && one.kind === kind && one.operand === operand,
    )
    return same >= 0 ? same : inputs.push({ array: null, value, kind, operand }) - 1
  }
  const input = (array: ArrayBase, kind: number): number => {
    const { store, dtype, shape, byteStrides, position } = coreOf(array)
    const key = `${kind} ${dtype.str} ${position} ${shape.join()} ${byteStrides.join()}`
    const same = inputs.findIndex((one) => one.array === array && one.kind === kind)
    if (same >= 0) return same
    const equal = inputs.findIndex((one) => one.array?.store === store && keys.get(one) === key)
    if (equal >= 0) return equal
    const created = { array, kind }
    keys.set(created, key)
    return inputs.push(created) - 1
  }
  const keys = new Map<object, string>()
  const step = (created: Step): number => {
    const key = `${created.operation} ${created.kind} ${created.to} ${created.args.join()}`
    let at = known.get(key)
    if (at === undefined) known.set(key, (at = -steps.push(created)))
    return at
  }
  const result = place(node)
  const registers = allocateRegisters(steps, result, inputs)
  const at = (one: number): number => (one >= 0 ? one : inputs.length + (registers[-one - 1] as number))
  const numbers = steps.flatMap(({ operation, kind, args, to }, index) => {
    const [a = 0, b = 0, c = 0] = args.map(at)
    return [operation, kind, a, operation === CONVERT ? to : b, c, at(-index - 1)]
  })
  return { inputs, steps: numbers, result: at(result), dtype: node.dtype, shape: node.shape }
}

/**
 * Gives each step a register that no step still needs. Steps whose elements are all the same run once for all tiles, so that they keep
 * theirs.
 */
function allocateRegisters(steps: readonly Step[], result: number, inputs: readonly Input[]): readonly number[] {
  const lastUse = new Array<number>(steps.length).fill(-1)
  const constant: boolean[] = []
  steps.forEach(({ args }, index) => {
    for (const arg of args) if (arg < 0) lastUse[-arg - 1] = index
    constant[index] = args.every((arg) => (arg < 0 ? constant[-arg - 1] : isConstant(inputs[arg] as Input)))
  })
  if (result < 0) lastUse[-result - 1] = steps.length
  const free: number[] = []
  const registers: number[] = []
  let count = 0
  steps.forEach(({ args }, index) => {
    // No step writes to a register that it reads.
    registers[index] = constant[index] === true ? count++ : (free.pop() ?? count++)
    for (const arg of new Set(args)) {
      const from = -arg - 1
      if (arg < 0 && constant[from] !== true && lastUse[from] === index) free.push(registers[from] as number)
    }
  })
  return registers
}

function isConstant({ array }: Input): boolean {
  return array === null || array.size === 1
}

registerEvaluation((node) => inMemory(arrayOf(node)))
