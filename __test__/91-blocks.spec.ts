import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { array, memmap, zeros } from '../lib/index.js'
import type { Memmap, NDArray } from '../lib/index.js'
import { child } from './support/child.js'
import { fileOf, folder, hole } from './support/files.js'
import { samples } from './support/oracle-arbitraries.js'
import { linux } from './support/platform.js'
import { times } from './support/slow.js'

async function gathered<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}

test('blocks are views that cover the axis once, in order, sync and async', async (t) => {
  const property = fc.asyncProperty(
    samples(1),
    fc.nat(9),
    fc.integer({ min: 1, max: 200 }),
    async (sample, at, bytes) => {
      const { array: a, shape } = sample
      const axis = at % shape.length
      const length = shape[axis] as number
      const blocks = [...a.blocks({ axis, bytes })]
      let from = 0
      for (const block of blocks) {
        const count = block.shape[axis] as number
        // As many entries as fit and at least one; only the last block may have fewer.
        const fit = Math.max(1, Math.floor(bytes / (a.nbytes / length)))
        t.is(count, Math.min(fit, length - from))
        const selectors = shape.map((_, index) => (index === axis ? `${from}:${from + count}` : ':'))
        t.deepEqual(block.toArray(), a.index(...selectors).toArray())
        t.is(block.base, a.base ?? a)
        from += count
      }
      t.is(from, length)
      const async = await gathered(a.blocks({ axis: axis - shape.length, bytes }))
      t.deepEqual(
        async.map((block) => block.toArray()),
        blocks.map((block) => block.toArray()),
      )
    },
  )
  await fc.assert(property, { numRuns: times(300) })
})

test('blocks cover a mapped array of any order, offset and axis, and stores stay', async (t) => {
  const path = fileOf(
    t,
    Uint8Array.from({ length: 5 + 12 * 1000 * 100 }, (_, index) => index % 253),
  )
  for (const order of ['C', 'F'] as const) {
    for (const mode of ['r', 'r+', 'c'] as const) {
      for (const axis of [0, 1, 2]) {
        const a = memmap(path, { dtype: '>i2', offset: 5, shape: [6, 1000, 100], order, mode }) as unknown as Memmap
        const expected = a.sum()
        let sum = 0n
        for (const block of a.blocks({ axis, bytes: 40_000 })) {
          sum += block.sum() as bigint
          if (mode !== 'r') block.assign(block.copy())
        }
        for await (const block of a.blocks({ axis, bytes: 70_000 })) sum += block.sum() as bigint
        t.is(sum, 2n * (expected as bigint))
        a.close()
      }
    }
  }
})

test('stores in earlier blocks are kept, in the file or in private pages', async (t) => {
  const path = hole(t, 1 << 22)
  for (const mode of ['r+', 'c'] as const) {
    const a = memmap(path, { dtype: 'int32', mode })
    let next = 0
    for (const block of a.blocks({ bytes: 100_000 })) block.apply(() => next++)
    for await (const block of a.blocks({ bytes: 90_000 })) block.apply((value) => value + 1)
    t.true(a.equals(Int32Array.from({ length: 1 << 20 }, (_, index) => index + 1)), mode)
    a.close()
    const inFile = new Int32Array(readFileSync(path).buffer)
    t.is(inFile[777], 778)
  }
})

test('an earlier block can be read and stored to', (t) => {
  const a = memmap(hole(t, 1 << 20), { dtype: 'uint8' })
  const blocks = [...a.blocks({ bytes: 1 << 16 })]
  blocks.forEach((block, index) => block.fill(index))
  t.deepEqual(
    blocks.map((block) => block.max()),
    blocks.map((_, index) => index),
  )
  t.is(a.get(-1), 15)
})

test('a loop may be left early and started again', (t) => {
  const blocks = array([1, 2, 3, 4]).blocks({ bytes: 8 })
  for (const block of blocks) {
    t.is(block.item(), 1)
    break
  }
  t.is([...blocks].length, 4)
  t.is([...blocks].length, 4)
})

test('gives no empty blocks of an empty array, and none of a 0-d array', (t) => {
  t.deepEqual([...zeros([0, 3]).blocks()], [])
  t.deepEqual(
    [...zeros([3, 0]).blocks()].map((block) => block.shape),
    [[3, 0]],
  )
  t.throws(() => array(5).blocks(), { code: 'ERR_MEMMAP_INDEX' })
  for (const bytes of [0, -1, 1.5, NaN, '5', null])
    t.throws(() => zeros(3).blocks({ bytes: bytes as never }), { code: 'ERR_MEMMAP_ARGUMENT' })
  t.throws(() => zeros(3).blocks({ axis: 1 }), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => zeros(3).blocks({ size: 1 } as never), { code: 'ERR_MEMMAP_ARGUMENT' })
})

test('a loop throws after close()', async (t) => {
  const code = 'ERR_MEMMAP_CLOSED'
  for (const last of [1, 4]) {
    const opened = [0, 1, 2].map(() => memmap(fileOf(t, new Uint8Array(5 * 4096)))) as unknown as [
      Memmap,
      Memmap,
      Memmap,
    ]
    let seen = 0
    t.throws(
      () => {
        for (const block of opened[0].blocks({ bytes: 4096 })) if (++seen === last && block.size > 0) opened[0].close()
      },
      { code },
    )
    t.is(seen, last)
    await t.throwsAsync(
      async () => {
        for await (const block of opened[1].blocks({ bytes: 4096 })) if (block.size > 0) opened[1].close()
      },
      { code },
    )
    const kept = opened[2].blocks()
    opened[2].close()
    t.throws(() => [...kept], { code })
    t.throws(() => opened[2].blocks(), { code })
  }
})

test('the type of a block is that of the array', (t) => {
  const a = memmap(fileOf(t, new Uint8Array(8)), { dtype: 'int64' })
  for (const block of a.blocks()) {
    const first: bigint = block.get(0)
    const name: string | null = block.filename
    t.is(first, 0n)
    t.truthy(name)
  }
  const rows: NDArray[] = [...zeros([2, 2]).blocks()]
  t.is(rows.length, 1)
})

for (const how of ['sync', 'async', 'store', 'inner']) {
  linux(`512 MiB stream through a flat resident set: ${how}`, (t) => {
    const { status, report, output } = child('stream', [`${folder(t)}/data.bin`, how])
    t.is(status, 0, output)
    const { grown, sum }: { grown: number; sum: number } = report
    t.is(sum, how === 'store' ? 2 ** 27 : 0)
    t.true(grown < 128, `${grown} MiB more at most`)
  })
}
