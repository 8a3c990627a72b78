/**
 * Expressions that run again. A template is planned once for operands of the same dtypes and shapes: building and compiling its tree takes longer
 * than the work on a few thousand elements.
 * @module
 */
import { coreOf, isArray } from '../array/array-base.js'
import type { ArrayBase } from '../array/array-base.js'
import { computedArray } from '../array/computed.js'
import { heldArray } from '../array/make-array.js'
import { ProgramRecipe } from '../array/recipe.js'
import type { Input, Program } from '../array/recipe.js'
import type { DType } from '../dtype/index.js'
import { isSameShape } from '../layout/shape.js'
import { buildTree } from './build.js'
import type { Built } from './build.js'
import { arrayOf, compile } from './compile.js'
import type { Node } from './node.js'
import type { Template } from './parse.js'

/** The elements of an expression, whose tree may not be built yet. */
export interface Elements {
  readonly shape: readonly number[]
  readonly dtype: DType
  /** Returns the tree. */
  tree(): Node
  /** Returns the array without memory. */
  compute(): ArrayBase
}

/** The elements of a tree. */
export function ofTree(node: Node): Elements {
  const { shape, dtype } = node
  return { shape, dtype, tree: () => node, compute: () => arrayOf(node) }
}

/** An operand of a plan. */
type Expected =
  /** `same` is the number of the first operand with this array. */
  | { readonly is: 'array'; readonly dtype: DType; readonly shape: readonly number[]; readonly same: number }
  | { readonly is: 'float' }
  | { readonly is: 'value'; readonly value: unknown }

/** An input, without its array: it is that of the operand with this number, or the operand's value, or with -1 a value of its own. */
interface PlannedInput {
  readonly operand: number
  readonly kind: number
  readonly isArray: boolean
  readonly value: number
}

/** A plan, and the operands that it is for. It keeps no array. */
interface Plan {
  readonly expected: readonly Expected[]
  readonly program: Omit<Program, 'inputs'>
  readonly inputs: readonly PlannedInput[]
}

/** The last plan of each template. */
const plans = new WeakMap<Template, Plan>()

/**
 * The elements of a template with its operands.
 * @throws MemmapError as `buildTree`
 */
export function elementsOf(
  template: Template,
  given: readonly unknown[],
  nodeOf: (value: unknown) => Node | null,
): Elements {
  const values = heldValues(given)
  const plan = plans.get(template)
  if (plan !== undefined && fits(plan, values)) return ofPlan(plan, template, values, nodeOf)
  const built = buildTree(template, values, nodeOf)
  const planned = planOf(built, values)
  if (planned === null) return ofTree(built.node)
  plans.set(template, planned)
  return ofPlan(planned, template, values, nodeOf)
}

/** The values, with arrays as they are now. */
function heldValues(given: readonly unknown[]): readonly unknown[] {
  let values: unknown[] | null = null
  for (let index = 0; index < given.length; index++) {
    const value = given[index]
    if (!isArray(value)) continue
    const held = heldArray(value)
    if (held === value) continue
    values ??= [...given]
    // An array is one operand, however often it is interpolated.
    const same = given.indexOf(value)
    values[index] = same < index ? values[same] : held
  }
  return values ?? given
}

/** The plan of a tree; null where its operands are not all arrays and plain scalars. */
function planOf({ node, operands, fixed }: Built, values: readonly unknown[]): Plan | null {
  const expected: Expected[] = []
  const arrays = new Map<ArrayBase, number>()
  for (const [index, value] of values.entries()) {
    if (isArray(value)) {
      const { dtype, shape } = coreOf(value)
      const same = arrays.get(value) ?? index
      arrays.set(value, same)
      expected.push({ is: 'array', dtype, shape, same })
    } else if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
      const operand = operands[index]
      const isFree = operand !== undefined && 'weak' in operand && operand.weak === 'float' && !fixed.has(index)
      expected.push(isFree ? { is: 'float' } : { is: 'value', value })
    } else return null
  }
  const { inputs: compiled, ...program } = compile(node)
  const inputs: PlannedInput[] = []
  for (const input of compiled) {
    const { array, kind } = input
    const operand = array === null ? (input.operand ?? -1) : arrays.get(array)
    // An array that was created for the tree.
    if (operand === undefined) return null
    inputs.push({ operand, kind, isArray: array !== null, value: array === null ? input.value : 0 })
  }
  return { expected, program, inputs }
}

function fits({ expected }: Plan, values: readonly unknown[]): boolean {
  for (let index = 0; index < expected.length; index++) {
    const value = values[index]
    const one = expected[index] as Expected
    if (one.is === 'array') {
      if (!isArray(value)) return false
      const { dtype, shape } = coreOf(value)
      if (dtype !== one.dtype || !isSameShape(shape, one.shape) || value !== values[one.same]) return false
    } else if (one.is === 'float') {
      // A whole number is an integer.
      if (typeof value !== 'number' || (Number.isInteger(value) && !Object.is(value, -0))) return false
    } else if (!Object.is(value, one.value)) return false
  }
  return true
}

function ofPlan(
  plan: Plan,
  template: Template,
  values: readonly unknown[],
  nodeOf: (value: unknown) => Node | null,
): Elements {
  const { dtype, shape } = plan.program
  for (const value of values) if (isArray(value)) value.store.checkOpen()
  return {
    shape,
    dtype,
    tree: () => buildTree(template, values, nodeOf).node,
    compute: () => computedArray(new ProgramRecipe(programOf(plan, values)), dtype, shape),
  }
}

/** The program of a plan for these operands. */
function programOf({ program, inputs: planned }: Plan, values: readonly unknown[]): Program {
  const inputs: Input[] = []
  for (const { operand, kind, isArray, value } of planned) {
    if (isArray) inputs.push({ array: values[operand] as ArrayBase, kind })
    else inputs.push({ array: null, value: operand < 0 ? value : (values[operand] as number), kind })
  }
  const { steps, result, dtype, shape } = program
  return { inputs, steps, result, dtype, shape }
}
