/**
 * Runs commands as steps of a check, reads the counts of tests from their output, and sums them.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'

/** Reads `[passed, failed, skipped]` from each kind of output. */
const COUNTS = {
  /** A command that counts as one test: its exit status. */
  status: (_, ok) => (ok ? [1, 0, 0] : [0, 1, 0]),
  /** ava with `--tap`. */
  tap: (text) =>
    ['pass', 'fail', 'skip'].map((word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)),
  /** Lines of `ok NAME` and `not ok NAME`. */
  lines: (text) => [/^ok /gm, /^not ok /gm, /^skip /gm].map((pattern) => text.match(pattern)?.length ?? 0),
  /** cargo test: one line for each test binary. */
  cargo: (text) => {
    const all = [...text.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm)]
    return [1, 2, 3].map((group) => all.reduce((sum, match) => sum + Number(match[group]), 0))
  },
}

/** The sums of all steps so far. */
export class Steps {
  passed = 0
  failed = 0
  skipped = 0

  /**
   * Runs one command, prints its counts on one line, and its output if it failed.
   * @param name for the line
   * @param kind of output: a key of `COUNTS`
   * @returns whether it succeeded
   */
  async run(name, kind, command, args, options = {}) {
    const start = performance.now()
    const { status, text } = await output(command, args, options)
    const ok = status === 0
    let [passed, failed, skipped] = COUNTS[kind](text, ok)
    // A step that exits with an error, or ran nothing, is a failure whatever it printed.
    if ((!ok && failed === 0) || (ok && passed === 0)) failed++
    this.passed += passed
    this.failed += failed
    this.skipped += skipped
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    const note = skipped > 0 ? `, ${skipped} skipped` : ''
    console.log(
      `${failed > 0 ? 'FAIL' : 'ok  '}  ${name.padEnd(44)} ${passed} passed, ${failed} failed${note}  (${seconds} s)`,
    )
    if (failed > 0) console.log(indented(tail(text, kind)))
    return failed === 0
  }

  /** The last line of a check, and its exit status. */
  end() {
    if (this.skipped > 0) console.log(`${this.skipped} skipped`)
    console.log(`${this.passed} passed, ${this.failed} failed`)
    process.exitCode = this.failed > 0 ? 1 : 0
  }
}

async function output(command, args, options) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  const pieces = []
  child.stdout.on('data', (piece) => pieces.push(piece))
  child.stderr.on('data', (piece) => pieces.push(piece))
  try {
    const [status] = await once(child, 'close')
    return { status, text: Buffer.concat(pieces).toString() }
  } catch (error) {
    return { status: 1, text: String(error) }
  }
}

/** The output without the tests that passed. */
function tail(text, kind) {
  const lines = text.split('\n').filter((line) => kind !== 'tap' || !line.startsWith('ok '))
  return lines.slice(-200).join('\n')
}

function indented(text) {
  return text.replaceAll(/^/gm, '      ')
}
