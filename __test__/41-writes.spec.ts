import { readFileSync } from 'node:fs'
import test from 'ava'
import { MemmapError, memmap } from '../lib/index.js'
import type { Memmap, NDArray } from '../lib/index.js'
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

/** NumPy parses text into numbers; this package rejects it on purpose. */
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

/** Each is rejected with a code, on an array of shape (2, 3) in this mode. */
const REJECTED: readonly (readonly [what: string, code: string, mode: 'r' | 'r+', store: (a: Memmap) => unknown])[] = [
  ['a list of two over rows of three', 'ERR_MEMMAP_BROADCAST', 'r+', (a) => a.assign([7, 8])],
  ['a list of more axes', 'ERR_MEMMAP_BROADCAST', 'r+', (a) => a.assign([[[1, 2, 3]]])],
  ['a ragged list', 'ERR_MEMMAP_SHAPE', 'r+', (a) => a.assign([[1, 2, 3], [4]])],
  [
    'a number out of range, last in a list',
    'ERR_MEMMAP_CAST',
    'r+',
    (a) =>
      a.assign([
        [1, 2, 3],
        [4, 5, 40_000],
      ]),
  ],
  ['text', 'ERR_MEMMAP_CAST', 'r+', (a) => a.assign('7' as never)],
  ['null in a list', 'ERR_MEMMAP_CAST', 'r+', (a) => a.assign([1, 2, null] as never)],
  ['NaN', 'ERR_MEMMAP_CAST', 'r+', (a) => a.fill(NaN)],
  ['an index out of range', 'ERR_MEMMAP_INDEX', 'r+', (a) => a.assign(1, [2])],
  ['an index out of range in a list', 'ERR_MEMMAP_INDEX', 'r+', (a) => a.assign(1, [[0, 5]])],
  ['booleans of another length', 'ERR_MEMMAP_INDEX', 'r+', (a) => a.assign(1, [[true, false, true]])],
  ['selectors that are no list', 'ERR_MEMMAP_ARGUMENT', 'r+', (a) => a.assign(1, ':' as never)],
  ['a diagonal', 'ERR_MEMMAP_READONLY', 'r+', (a) => a.diagonal().assign(1)],
  ['a broadcast view', 'ERR_MEMMAP_READONLY', 'r+', (a) => a.broadcastTo([2, 2, 3]).fill(1)],
  ['assign in mode r', 'ERR_MEMMAP_READONLY', 'r', (a) => a.assign(1)],
  ['fill in mode r', 'ERR_MEMMAP_READONLY', 'r', (a) => a.fill(1)],
  ['apply in mode r', 'ERR_MEMMAP_READONLY', 'r', (a) => a.apply(() => 1)],
  ['byteswap in mode r', 'ERR_MEMMAP_READONLY', 'r', (a) => a.byteswap({ inplace: true })],
  ['an option that is no boolean', 'ERR_MEMMAP_ARGUMENT', 'r', (a) => a.byteswap({ inplace: 'no' as never })],
]

for (const [what, code, mode, store] of REJECTED) {
  test(`rejects ${what} with ${code} and leaves the file unchanged`, (t) => {
    const path = fileOf(t, Buffer.alloc(12))
    const a = memmap(path, { dtype: 'int16', shape: [2, 3], mode }) as unknown as Memmap
    t.throws(() => store(a), { instanceOf: MemmapError, code })
    t.deepEqual(readFileSync(path), Buffer.alloc(12))
  })
}

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
