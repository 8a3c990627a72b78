/**
 * From a fresh clone to a first result: compiles the binding and the library, says how long that takes, and runs
 * examples/first-steps.mjs. Leaves out what only users of types need (`npm run build` has it). `npm start`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { compileLibrary } from './compile.mjs'

/** Processor time of a first build in the profile `release`, in minutes: measured on two cores of a virtual machine. */
const FIRST_BUILD = 1.7
/** How often a line tells that cargo still works, where no terminal shows its progress bar; in seconds. */
const HEARTBEAT = 15

const start = performance.now()
const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`

const cores = availableParallelism()
console.log(
  existsSync('target/release')
    ? 'Compiling what changed of the Rust core.'
    : `Compiling the Rust core and the crates it needs: about ${minutes(FIRST_BUILD / Math.min(cores, 4))} on ${cores} cores, ` +
        'this first time only.',
)
await compileLibrary()
await run('npm', ['run', '--silent', 'build:native', '--', '--release'], 'compiling')
console.log(`Compiled in ${seconds()}. Running examples/first-steps.mjs:\n`)
await run(process.execPath, ['examples/first-steps.mjs'])

/** Runs a command that shows what it does; ends this process where it fails. */
async function run(command, args, doing) {
  const child = spawn(command, args, { stdio: 'inherit', shell: process.platform === 'win32' && command === 'npm' })
  // In a terminal cargo draws a bar with the crates that it compiles; elsewhere it prints a line as each begins, and nothing else.
  const beat =
    doing !== undefined && !process.stderr.isTTY
      ? setInterval(() => console.error(`    still ${doing}, ${seconds()}`), HEARTBEAT * 1000)
      : undefined
  const [status] = await once(child, 'close')
  clearInterval(beat)
  if (status !== 0) process.exit(status ?? 1)
}

function minutes(count) {
  const halves = Math.max(1, Math.round(2 * count))
  return halves === 1 ? 'half a minute' : halves === 2 ? 'a minute' : `${halves / 2} minutes`
}
