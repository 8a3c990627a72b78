/**
 * Files that are not in memory: what a selection of few elements reads from the disk.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { memmap, zeros } from '../lib/index.js'
import type { Memmap, NDArray } from '../lib/index.js'
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
