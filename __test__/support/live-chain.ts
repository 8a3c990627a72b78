/**
 * The same chain of calls here and in NumPy. Steps are plain JSON, which {@link take} runs here and live.py in NumPy.
 * @module
 */
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { parseDType } from '../../lib/dtype/index.js'
import type { DType } from '../../lib/dtype/index.js'
import { Memmap, MemmapError, NDArray, newaxis, slice } from '../../lib/index.js'
import { arrayFrom } from './live-arrays.js'
import type { ArrayWire } from './live-arrays.js'

export interface Step {
  readonly op: string
  readonly args?: readonly unknown[]
  readonly at?: readonly unknown[]
  readonly value?: unknown
  readonly name?: string
  readonly options?: Record<string, unknown>
  /** Nothing is selected, so NumPy may or may not check the value. */
  readonly nowhere?: boolean
  /** The result is compared, and the chain continues from the array before. */
  readonly aside?: boolean
}

/** Result of a step. */
export type Outcome =
  | { readonly error: string }
  | { readonly done: true }
  /** NumPy's result would be wrong, as for conversions of time units beyond 64 bits. */
  | { readonly wrong: true }
  | { readonly truth: boolean }
  | {
      readonly scalar: boolean
      readonly shape: readonly number[]
      readonly strides: readonly number[]
      readonly dtype: unknown
      /** The elements in C order, without bytes between fields. */
      readonly data: string
      readonly view: boolean
      /** Position of the first element of a view in memory. */
      readonly at: number
      readonly writeable: boolean
    }

export interface Case {
  readonly memory: string
  readonly offset: number
  readonly dtype: unknown
  readonly shape: readonly number[]
  readonly order: 'C' | 'F'
  readonly writeable: boolean
  readonly steps: readonly Step[]
}

/** The Python counterpart of {@link take}. */
export const SCRIPT = readFileSync(join(import.meta.dirname, '../../../support/live.py'), 'utf8')

type Method = (...args: unknown[]) => NDArray

/** Runs one step; undefined for a step without a result. */
export function take(array: NDArray, step: Step, base: NDArray): NDArray | unknown {
  const { op, args = [], options = {} } = step
  const call = (...given: unknown[]): unknown => (array as unknown as Record<string, Method>)[op]?.apply(array, given)
  switch (op) {
    case 'index':
      return array.index(...(step.at ?? []).map(selectorOf))
    case 'slice':
      return call(...args.map((bound) => bound ?? undefined))
    case 'T':
      return array.T
    case 'real':
      return array.real
    case 'imag':
      return array.imag
    case 'reshape':
      return call(args[0], { order: args[1] })
    case 'ravel':
    case 'flatten':
    case 'copy':
      return call({ order: args[0] })
    case 'diagonal':
      return call({ offset: args[0], axis1: args[1], axis2: args[2] })
    case 'astype':
      return call(args[0], { order: args[1] })
    case 'byteswap':
      return call({ inplace: args[0] })
    case 'take':
      return call(args[0], args[1] === null ? {} : { axis: args[1] })
    case 'mask':
      return call(arrayFrom(args[0] as ArrayWire))
    case 'assign':
      array.assign(valueOf(step.value, base) as never, step.at?.map(selectorOf))
      return undefined
    case 'fill':
      array.fill(valueOf(step.value, base) as never)
      return undefined
    case 'compare':
      return call(args[0], valueOf(step.value, base))
    case 'equals':
      return call(valueOf(step.value, base))
    case 'allClose':
      return call(valueOf(step.value, base), { rtol: args[0], atol: args[1], equalNaN: args[2] })
    case 'reduce':
      return (array as unknown as Record<string, Method>)[step.name as string]?.call(array, options)
    case 'cumsum':
    case 'cumprod':
      return call(options)
    default:
      return call(...args)
  }
}

/** Our selector for one in {@link Step.at}. */
export function selectorOf(wire: unknown): never {
  if (wire === null) return newaxis as never
  if (typeof wire !== 'object') return wire as never
  if ('s' in wire) {
    const [start, stop, step] = (wire.s as (number | null)[]).map((bound) => bound ?? undefined)
    return slice(start, stop, step) as never
  }
  if ('a' in wire) return arrayFrom(wire.a as ArrayWire) as never
  return (wire as { l: unknown }).l as never
}

/** Our value for one in a step. */
export function valueOf(wire: unknown, base: NDArray): unknown {
  if (Array.isArray(wire)) return wire.map((one) => valueOf(one, base))
  if (typeof wire !== 'object' || wire === null) return wire
  if ('f' in wire) return floatOf(wire.f as string)
  if ('i' in wire) return BigInt(wire.i as string)
  if ('c' in wire) {
    const [re, im] = wire.c as [string, string]
    return { re: floatOf(re), im: floatOf(im) }
  }
  if ('b' in wire) return new Uint8Array(Buffer.from(wire.b as string, 'hex'))
  if ('r' in wire) {
    const { names, values } = wire.r as { names: string[] | null; values: unknown[] }
    const list = values.map((one) => valueOf(one, base))
    return names === null ? list : Object.fromEntries(names.map((name, index) => [name, list[index]]))
  }
  if ('a' in wire) return arrayFrom(wire.a as ArrayWire)
  return (wire as { self: Step[] }).self.reduce((array, step) => take(array, step, base) as NDArray, base)
}

function floatOf(text: string): number {
  return Number(text.replace('inf', 'Infinity'))
}

/** The elements in C order, without bytes between fields. */
export function packed(array: NDArray): Buffer {
  if (array.dtype.names !== null) {
    return Buffer.concat(array.dtype.names.map((name) => packed(array.field(name as never) as unknown as NDArray)))
  }
  return array.nbytes === 0 ? Buffer.alloc(0) : Buffer.from(array.copy().bytes)
}

/** Our result of a step in the form of live.py. `start` is the position of the memory in the file. */
export function outcomeOf(found: unknown, start: number): Outcome {
  if (found === undefined) return { done: true }
  if (typeof found === 'boolean') return { truth: found }
  if (!(found instanceof NDArray)) throw new TypeError('a scalar is compared by its own test')
  return {
    scalar: false,
    shape: found.shape,
    strides: found.byteStrides,
    dtype: found.dtype.toJSON(),
    data: packed(found).toString('base64'),
    view: found instanceof Memmap,
    at: found instanceof Memmap ? found.fileOffset - start : 0,
    writeable: found.flags.writeable,
  }
}

/** Our outcome of a step, errors included. */
export function attempt(
  array: NDArray,
  step: Step,
  base: NDArray,
  start: number,
): { outcome: Outcome; found: unknown } {
  try {
    const found = take(array, step, base)
    return { outcome: outcomeOf(found, start), found }
  } catch (error) {
    if (!(error instanceof MemmapError)) throw error
    return { outcome: { error: `${error.code}: ${error.message}` }, found: undefined }
  }
}

/**
 * Steps that we reject and NumPy accepts: text as numbers; closeness of durations with an int `atol`; a wrong unit in a store by
 * index lists.
 */
const ON_PURPOSE = /text is not parsed|only numbers are close|no unit|without a unit/

/** The difference of two outcomes; undefined if they are equal. */
export function difference(ours: Outcome, numpy: Outcome): string | undefined {
  if ('wrong' in numpy) return undefined
  if ('error' in ours || 'error' in numpy) {
    if ('error' in ours && ('error' in numpy || ON_PURPOSE.test(ours.error))) return undefined
    // NumPy rejects code points beyond Unicode; we read U+FFFD.
    if ('error' in numpy && numpy.error.startsWith('SystemError')) return undefined
    return 'error' in ours
      ? `only we refuse: ${ours.error}`
      : `only NumPy refuses: ${(numpy as { error: string }).error}`
  }
  if ('truth' in ours && 'truth' in numpy)
    return ours.truth === numpy.truth ? undefined : `${ours.truth}, NumPy ${numpy.truth}`
  if ('done' in ours && 'done' in numpy) return undefined
  if (!('data' in ours) || !('data' in numpy)) return `${JSON.stringify(ours)}, NumPy ${JSON.stringify(numpy)}`
  const dtype = parseDType(ours.dtype)
  if (!dtype.equals(numpy.dtype as never))
    return `dtype ${JSON.stringify(ours.dtype)}, NumPy ${JSON.stringify(numpy.dtype)}`
  if (String(ours.shape) !== String(numpy.shape)) return `shape ${ours.shape}, NumPy ${numpy.shape}`
  if (!sameElements(Buffer.from(ours.data, 'base64'), Buffer.from(numpy.data, 'base64'), dtype)) {
    return `elements ${ours.data}, NumPy ${numpy.data}`
  }
  // NumPy drops class and position of an empty view.
  if (ours.shape.includes(0) || dtype.itemsize === 0) return undefined
  if (ours.view !== numpy.view) return `a ${ours.view ? 'view' : 'copy'}, NumPy a ${numpy.view ? 'view' : 'copy'}`
  if (ours.view && ours.at !== numpy.at) return `first element at ${ours.at}, NumPy ${numpy.at}`
  if (ours.writeable !== numpy.writeable) return `writeable ${ours.writeable}, NumPy ${numpy.writeable}`
  // Strides of a copy count only along axes longer than 1.
  const strides = ({ strides, shape }: typeof ours): string =>
    String(ours.view ? strides : strides.filter((_, axis) => shape[axis] !== 1))
  if (strides(ours) !== strides(numpy)) return `strides ${ours.strides}, NumPy ${numpy.strides}`
  return undefined
}

/** Bit for bit, except that all NaNs are equal. */
function sameElements(ours: Buffer, numpy: Buffer, dtype: DType): boolean {
  if (ours.equals(numpy)) return true
  if (!'fc'.includes(dtype.kind) || ours.length !== numpy.length) return false
  const part = dtype.kind === 'c' ? dtype.itemsize / 2 : dtype.itemsize
  const type = `${dtype.str[0]}f${part}` as '<f8'
  const [a, b] = [ours, numpy].map((bytes) => {
    return arrayFrom({ dtype: type, shape: [bytes.length / part], order: 'C', data: bytes.toString('base64') })
  }) as [NDArray, NDArray]
  const others = b.values()
  for (const value of a.values()) if (!Object.is(value, others.next().value)) return false
  return true
}
