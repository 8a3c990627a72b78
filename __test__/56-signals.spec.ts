import { cpSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { support } from '../lib/index.js'
import { child } from './support/child.js'
import type { Outcome } from './support/child.js'
import { folder } from './support/files.js'
import { linux64 } from './support/platform.js'

const ROOT = join(import.meta.dirname, '../../..')
const TRUNCATED = 'ERR_MEMMAP_TRUNCATED'
const signals = support().guard && spawnSync('cc', ['--version']).status === 0 ? linux64 : test.skip

/** The ways of an addon to handle a signal; see `children/signals.c`. */
const ADDONS: Record<string, string> = {
  c: 'chains to the handler before it',
  r: 'puts the handler before it back and returns',
  d: 'takes the default action',
  o: 'installs a handler for one signal (SA_RESETHAND)',
  n: 'returns',
}

/** Runs steps in a process of their own; see `children/signals.mjs`. */
function run(t: ExecutionContext, steps: readonly string[], options: { limited?: boolean } = {}): Outcome {
  const at = folder(t)
  if (steps.some((step) => step.endsWith('B'))) {
    for (const part of ['dist', 'native', 'package.json'])
      cpSync(join(ROOT, part), join(at, 'copy', part), { recursive: true })
  }
  const modes = steps.flatMap((step) => /^addon (\w)$/.exec(step)?.[1] ?? [])
  if (steps.some((step) => step.startsWith('fault'))) modes.push('-')
  for (const mode of modes) {
    const source = join(ROOT, '__test__/children/signals.c')
    const target = join(at, `addon-${mode}.node`)
    const built = spawnSync('cc', ['-shared', '-fPIC', '-w', `-DMODE='${mode}'`, '-o', target, source], {
      encoding: 'utf8',
    })
    t.is(built.status, 0, built.stderr)
  }
  // A circle of handlers is found by its time, far below that of other children.
  const under = ['timeout', '-s', 'KILL', '60', ...(options.limited ? ['prlimit', '--data=4000000000'] : [])]
  return child('signals', [at, steps], { under })
}

const lives = (title: string, steps: readonly string[], expected: readonly unknown[], options = {}): void =>
  signals(`${title}: ${steps.join(', ')}`, (t) => {
    const { status, signal, report, output } = run(t, steps, options)
    t.is(status, 0, `${signal} ${output}`)
    t.deepEqual(report, expected as never, output)
  })

/** `timeout` ends with 128 and the signal's number, or by the signal. */
const NUMBERS: Record<string, number> = { SIGBUS: 135, SIGSEGV: 139 }

const dies = (
  title: string,
  by: string,
  steps: readonly string[],
  expected: readonly unknown[] | null = null,
  options = {},
): void =>
  signals(`${title}: ${steps.join(', ')}`, (t) => {
    const { status, signal, report, output } = run(t, steps, options)
    t.deepEqual(report, expected as never, output)
    t.true(signal === by || status === NUMBERS[by], `${status} ${signal} ${output}`)
  })

for (const steps of [
  ['A', 'B', 'A'],
  ['B', 'A', 'B', 'A', 'B'],
]) {
  dies('a signal that is sent ends two copies of the package', 'SIGBUS', [...steps, 'kill SIGBUS'])
  dies('a fault elsewhere ends two copies of the package', 'SIGBUS', [...steps, 'fault bus'])
}
lives(
  'two copies each handle their faults',
  ['B', 'A', 'B', 'A', 'cutOldA', 'cutOldB', 'cutA', 'cutB'],
  Array.from({ length: 4 }, () => [0, TRUNCATED]).flat(),
)

for (const mode of Object.keys(ADDONS)) {
  for (const steps of [
    ['A', `addon ${mode}`, 'A'],
    [`addon ${mode}`, 'A'],
    ['A', 'B', `addon ${mode}`, 'A', 'B'],
  ]) {
    const title = `beside an addon that ${ADDONS[mode]}, the guard works and a fault elsewhere ends the process`
    dies(title, 'SIGBUS', [...steps, 'cutOldA', 'report', 'fault bus'], [0, TRUNCATED])
  }
}

for (const steps of [
  ['A', 'on SIGBUS', 'cutA'],
  ['A', 'on SIGBUS', 'off SIGBUS', 'cutA'],
  ['on SIGBUS', 'A', 'off SIGBUS', 'cutA'],
  ['A', 'B', 'on SIGBUS', 'A', 'off SIGBUS', 'on SIGBUS', 'cutOldA'],
]) {
  lives('listeners for SIGBUS leave the guard in place', steps, [0, TRUNCATED])
}
lives('a listener hears a signal that is sent', ['A', 'on SIGBUS', 'A', 'kill SIGBUS'], ['SIGBUS'])
dies('without a listener left a signal ends the process', 'SIGBUS', ['on SIGBUS', 'A', 'off SIGBUS', 'kill SIGBUS'])
dies('a fault elsewhere ends the process in spite of a listener', 'SIGBUS', ['A', 'on SIGBUS', 'fault bus'])
dies(
  'a Worker that ends leaves the guard in place',
  'SIGBUS',
  ['worker', 'A', 'worker', 'cutA', 'report', 'fault bus'],
  [0, TRUNCATED],
)

const limited = { limited: true }
lives(
  'a trap of WebAssembly is an error beside two copies',
  ['largeA', 'largeB', 'largeA', 'trap', 'storeA', 'storeB'],
  ['RuntimeError', 7, 7],
  limited,
)
lives(
  'a trap of WebAssembly is an error beside an addon',
  ['largeA', 'addon r', 'largeA', 'trap'],
  ['RuntimeError'],
  limited,
)
lives(
  'a trap of WebAssembly is an error after listeners',
  ['largeA', 'on SIGSEGV', 'off SIGSEGV', 'trap', 'storeA'],
  ['RuntimeError', 7],
  limited,
)
dies('a SIGSEGV elsewhere ends two copies', 'SIGSEGV', ['largeA', 'largeB', 'largeA', 'fault segv'], null, limited)

test('a second evaluation of the library adds no listener to process', async (t) => {
  const count = (): number[] => ['newListener', 'removeListener'].map((event) => process.listenerCount(event))
  const before = count()
  await import(`../lib/native/native.js?${Date.now()}`)
  t.deepEqual(count(), before)
})
