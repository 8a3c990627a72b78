import { readFileSync } from 'node:fs'
import test from 'ava'
import { MemmapError, memmap } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { fileOf } from './support/files.js'
import { fixtureJson } from './support/npy-fixture.js'
import { carryOut } from './support/numpy-statement.js'

interface Case {
  readonly label: string
  readonly dtype: string
  readonly shape: number[]
  readonly order: 'C' | 'F'
  readonly before_hex: string
  readonly ok: boolean
  readonly message?: string
  readonly after_hex: string
}

const { cases } = fixtureJson<{ cases: Case[] }>('writes.json')

/** Text to a number is left out on purpose: the contract refuses what NumPy parses. */
function isRefusedHere({ label, dtype }: Case): boolean {
  return /= b?'/.test(label) && /[biufc]\d+$/.test(dtype)
}

for (const [at, item] of cases.entries()) {
  const { label, dtype, shape, order } = item
  test(`${at}: ${label} in ${order}-ordered ${dtype}`, (t) => {
    const path = fileOf(t, Buffer.from(item.before_hex, 'hex'))
    const a = memmap(path, { dtype: dtype as never, shape, order, mode: 'r+' }) as unknown as NDArray
    const store = (): void => carryOut(label, a)
    const refused = !item.ok || isRefusedHere(item)
    if (refused) t.throws(store, { instanceOf: MemmapError }, item.message)
    else store()
    t.is(readFileSync(path).toString('hex'), refused ? item.before_hex : item.after_hex)
  })
}

test('throws the code of the reason and changes nothing where a value does not fit', (t) => {
  const path = fileOf(t, Buffer.alloc(12))
  const a = memmap(path, { dtype: 'int16', shape: [2, 3] })
  const refused = (code: string, store: () => unknown): void => {
    t.throws(store, { instanceOf: MemmapError, code })
  }
  refused('ERR_MEMMAP_BROADCAST', () => a.assign([7, 8]))
  refused('ERR_MEMMAP_BROADCAST', () => a.assign([[[1, 2, 3]]]))
  refused('ERR_MEMMAP_SHAPE', () => a.assign([[1, 2, 3], [4]]))
  refused('ERR_MEMMAP_CAST', () =>
    a.assign([
      [1, 2, 3],
      [4, 5, 40_000],
    ]),
  )
  refused('ERR_MEMMAP_CAST', () => a.assign('7' as never))
  refused('ERR_MEMMAP_CAST', () => a.assign([1, 2, null] as never))
  refused('ERR_MEMMAP_CAST', () => a.fill(NaN))
  refused('ERR_MEMMAP_INDEX', () => a.assign(1, [2]))
  refused('ERR_MEMMAP_INDEX', () => a.assign(1, [[0, 5]]))
  refused('ERR_MEMMAP_INDEX', () => a.assign(1, [[true, false, true]]))
  refused('ERR_MEMMAP_ARGUMENT', () => a.assign(1, ':' as never))
  refused('ERR_MEMMAP_READONLY', () => a.diagonal().assign(1))
  refused('ERR_MEMMAP_READONLY', () => a.broadcastTo([2, 2, 3]).fill(1))
  const map = memmap(path, { dtype: 'int16', mode: 'r' })
  refused('ERR_MEMMAP_READONLY', () => map.assign(1))
  refused('ERR_MEMMAP_READONLY', () => map.fill(1))
  refused('ERR_MEMMAP_READONLY', () => map.apply(() => 1))
  refused('ERR_MEMMAP_READONLY', () => map.byteswap({ inplace: true }))
  refused('ERR_MEMMAP_ARGUMENT', () => map.byteswap({ inplace: 'no' as never }))
  t.deepEqual(readFileSync(path), Buffer.alloc(12))
})

test('leaves the bytes between the fields of records alone', (t) => {
  const dtype = { names: ['x', 'y'], formats: ['u1', '<i2'], offsets: [1, 3], itemsize: 6 } as const
  const path = fileOf(t, Buffer.alloc(18, 0xee))
  const a = memmap(path, { dtype })
  const bytes = (): string => readFileSync(path).toString('hex').replaceAll('ee', '..')
  a.set(0, { x: 1, y: 2 })
  t.is(bytes(), `..01..0200..${'..'.repeat(12)}`)
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- this is no Array.
  a.fill({ x: 3, y: 4 })
  t.is(bytes(), '..03..0400..'.repeat(3))
  a.assign([5, 6], [[0, 2]])
  t.is(bytes(), '..05..0600....03..0400....05..0600..')
  a.assign(a.copy(), ['::-1'])
  t.is(bytes(), '..05..0600....03..0400....05..0600..')
})
