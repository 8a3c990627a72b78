import { mkdirSync, readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { support } from '../lib/index.js'
import { child } from './support/child.js'
import { folder } from './support/files.js'
import { times } from './support/slow.js'

const guarded = support().guard ? test : test.skip
const TRUNCATED = 'ERR_MEMMAP_TRUNCATED'
const USES = {
  fault: TRUNCATED,
  get: TRUNCATED,
  sum: TRUNCATED,
  flush: TRUNCATED,
  // console.log of an array with a fault.
  shown: `memmap(${TRUNCATED})`,
  close: TRUNCATED,
  closed: true,
  after: null,
}

function scenario(t: ExecutionContext, name: string, options = {}): ReturnType<typeof child> {
  return child('faults', [name, join(folder(t), 'data.bin')], options)
}

guarded('a truncated file: get throws ERR_MEMMAP_TRUNCATED with path and sizes, and so does every later use', (t) => {
  const { status, report, output } = scenario(t, 'get')
  t.is(status, 0, output)
  t.like(report, { first: 1, code: TRUNCATED, expected: 1 << 22, actual: 4096, uses: USES })
})

guarded('a truncated file: set throws, and earlier stores stay in the file', (t) => {
  const { status, report, output } = scenario(t, 'set')
  t.is(status, 0, output)
  t.like(report, { code: TRUNCATED, kept: 77, uses: USES })
})

guarded('a truncated file: typed arrays read zeros, and every later use throws', (t) => {
  const { status, report, output } = scenario(t, 'data')
  t.is(status, 0, output)
  t.like(report, { sum: 0, size: 0, uses: USES })
})

guarded('a truncated file throws ERR_MEMMAP_TRUNCATED in modes r, c and r+', (t) => {
  const { status, report, output } = scenario(t, 'every_mode')
  t.is(status, 0, output)
  t.deepEqual(report, [TRUNCATED, TRUNCATED, TRUNCATED])
})

guarded('a truncation inside the last page causes no fault, and a reduction throws all the same', (t) => {
  const { status, report, output } = scenario(t, 'inside_a_page')
  t.is(status, 0, output)
  t.like(report, { last: 0, fault: null, sum: TRUNCATED })
})

guarded('a truncated file: thread-pool work goes on with zeros or reports EFAULT', (t) => {
  const { status, report, output } = scenario(t, 'threads')
  t.is(status, 0, output)
  t.like(report, { packed: 'number', hash: 64, filled: 'filled', fault: TRUNCATED })
})

guarded('a file truncated while a Worker reads it throws there', (t) => {
  const { status, report, output } = scenario(t, 'worker')
  t.is(status, 0, output)
  t.like(report, { code: TRUNCATED })
})

guarded('warns once a mapping, even if only typed arrays are read', (t) => {
  const { status, report, output } = scenario(t, 'warning')
  t.is(status, 0, output)
  t.deepEqual(report, [['MemmapWarning', 'MEMMAP_FAULT']])
})

guarded('marks those of 500 maps of a truncated file that were read', (t) => {
  const { status, report, output } = scenario(t, 'many')
  t.is(status, 0, output)
  t.deepEqual(report, { faults: 167, good: 333, open: 0 })
})

guarded('a file that grows again stays marked', (t) => {
  const { status, report, output } = scenario(t, 'grown_again')
  t.is(status, 0, output)
  t.deepEqual(report, { marked: TRUNCATED.replace('ERR_MEMMAP_TRUNCATED', 'EIO'), again: 0, fault: null })
})

guarded('a SIGBUS outside our mappings ends the process as without the guard', (t) => {
  const { signal } = scenario(t, 'sent_signal')
  t.is(signal, 'SIGBUS')
})

for (const name of ['get', 'set', 'data', 'threads', 'worker']) {
  guarded(`without the guard (MEMMAP_GUARD=off) truncation ends the process: ${name}`, (t) => {
    const { status, signal } = scenario(t, name, { env: { MEMMAP_GUARD: 'off' } })
    t.true(signal === 'SIGBUS' || status === 135, `${status} ${signal}`)
  })
}

guarded('a file truncated during a reduction throws, and never returns a sum', (t) => {
  const { status, report, output } = child('truncate-while', [join(folder(t), 'data.bin'), 'sum', times(40)])
  t.is(status, 0, output)
  const { codes, wrong }: { codes: Record<string, number>; wrong: number } = report
  t.is(wrong, 0)
  t.true((codes[TRUNCATED] ?? 0) > 0, JSON.stringify(codes))
})

guarded('a file truncated during flush throws or flushes, and nothing else', (t) => {
  const { status, report, output } = child('truncate-while', [join(folder(t), 'data.bin'), 'flush', times(40)])
  t.is(status, 0, output)
  const { wrong }: { wrong: number } = report
  t.is(wrong, 0)
})

guarded('a file truncated during an assignment throws, and stays shorter than the array', (t) => {
  const { status, report, output } = child('truncate-while', [join(folder(t), 'data.bin'), 'assign', times(40)])
  t.is(status, 0, output)
  const { codes, wrong }: { codes: Record<string, number>; wrong: number } = report
  t.is(wrong, 0)
  t.true((codes[TRUNCATED] ?? 0) > 0, JSON.stringify(codes))
})

/** A file system of 2 MB; null without the right to mount one. */
function smallDisk(t: ExecutionContext): string | null {
  const at = join(folder(t), 'disk')
  mkdirSync(at)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', at])
  if (status !== 0) return null
  t.teardown(() => spawnSync('umount', ['-l', at]))
  return at
}

for (const how of ['data', 'set', 'fill']) {
  guarded(`a full disk behind a hole: ${how} does not end the process, and earlier stores are in the file`, (t) => {
    const disk = smallDisk(t)
    if (disk === null) return t.pass('skipped: no right to mount a file system')
    const path = join(disk, 'data.bin')
    const { status, report, output } = child('full-disk', [path, how])
    t.is(status, 0, output)
    t.like(report, {
      fault: 'ENOSPC',
      flush: 'ENOSPC',
      close: 'ENOSPC',
      sparseOnly: 'ENOSPC',
      left: false,
      kept: 'old',
      overHole: { memmap: 'ENOSPC', openMemmap: 'ENOSPC', kept: 'old' },
    })
    const { stored }: { stored: number } = report
    const bytes = readFileSync(path)
    let found = 0
    for (let at = 0; at < bytes.length; at += 4096) found += bytes[at] === 9 ? 1 : 0
    t.true(found >= stored && stored > 300, `${found} of ${stored} pages`)
  })
}
