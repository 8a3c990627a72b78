/**
 * AddressSanitizer over the binding inside Node, and Miri over the crates that know no Node. Needs gcc's libasan; a nightly Rust
 * with Miri is added by rustup.
 *
 *   npm run test:sanitize
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runtimes } from './runtimes.mjs'
import { Steps } from './steps.mjs'

const TARGET = 'x86_64-unknown-linux-gnu'
const steps = new Steps()
await steps.run('a nightly Rust', 'status', 'rustup', [
  'toolchain',
  'install',
  'nightly',
  '--profile=minimal',
  '--component=miri,rust-src',
])
const folder = mkdtempSync(join(tmpdir(), 'memmap-asan-'))

const built = await steps.run(
  'build with AddressSanitizer',
  'status',
  'cargo',
  ['+nightly', 'build', '--target', TARGET, '--target-dir', 'target/asan'],
  {
    env: { ...process.env, RUSTFLAGS: '-Zsanitizer=address' },
  },
)
if (built) {
  // Node loads a library by its extension.
  const library = join(folder, 'memmap.node')
  copyFileSync(join('target/asan', TARGET, 'debug/libmemmap.so'), library)
  const env = {
    ...process.env,
    LD_PRELOAD: execFileSync('realpath', [execFileSync('gcc', ['-print-file-name=libasan.so']).toString().trim()])
      .toString()
      .trim(),
    // The guard needs the signals, and leaks of V8 are not ours.
    ASAN_OPTIONS: 'detect_leaks=0:handle_segv=0:handle_sigbus=0:allow_user_segv_handler=1',
    MEMMAP_NATIVE_PATH: library,
  }
  const scenarios = {
    faults: ['get', 'set', 'data', 'threads', 'worker', 'many', 'grown_again'],
    release: [
      'randomFill',
      'fileWork',
      'transfer',
      'workerGivesAway',
      'workersEnd',
      'views',
      'finalizer',
      'twice',
      'exitWithOpen',
    ],
  }
  for (const { name, kind, path } of runtimes()) {
    if (kind !== 'node') continue
    await steps.run(`${name}: the whole path`, 'lines', path, ['__test__/runtimes/smoke.mjs'], { env })
    for (const [script, all] of Object.entries(scenarios)) {
      for (const scenario of all) {
        if (name.startsWith('Node 20') && /transfer|GivesAway/.test(scenario)) continue
        const args = [
          '--expose-gc',
          `__test__/children/${script}.mjs`,
          JSON.stringify(scenario),
          JSON.stringify(join(folder, 'data.bin')),
        ]
        await steps.run(`${name}: ${scenario}`, 'status', path, args, { env })
      }
    }
  }
}
await steps.run(
  'Miri over the kernels and the core',
  'cargo',
  'cargo',
  // Miri knows no inline assembly, with which libm takes square roots.
  [
    '+nightly',
    'miri',
    'test',
    '-p',
    'memmap-kernels',
    '-p',
    'memmap-core',
    '--features',
    'libm/force-soft-floats',
    '--lib',
  ],
  {
    env: { ...process.env, MIRIFLAGS: '-Zmiri-disable-isolation', CARGO_TARGET_DIR: 'target/miri' },
  },
)
rmSync(folder, { recursive: true, force: true })
steps.end()
