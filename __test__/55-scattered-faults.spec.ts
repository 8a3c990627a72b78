import { mkdirSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { support } from '../lib/index.js'
import { child } from './support/child.js'
import { folder } from './support/files.js'
import { linux64 } from './support/platform.js'

// The system limits the areas of addresses of a process, of which each page that differs from its neighbours takes two.
const scattered = support().guard ? linux64 : test.skip
const TRUNCATED = 'ERR_MEMMAP_TRUNCATED'
/** More than a process has without faults, and far below the 65,530 of Linux. */
const FEW_AREAS = 10_000

type Report = Record<string, unknown> & { readonly areas: number }

function run(t: ExecutionContext, args: readonly unknown[], path = join(folder(t), 'data.bin')): Report {
  const [scenario, ...rest] = args
  const { status, signal, report, output } = child('scattered', [scenario, path, ...rest])
  t.is(status, 0, `${signal} ${output}`)
  return report
}

for (const args of [['random'], ['forwards', 33_001], ['backwards', 40_000]]) {
  scattered(`reads ${args.join(' ')} missing pages through data, and V8 gets its memory`, (t) => {
    const report = run(t, args)
    t.like(report, { sum: 0, fault: TRUNCATED, allocated: 800 })
    t.true(report.areas < FEW_AREAS, String(report.areas))
  })
}

for (const args of [['take', 40_000], ['sum']]) {
  scattered(`${args.join(' ')} over missing pages throws, and V8 gets its memory`, (t) => {
    const report = run(t, args)
    t.like(report, { code: TRUNCATED, fault: TRUNCATED, allocated: 800 })
    t.true(report.areas < FEW_AREAS, String(report.areas))
  })
}

scattered('stores to 40,000 pages of a full disk: those before are in the file, and V8 gets its memory', (t) => {
  const at = join(folder(t), 'disk')
  mkdirSync(at)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', at]).status !== 0) return t.pass('skipped: no right')
  t.teardown(() => spawnSync('umount', ['-l', at]))
  const report = run(t, ['stores', 40_000], join(at, 'data.bin'))
  t.like(report, { fault: 'ENOSPC', code: 'ENOSPC', allocated: 800 })
  t.true((report['stored'] as number) > 400, String(report['stored']))
  t.true(report.areas < FEW_AREAS, String(report.areas))
})

scattered('300 missing pages in each of 120 mappings at once', (t) => {
  const report = run(t, ['many_mappings', 120])
  t.like(report, { sum: 0, faults: 120, allocated: 800 })
  t.true(report.areas < FEW_AREAS, String(report.areas))
})

scattered('four missing pages in each of 9,000 mappings: the process has a limit too', (t) => {
  const report = run(t, ['few_each', 9_000])
  t.like(report, { sum: 0, faults: 9_000, allocated: 800 })
  // The mappings themselves, and what the guard may add.
  t.true(report.areas < 9_000 + FEW_AREAS, String(report.areas))
})

scattered('threads that fault in one mapping at once read zeros', (t) => {
  const report = run(t, ['workers'])
  t.like(report, { ends: [0, 0, 0], fault: TRUNCATED, allocated: 800 })
})

scattered('what is left of a truncated file is still read and stored to', (t) => {
  const report = run(t, ['head'])
  t.like(report, { sum: 0, fault: TRUNCATED, seen: [7, 9], file: [2 ** 25, 7, 9] })
  t.true(report.areas < FEW_AREAS, String(report.areas))
})

scattered('40,000 stores to pages that get their memory late are kept', (t) => {
  const report = run(t, ['lazy', 'every', 40_000])
  t.like(report, { fault: null, right: 40_000, code: 'none', closed: 'none', allocated: 800 })
  t.true(report.areas < FEW_AREAS, String(report.areas))
})

scattered('stores to more pages than there is memory for throw ENOMEM, and the process goes on', (t) => {
  const report = run(t, ['lazy', 'random', 100_000])
  t.like(report, { fault: 'ENOMEM', code: 'ENOMEM', closed: 'ENOMEM', allocated: 800 })
  t.true(report.areas < FEW_AREAS, String(report.areas))
})
