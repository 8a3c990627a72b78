/** Commands over arrays of several blocks, and over files larger than their memory limit. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import test from 'ava'
import { memmap, save, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { differencesOf } from '../lib/cli/compute/differences.js'
import { statisticsOf } from '../lib/cli/compute/statistics.js'
import { crc32 } from '../lib/files/npz/crc32.js'
import { COMMAND, memmapIn } from './support/cli.js'
import { folder } from './support/files.js'
import { NODE } from './support/node.js'
import { times } from './support/slow.js'
import { zip } from './support/zip.js'

const quiet = (): void => {}
const exact = { rtol: 0, atol: 0, equalNaN: true }

/** More elements than a block has. */
const LARGE = 2_100_021

for (const [shape, ...orders] of [
  [[LARGE], 'C', 'C'],
  [[3, LARGE / 3], 'C', 'C'],
  [[3, LARGE / 3], 'F', 'F'],
  [[LARGE / 3, 3], 'F', 'F'],
  [[7, 3, LARGE / 21], 'F', 'F'],
  [[21, LARGE / 21], 'C', 'F'],
] as const) {
  test(`diff finds the first and the largest difference in ${shape.join(' x ')} in ${orders.join(' and ')} order`, async (t) => {
    const [a, b] = orders.map((order) => zeros(shape, { dtype: 'float32', order })) as unknown as [NDArray, NDArray]
    a.fill(1)
    b.fill(1)
    const last = shape.map((length) => length - 1)
    // Early in C order, and late in F order.
    const first = shape.map((length, axis) => (axis === 0 ? 1 : length - 2))
    const middle = shape.map((_, axis) => (axis === 0 ? 2 : 0))
    const far = shape.map((length) => Math.floor(length / 2))
    for (const [index, value] of [
      [last, 1.5],
      [first, 0.5],
      [far, 3],
      [middle, Number.NaN],
    ] as const) {
      a.set(...index, value as never)
    }
    const found = await differencesOf(a, b, exact, quiet)
    if ('unlike' in found) return t.fail()
    t.is(found.count, LARGE)
    t.is(found.differing, 4)
    t.deepEqual(found.first?.index, [first, middle, far, last].toSorted(inCOrder)[0])
    t.deepEqual(found.maxAbsolute?.index, far)
    t.is(found.maxAbsolute?.value, 2)
    t.deepEqual(found.maxRelative?.index, far)
  })
}

test('stats over several blocks equal those of the whole array', async (t) => {
  for (const dtype of ['int16', 'float32', 'float64', 'int64'] as const) {
    const a = zeros([LARGE], { dtype })
    a.slice(0, LARGE - 1, 2).fill((dtype === 'int64' ? 10n : 10) as never)
    const { mean, std, min, max } = await statisticsOf(a as never as NDArray, {
      bins: 2,
      report: quiet,
      bytes: 2 ** 20,
    })
    t.true(Math.abs(Number(mean) - Number(a.mean())) < 1e-5, dtype)
    t.true(Math.abs(Number(std) - a.std()) < 1e-5, dtype)
    t.deepEqual([Number(min), Number(max)], [0, 10], dtype)
  }
})

test('stats counts every element of a large file', async (t) => {
  // More than were once counted, few of which are not zero.
  const size = times(2 ** 26) + 100
  const a = memmap(join(folder(t), 'a.u1'), { mode: 'w+', shape: size, sparse: true })
  for (const [index, value] of [1, 7, 7, 200, 255].entries()) a.set(Math.floor((index * size) / 5) + 3, value)
  const { count, histogram, median, q3 } = await statisticsOf(a as never as NDArray, { bins: 51, report: quiet })
  t.is(count, size)
  t.deepEqual([median, q3], [0, 0])
  t.deepEqual(
    histogram?.counts.flatMap((number, bin) => (number === 0 ? [] : [[bin, number]])),
    [
      [0, size - 4],
      [1, 2],
      [40, 1],
      [50, 1],
    ],
  )
  a.close()
})

function inCOrder(a: readonly number[], b: readonly number[]): number {
  const axis = a.findIndex((one, at) => one !== b[at])
  return (a[axis] as number) - (b[axis] as number)
}

if (process.platform === 'linux') {
  /** Runs a command, and returns its peak memory without the pages of files. */
  const memoryOf = async (cwd: string, ...args: string[]): Promise<{ code: number | null; mebibytes: number }> => {
    const [node, ...before] = NODE
    const input = openSync(args.includes('-') ? join(cwd, 'a.u1') : '/dev/null', 'r')
    const running = spawn(node, [...before, COMMAND, ...args], { cwd, stdio: [input, 'ignore', 'ignore'] })
    closeSync(input)
    let most = 0
    const look = setInterval(() => {
      try {
        const found = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${running.pid}/status`, 'utf8'))
        most = Math.max(most, Number(found?.[1] ?? 0) / 1024)
      } catch {
        // The process has ended.
      }
    }, 5)
    const [code] = (await once(running, 'exit')) as [number | null]
    clearInterval(look)
    return { code, mebibytes: most }
  }

  /** Memory that a command may take beyond one on a small file. An emulator has memory of its own. */
  const LIMIT = 110

  test.serial('memory of the commands does not grow with the file', async (t) => {
    const at = folder(t)
    // Holes have to be read like data.
    memmap(join(at, 'a.u1'), { mode: 'w+', shape: times(256) * 2 ** 20, sparse: true }).close()
    // Text takes longer.
    memmap(join(at, 'b.u1'), { mode: 'w+', shape: times(4) * 2 ** 20, sparse: true }).close()
    save(join(at, 'one.npy'), 1)
    const { mebibytes: least } = await memoryOf(at, 'info', 'one.npy')
    const raw = ['--dtype', 'uint8', '--shape', '1024,-1']
    for (const [wanted, ...args] of [
      [0, 'stats', 'a.u1', ...raw],
      [0, 'check', 'a.u1', '--dtype', 'uint8', '--min', '0', '--finite'],
      [0, 'diff', 'a.u1', 'a.u1', ...raw],
      [1, 'diff', 'a.u1', 'one.npy', ...raw],
      [0, 'convert', 'a.u1', 'b.npy', ...raw, '--to-order', 'F'],
      [0, 'convert', 'a.u1', 'b.npz', ...raw],
      [0, 'convert', 'b.u1', 'b.csv', '--dtype', 'uint8'],
      [0, 'show', 'b.u1', '--dtype', 'uint8', '--threshold', 'inf'],
      [0, 'stats', '-', '--dtype', 'uint8'],
    ] as const) {
      const { code, mebibytes } = await memoryOf(at, ...args)
      t.is(code, wanted, args.join(' '))
      t.true(mebibytes < least + LIMIT, `${args.join(' ')}: ${mebibytes} MiB, and info ${least}`)
    }
  })

  test.serial('inflates a large compressed member to a temporary file, and removes it', async (t) => {
    const at = folder(t)
    const temporary = join(at, 'temporary')
    mkdirSync(temporary)
    save(join(at, 'x.npy'), zeros([2 ** 24, 8], { dtype: 'uint8' }))
    const data = readFileSync(join(at, 'x.npy'))
    const one = { name: 'x.npy', data, packed: deflateRawSync(data), method: 8, crc: crc32(data) }
    writeFileSync(join(at, 'a.npz'), zip([one]))
    const { code, out, err } = memmapIn(at, ['stats', 'a.npz', '--json'], { TMPDIR: temporary })
    t.is(code, 0, err)
    t.like(JSON.parse(out), { count: 2 ** 27, min: 0, max: 0 })
    const { code: again, mebibytes } = await memoryOf(at, 'check', 'a.npz', '--min', '0')
    t.is(again, 0)
    const { mebibytes: least } = await memoryOf(at, 'info', 'x.npy')
    t.true(mebibytes < least + LIMIT, `${mebibytes} MiB, and info ${least}`)
    for (const [damage, message] of [
      [{ crc: 1 }, /CRC/],
      [{ size: data.length - 1 }, /more than the|ends before/],
      [{ packed: one.packed.subarray(0, -20) }, /cannot be inflated/],
      [{ packed: Buffer.concat([one.packed.subarray(0, 9000), Buffer.alloc(9000, 255)]) }, /cannot be inflated/],
    ] as const) {
      writeFileSync(join(at, 'b.npz'), zip([{ ...one, ...damage }]))
      const ended = memmapIn(at, ['stats', 'b.npz'], { TMPDIR: temporary })
      t.is(ended.code, 2)
      t.regex(ended.err, message)
      t.is(ended.err.trim().split('\n').length, 1)
    }
    // The runtime's compile cache may be there.
    t.deepEqual(
      readdirSync(temporary).filter((name) => name.startsWith('memmap')),
      [],
    )
  })
}
