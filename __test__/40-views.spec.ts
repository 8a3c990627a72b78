import { join } from 'node:path'
import test from 'ava'
import { Memmap, MemmapError, memmap, newaxis, slice } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { FIXTURES, fixtureJson } from './support/npy-fixture.js'
import { valuesOf } from './support/numpy-json.js'

type Part = number | string | null | { slice: (number | null)[] } | { take: never } | { mask: never }

interface Case {
  readonly file: string
  readonly order: 'C' | 'F'
  readonly op: string
  readonly index?: Part[]
  readonly args?: never[]
  readonly kw?: never
  readonly ok: boolean
  readonly message?: string
  readonly scalar?: unknown
  readonly shape?: number[]
  readonly strides?: number[]
  readonly values?: unknown
  readonly view?: boolean
  readonly mapped?: boolean
  readonly c_contiguous?: boolean
  readonly f_contiguous?: boolean
  readonly byte_offset?: number
}

const { cases } = fixtureJson<{ cases: Case[] }>('views.json')

/** Our methods by NumPy's names. */
const METHODS: Readonly<Record<string, string>> = {
  swapaxes: 'swapAxes',
  moveaxis: 'moveAxis',
  broadcast_to: 'broadcastTo',
  view_dtype: 'view',
}

function isList({ index = [] }: Case): boolean {
  return index.some((part) => typeof part === 'object' && part !== null && !('slice' in part))
}

function selector(part: Part): never {
  if (part === null) return newaxis as never
  if (typeof part !== 'object') return part as never
  if ('slice' in part) {
    const [start, stop, step] = part.slice.map((bound) => bound ?? undefined)
    return slice(start, stop, step) as never
  }
  return ('take' in part ? part.take : part.mask) as never
}

function run(array: Memmap, { op, index, args = [], kw }: Case): NDArray {
  if (op === 'index') return array.index(...(index ?? []).map(selector))
  const name = METHODS[op] ?? op
  return (array as unknown as Record<string, (...args: unknown[]) => NDArray>)[name]?.apply(
    array,
    kw === undefined ? args : [...args, kw],
  ) as NDArray
}

for (const [at, item] of cases.entries()) {
  test(`${at}: ${item.order}-ordered a.${item.op} ${JSON.stringify(item.index ?? item.args)} ${JSON.stringify(item.kw ?? {})}`, (t) => {
    const { order } = item
    const array = memmap(join(FIXTURES, item.file), { dtype: '<i4', shape: [3, 4, 5], order, mode: 'r' })
    t.teardown(() => array.close())
    if (!item.ok) {
      t.throws(() => run(array, item), { instanceOf: MemmapError }, item.message)
      return
    }
    const result = run(array, item)
    if ('scalar' in item) {
      t.is(result.item(), item.scalar as number)
      t.is(array.get(...(item.index as number[])), item.scalar as number)
      return
    }
    t.deepEqual(result.shape, item.shape)
    // The fixture has the bits of floats as integers.
    t.deepEqual(valuesOf(result.dtype.kind === 'f' ? result.view('<i4') : result), item.values)
    if (result.size > 0) t.deepEqual(result.byteStrides, item.strides)
    // An empty view is still a Memmap; NumPy returns an ndarray.
    if (item.view === true || item.mapped === true || (result.size === 0 && item.op === 'index' && !isList(item))) {
      t.true(result instanceof Memmap)
      t.is(result.base, array)
      if (item.byte_offset !== undefined && result.size > 0) t.is((result as Memmap).fileOffset, item.byte_offset)
    } else {
      t.false(result instanceof Memmap)
      t.true(result.flags.writeable)
    }
    t.is(result.flags.cContiguous, item.c_contiguous ?? true)
    t.is(result.flags.fContiguous, item.f_contiguous ?? true)
  })
}
