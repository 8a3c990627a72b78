import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Memmap, MemmapError, memmap } from '../lib/index.js'
import { fixtureJson } from './support/npy-fixture.js'
import { valuesOf } from './support/numpy-json.js'

interface Case {
  readonly fn: string
  readonly size_before: number
  readonly kwargs: Record<string, unknown> & { mode: string }
  readonly ok: boolean
  readonly error?: string
  readonly message?: string
  readonly shape?: number[]
  readonly strides?: number[]
  readonly dtype?: string
  readonly writeable?: boolean
  readonly c_contiguous?: boolean
  readonly f_contiguous?: boolean
  readonly aligned?: boolean
  readonly offset?: number
  readonly values?: unknown
  readonly first?: unknown
  readonly last?: unknown
  readonly size_after: number
}

const cases = fixtureJson<{ cases: Case[] }>('constructor.json').cases.filter((item) => item.fn === 'memmap')

/** Cases where this package is safer than NumPy on purpose; each is a row of docs/numpy.md. */
function difference({ kwargs, ok, size_before: size, size_after: after, shape }: Case): string | null {
  const given = [kwargs['shape']].flat()
  if (given.some((entry) => typeof entry === 'boolean')) return 'a boolean is no length'
  if (ok && kwargs.mode !== 'r' && shape?.includes(0) && after !== size) return 'no padding byte for no elements'
  return given.includes(-1) ? 'a length of -1 is inferred' : null
}

function build(item: Case): string {
  const path = join(tmpdir(), `memmap-${randomUUID()}`)
  writeFileSync(path, Buffer.from(Array.from({ length: item.size_before }, (_, i) => i % 251)))
  return path
}

for (const [index, item] of cases.entries()) {
  const { kwargs } = item
  test(`${index}: numpy.memmap(${item.size_before} bytes, ${JSON.stringify(kwargs)})`, (t) => {
    const path = build(item)
    t.teardown(() => rmSync(path, { force: true }))
    const before = readFileSync(path)
    const why = difference(item)
    const given = [kwargs['shape']].flat()
    let array: Memmap | undefined
    let error: unknown
    try {
      array = memmap(path, kwargs as never) as unknown as Memmap
    } catch (caught) {
      error = caught
    }
    if (array === undefined) {
      t.true(error instanceof MemmapError, String(error))
      t.deepEqual(readFileSync(path), before, 'a call that throws leaves the file as it was')
      if (why === null) t.false(item.ok, `NumPy accepts this: ${String(error)}`)
      return
    }
    if (why === null) {
      t.true(item.ok, `NumPy refuses this: ${item.message}`)
      t.is(statSync(path).size, item.size_after)
    }
    if (given.includes(-1)) {
      const fits = array.nbytes <= item.size_before && item.size_before - array.nbytes < Math.max(1, array.itemsize)
      t.true(fits, 'a length of -1 takes what the file has')
    }
    if (item.ok && item.shape !== undefined && !given.includes(-1)) {
      t.deepEqual(array.shape, item.shape)
      t.deepEqual(array.byteStrides, item.strides)
      t.is(array.flags.writeable, item.writeable ?? true)
      t.is(array.flags.cContiguous, item.c_contiguous ?? true)
      t.is(array.flags.fContiguous, item.f_contiguous ?? true)
      t.is(array.flags.aligned, item.aligned ?? true)
      t.is(array.offset, item.offset ?? 0)
      t.is(array.dtype.str, item.dtype ?? '')
      if (item.values !== undefined) t.deepEqual(valuesOf(array), item.values)
    }
    array.close()
  })
}
