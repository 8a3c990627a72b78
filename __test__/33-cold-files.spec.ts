/**
 * Files that are not in memory: what a selection of few elements reads from the disk, and assignments to them, which write past the map.
 */
import { spawnSync } from 'node:child_process'
import { linkSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { arange, expr, load, memmap, save, zeros } from '../lib/index.js'
import type { Memmap, NDArray } from '../lib/index.js'
import { child } from './support/child.js'
import { folder, hole } from './support/files.js'
import { linux } from './support/platform.js'

const MIB = 2 ** 20

/** Bytes that this process has read from disks. */
const bytesRead = (): number => Number(/^read_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])

/** Takes a file out of the page cache. */
const makeCold = (path: string): boolean => spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0']).status === 0

/** The flags of the mappings of a file: `rr` is read at random, `sr` is read in sequence. Source: proc(5), VmFlags. */
function adviceFor(path: string): string[] {
  const maps = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[\da-f]+-[\da-f]+ )/m)
  return maps.filter((map) => map.includes(path)).flatMap((map) => /^VmFlags: (.*)$/m.exec(map)?.[1]?.split(' ') ?? [])
}

/** Only where the temporary folder is on a disk, whose reads the system counts. */
const onDisk =
  process.platform === 'linux' &&
  !/tmpfs|overlay/.test(spawnSync('stat', ['-f', '-c', '%T', tmpdir()], { encoding: 'utf8' }).stdout)
    ? test.serial
    : test.serial.skip

onDisk('take, index and mask of few rows read those rows, and leave the advice as it was', (t) => {
  const path = join(folder(t), 'data.bin')
  writeFileSync(path, Buffer.alloc(64 * MIB, 7))
  spawnSync('sync', [path])
  const shape = [64 * 256, 4096]
  const rows = Array.from({ length: 200 }, (_, i) => (i * 7919) % (64 * 256))
  const flags = zeros([64 * 256], { dtype: 'bool' })
  for (const row of rows) flags.set(row, true)
  const element = rows.map((row) => row * 4096 + 5)
  const ways: readonly (readonly [name: string, select: (a: Memmap<'uint8'>) => NDArray])[] = [
    ['take', (a) => a.take(rows, { axis: 0 })],
    ['index', (a) => a.index(rows)],
    ['mask', (a) => a.mask(flags)],
    ['flat take', (a) => a.reshape([64 * MIB]).take(element)],
    [
      'flat mask',
      (a) => {
        const some = zeros([64 * MIB], { dtype: 'bool' })
        for (const one of element) some.set(one, true)
        return a.reshape([64 * MIB]).mask(some)
      },
    ],
  ]
  for (const [name, select] of ways) {
    if (!makeCold(path)) return t.pass('no way to make the file cold')
    const a = memmap(path, { mode: 'r', shape }) as Memmap<'uint8'>
    const before = bytesRead()
    const found = select(a)
    const read = bytesRead() - before
    t.is(found.get(...found.shape.map(() => 0)), 7)
    if (read === 0) return t.pass('the file was in memory')
    // A tile of a mask of elements is read whole.
    const most = name === 'flat mask' ? 200 * 5 * 4096 : 2 * 200 * 4096
    t.true(read <= most + MIB / 4, `${name} read ${read} bytes`)
    t.false(adviceFor(path).includes('rr'), name)
    a.close()
  }
})

linux('a selection puts back the advice that the array had', (t) => {
  const path = hole(t, 16 * MIB)
  const rows = [5, 1000, 3]
  const flags: Record<string, string[]> = { normal: [], sequential: ['sr'], random: ['rr'] }
  for (const access of ['normal', 'sequential', 'random'] as const) {
    const a = memmap(path, { mode: 'r', shape: [4096, 4096], access })
    a.take(rows, { axis: 0 })
    t.deepEqual(
      adviceFor(path).filter((flag) => flag === 'rr' || flag === 'sr'),
      flags[access],
      access,
    )
    a.close()
  }
  const part = memmap(path, { mode: 'r', shape: [4096, 4096] })
  part.slice(0, 100).advise('random')
  part.index(rows)
  t.true(adviceFor(path).includes('rr'), 'advice for a part')
  part.close()
})

/** An array that is large enough for writes past the map, in a file none of which is in memory. */
const absent = (path: string, offset = 0): Memmap<'float32'> =>
  memmap(path, { dtype: 'float32', mode: 'r+', offset, shape: [2 * MIB + 3] })

/** Takes the pages of an array out of memory, as far as the system does so. */
function forget(a: Memmap): void {
  const path = a.filename as string
  a.advise('dontneed')
  spawnSync('sync', [path])
  makeCold(path)
}

const NUMBERS = arange(2 * MIB + 3, { dtype: 'float32' })

const REVERSED = NUMBERS.flip()

/** Returns true while this process has a descriptor of a file open. */
const isOpen = (path: string): boolean =>
  readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false
    }
  })

/** Returns true if an array has the numbers from 0 on, times a factor. */
const counts = (a: NDArray, factor: number): boolean => a.equals(expr`${NUMBERS} * ${factor}`.evaluate())

onDisk('an assignment to a cold file reads its end only', (t) => {
  const path = join(folder(t), 'data.bin')
  writeFileSync(path, Buffer.alloc(64 * MIB, 7))
  spawnSync('sync', [path])
  const source = arange(16 * MIB, { dtype: 'float32' })
  const b = memmap(path, { dtype: 'float32', mode: 'r+' })
  if (!makeCold(path) || b.residency().resident > 0) return t.pass('no way to make the file cold')
  const before = bytesRead()
  b.assign(expr`${source} + 1`)
  // The system reads up to 8 MiB around a page.
  t.true(bytesRead() - before < 20 * MIB, `read ${bytesRead() - before} bytes`)
  t.is(b.get(16 * MIB - 1), 16 * MIB)
  t.true(b.equals(expr`${source} + 1`.evaluate()))
})

linux(
  'assigns to pages that are not in memory, at any offset, cast and in any order, and to no byte beside them',
  (t) => {
    const bytes = 4 * (2 * MIB + 3)
    for (const offset of [0, 4, 129, 4097]) {
      const path = hole(t, offset + bytes + 7)
      const b = absent(path, offset)
      for (const [value, expected] of [
        [expr`${NUMBERS} * 2`, expr`${NUMBERS} * 2`.evaluate()],
        [NUMBERS, NUMBERS],
        [NUMBERS.astype('>i8'), NUMBERS],
        [REVERSED, REVERSED],
        [expr`${REVERSED} > 5`, expr`${REVERSED} > 5`.evaluate()],
      ] as const) {
        forget(b)
        b.assign(value)
        t.true(b.equals(expected))
        t.false(isOpen(path))
      }
      b.assign(NUMBERS)
      b.close()
      const found = readFileSync(path)
      t.true(found.subarray(offset, offset + bytes).equals(Buffer.from(NUMBERS.data.buffer as ArrayBuffer)))
      t.true([...found.subarray(0, offset), ...found.subarray(offset + bytes)].every((byte) => byte === 0))
    }
  },
)

linux('an array in a cold file is read before an assignment overwrites it', (t) => {
  const path = hole(t, 4 * (2 * MIB + 3) + 129)
  const b = absent(path, 129)
  b.assign(NUMBERS)
  for (const [value, expected] of [
    [expr`${b} * 3`, expr`${NUMBERS} * 3`.evaluate()],
    [b.flip(), expr`${REVERSED} * 3`.evaluate()],
  ] as const) {
    forget(b)
    b.assign(value)
    t.true(b.equals(expected))
  }
})

linux('assigns through the map where another file, or none, is at the path', (t) => {
  const path = hole(t, 4 * (2 * MIB + 3))
  const kept = `${path}.kept`
  linkSync(path, kept)
  const b = absent(path)
  rmSync(path)
  b.assign(expr`${NUMBERS} * 2`)
  t.true(counts(b, 2))
  const other = Buffer.alloc(4 * (2 * MIB + 3), 1)
  writeFileSync(path, other)
  b.assign(expr`${NUMBERS} * 3`)
  b.close()
  t.true(readFileSync(path).equals(other))
  renameSync(kept, path)
  t.true(counts(memmap(path, { dtype: 'float32', mode: 'r' }), 3))
})

linux('assigns through the map to mode c, and leaves the file unchanged', (t) => {
  const path = hole(t, 4 * (2 * MIB + 3))
  const b = memmap(path, { dtype: 'float32', mode: 'c' })
  b.assign(expr`${NUMBERS} * 2`)
  t.true(counts(b, 2))
  t.true(readFileSync(path).every((byte) => byte === 0))
})

linux('promises.assign to a cold file reports progress, and holds no descriptor afterwards', async (t) => {
  const path = hole(t, 4 * (2 * MIB + 3))
  const b = absent(path)
  let last = 0
  await b.promises.assign(expr`${NUMBERS} * 2`, undefined, { onProgress: (done) => (last = done) })
  t.is(last, 1)
  t.false(isOpen(path))
  t.true(counts(b, 2))
})

linux('an aborted promises.assign and a closed array write nothing more', async (t) => {
  for (const stop of ['abort', 'close']) {
    const path = hole(t, 128 * MIB)
    const b = memmap(path, { dtype: 'float32', mode: 'r+' })
    const controller = new AbortController()
    const promise = b.promises.assign(expr`${b} + 1`, undefined, { signal: controller.signal })
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (stop === 'abort') controller.abort()
    else b.close()
    const at = stop === 'close' ? readFileSync(path) : null
    await t.throwsAsync(promise, { any: true })
    if (at !== null) t.true(readFileSync(path).equals(at))
    t.false(isOpen(path))
  }
})

linux('assigns to a file beyond the limit on file sizes, where a write would end the process', (t) => {
  const path = hole(t, 16 * MIB)
  const { status, report, output } = child('limits', ['fileSize', path], {
    under: ['prlimit', `--fsize=${MIB}:${MIB}`],
  })
  t.is(status, 0, output)
  t.deepEqual(report, { last: 5 })
})

linux('save of an expression over a cold file gives its elements', (t) => {
  const path = hole(t, 4 * (2 * MIB + 3))
  const b = absent(path)
  b.assign(NUMBERS)
  forget(b)
  save(`${path}.npy`, expr`${b} * 2`)
  t.true(counts(load(`${path}.npy`) as NDArray, 2))
})
