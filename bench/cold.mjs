/**
 * Measures what selections of few rows read from the disk, and how long they take, where the file is not in memory (Linux, a file
 * system on a disk, GNU dd).
 *
 *   node bench/cold.mjs [FOLDER]
 */
import { spawnSync } from 'node:child_process'
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { memmap, zeros } from 'memmap'
import { table } from './table.mjs'

const BYTES = 2 ** 30
const ROW = 4096
const COUNT = 4000
const ROUNDS = 3

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'memmap-cold-'))
const path = join(folder, 'data.bin')
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = openSync(path, 'w')
for (let at = 0; at < BYTES; at += 2 ** 24) writeSync(file, Buffer.alloc(2 ** 24, 7))
fsyncSync(file)
closeSync(file)

const rows = Array.from({ length: COUNT }, () => Math.floor((Math.random() * BYTES) / ROW))
const flags = zeros([BYTES / ROW], { dtype: 'bool' })
for (const row of rows) flags.set(row, true)

const bytesRead = () => Number(/^read_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))[1])

function loop(a) {
  let sum = 0
  for (const row of rows) sum += a.get(row, 0)
  return sum
}

const WAYS = [
  ['take', {}, (a) => a.take(rows, { axis: 0 })],
  ['index with a list', {}, (a) => a.index(rows)],
  ['mask', {}, (a) => a.mask(flags)],
  ['get of an element of each row', {}, loop],
  ["get of an element of each row, access: 'random'", { access: 'random' }, loop],
  ['sum of everything', {}, (a) => a.sum()],
  ["sum of everything, access: 'random'", { access: 'random' }, (a) => a.sum()],
  ["sum of everything, access: 'sequential'", { access: 'sequential' }, (a) => a.sum()],
]

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

const found = WAYS.map(([name, options, work]) => {
  const runs = Array.from({ length: ROUNDS }, () => {
    spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0'])
    const a = memmap(path, { mode: 'r', shape: [BYTES / ROW, ROW], ...options })
    const before = bytesRead()
    const start = performance.now()
    work(a)
    const time = performance.now() - start
    a.close()
    return { time, read: bytesRead() - before }
  })
  const read = median(runs.map((run) => run.read)) / 2 ** 20
  return [name, read.toFixed(1), median(runs.map((run) => run.time)).toFixed(0)]
})
console.log(
  `${cpus()[0].model.trim()}, ${process.version}; ${COUNT} rows of 4 KiB are ${(COUNT * ROW) / 2 ** 20} MiB\n`,
)
console.log(table(['of a cold file of 1 GiB', 'read, MiB', 'ms'], found))
