// Smoke test for runtimes without ava. Prints `ok NAME` or `not ok NAME` for each part.
import { Buffer } from 'node:buffer'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Memmap, MemmapError, array, memmap, slice, support } from '../../dist/index.js'

const folder = mkdtempSync(join(tmpdir(), 'memmap-smoke-'))
const path = join(folder, 'data.bin')
let failed = 0

async function check(name, work) {
  try {
    await work()
    console.log(`ok ${name}`)
  } catch (error) {
    failed++
    console.log(`not ok ${name}: ${error?.stack ?? error}`)
  }
}

function is(actual, expected) {
  const [a, b] = [actual, expected].map((value) =>
    JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one)),
  )
  if (a !== b) throw new Error(`expected ${b}, got ${a}`)
}

function code(work) {
  try {
    work()
  } catch (error) {
    return error instanceof MemmapError ? error.code : String(error)
  }
  return 'none'
}

await check('creates, assigns, reads and closes', () => {
  const a = memmap(path, { dtype: 'float32', shape: [3, 4], mode: 'w+' })
  a.assign(array([0, 1, 2, 3], { dtype: 'int16' }))
  a.set(1, -1, 9.5)
  is(a.toArray(), [
    [0, 1, 2, 3],
    [0, 1, 2, 9.5],
    [0, 1, 2, 3],
  ])
  is([a.sum(), a.T.index(-1, slice(1, 3)).toArray()], [24.5, [9.5, 3]])
  a.flush({ durable: true })
  a.close()
  is(
    code(() => a.get(0, 0)),
    'ERR_MEMMAP_CLOSED',
  )
  is(new Float32Array(new Uint8Array(readFileSync(path)).buffer)[7], 9.5)
})

await check('typed arrays share the pages of the file, and have length 0 after close()', () => {
  const a = memmap(path, { dtype: 'float32' })
  const { data } = a
  data[0] = 2.5
  is(a.get(0), 2.5)
  a.close()
  is(data.length, 0)
  const r = memmap(path, { dtype: '<f4', mode: 'r' })
  r.data[0] = 7
  is(
    [r instanceof Memmap, readFileSync(path).readFloatLE(0), code(() => r.set(0, 1))],
    [true, 2.5, 'ERR_MEMMAP_READONLY'],
  )
  r.close()
})

await check('reads and stores 64-bit, unaligned and byte-swapped elements', () => {
  writeFileSync(path, Buffer.from('ff0102030405060708', 'hex'))
  const a = memmap(path, { dtype: '>i8', offset: 1 })
  is([a.get(0), a.sum()], [0x0102030405060708n, 0x0102030405060708n])
  a.set(0, -2n)
  is(readFileSync(path).toString('hex'), 'fffffffffffffffffe')
  a.close()
})

if (support().guard) {
  await check('a truncated file throws and does not end the process', () => {
    writeFileSync(path, Buffer.alloc(1 << 20, 1))
    const a = memmap(path, { mode: 'r' })
    truncateSync(path, 0)
    is(
      code(() => a.get(500_000)),
      'ERR_MEMMAP_TRUNCATED',
    )
    is([a.fault, code(() => a.close())], ['ERR_MEMMAP_TRUNCATED', 'ERR_MEMMAP_TRUNCATED'])
  })
}

await check('a thousand arrays are opened, used and dropped', async () => {
  writeFileSync(path, Buffer.alloc(4096, 1))
  let sum = 0
  for (let round = 0; round < 1000; round++) {
    const a = memmap(path, { mode: 'r' })
    sum += a.data[1] + a.get(2)
    if (round % 2) a.close()
    if (round % 100 === 0) await new Promise((resolve) => setTimeout(resolve))
  }
  is(sum, 2000)
})

await check('console.log prints like NumPy', () => {
  is(
    array(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'int32' },
    ).repr(),
    'array([[1, 2],\n       [3, 4]], dtype=int32)',
  )
})

if (!process.versions.bun && !globalThis.Deno) {
  await check('require() loads the same module', () => {
    is(createRequire(import.meta.url)('../../dist/index.js').memmap === memmap, true)
  })
}

rmSync(folder, { recursive: true, force: true })
process.exitCode = failed > 0 ? 1 : 0
