/**
 * Measures work on files that are not in memory (Linux, a file system on a disk, GNU dd): what selections of few rows read from the
 * disk, and how long it takes to compute one file of another beside `dd`, where both are three times larger than a memory limit. The
 * second part needs a control group that this process may write to, and is skipped without one.
 *
 *   node bench/cold.mjs [FOLDER]
 */
import { spawnSync } from 'node:child_process'
import { closeSync, copyFileSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { memmap, zeros } from 'memmap'
import { memoryLimit } from './memory-limit.mjs'
import { table } from './table.mjs'

const BYTES = 2 ** 30
const ROW = 4096
const COUNT = 4000
const ROUNDS = 3

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'memmap-cold-'))
const path = join(folder, 'data.bin')
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
writeFile(path, BYTES)

function writeFile(to, bytes) {
  const file = openSync(to, 'w')
  for (let at = 0; at < bytes; at += 2 ** 24) writeSync(file, Buffer.alloc(2 ** 24, 7))
  fsyncSync(file)
  closeSync(file)
}

/** Takes a file out of the page cache. */
function makeCold(of) {
  spawnSync('sync', [of])
  spawnSync('dd', [`if=${of}`, 'iflag=nocache', 'count=0'])
}

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
    makeCold(path)
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

const LIMIT = 512 * 2 ** 20
const STREAM = new URL('stream.mjs', import.meta.url).pathname

/** Milliseconds, and MiB that were in memory at most, of one file computed of another under the limit. */
function stream(limit, how, [from, to]) {
  const isNew = how === 'save' || how === 'dd to a new file'
  if (isNew) rmSync(to, { force: true })
  else makeCold(to)
  makeCold(from)
  const isDd = how.startsWith('dd')
  const flags = isNew ? 'conv=fsync' : 'conv=notrunc,fsync'
  const command = isDd ? ['dd', `if=${from}`, `of=${to}`, 'bs=1M', flags] : [process.execPath, STREAM, how, from, to]
  const [first, ...rest] = limit.under(command)
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(first, rest, { encoding: 'utf8' })
  const time = performance.now() - start
  if (status !== 0) throw new Error(`${how}: ${stderr}`)
  return isDd ? { time } : JSON.parse(stdout)
}

function larger(limit) {
  const [from, to, saved] = ['from.bin', 'to.bin', 'saved.npy'].map((name) => join(folder, name))
  writeFile(from, 3 * LIMIT)
  copyFileSync(from, to)
  const WAYS = [
    ['dd', to],
    ['assign', to],
    ['copy', to],
    ['dd to a new file', saved],
    ['save', saved],
  ]
  const rounds = Array.from({ length: 5 }, () => WAYS.map(([how, target]) => stream(limit, how, [from, target])))
  const times = WAYS.map((_, way) => median(rounds.map((round) => round[way].time)))
  const peaks = WAYS.map((_, way) => median(rounds.map((round) => round[way].peak)))
  const row = (name, way, dd) => [
    name,
    times[way].toFixed(0),
    times[dd].toFixed(0),
    // The median is that of the rates of the rounds, because the disk of a shared machine is faster at one time than at another.
    `${(100 * median(rounds.map((round) => round[dd].time / round[way].time))).toFixed(0)} %`,
    peaks[way].toFixed(0),
  ]
  return [
    row('out.assign(expr`(${a} - m) / s`), flush', 1, 0),
    row('out.assign(a), flush', 2, 0),
    row('save(path, expr`(${a} - m) / s`)', 4, 3),
  ]
}

const limit = memoryLimit(LIMIT)
if (limit === null) console.log('\nLarger than memory: skipped, because this process may set no memory limit')
else {
  const rows = larger(limit)
  limit.end()
  console.log(`\n${table(['1.5 GiB, 512 MiB of memory', 'ms', 'dd, ms', 'rate of dd', 'peak resident, MiB'], rows)}`)
}
