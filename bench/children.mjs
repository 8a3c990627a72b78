/** Processes that are asked by lines and answer by lines, one at a time. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

class Asked {
  constructor(command, args, options = {}) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], ...options })
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
  }

  async next() {
    const { value, done } = await this.lines.next()
    if (done) throw new Error(`${this.child.spawnfile} ended before it answered`)
    return value
  }

  async ask(line) {
    this.child.stdin.write(`${line}\n`)
    return this.next()
  }

  end() {
    this.child.stdin.end()
  }
}

/** NumPy in a Python; null where there is none. */
export async function numpy() {
  const python = process.env['MEMMAP_PYTHON'] ?? '.venv/bin/python'
  if (!existsSync(python)) return null
  const child = new Asked(python, [new URL('numpy_side.py', import.meta.url).pathname])
  const { version } = JSON.parse(await child.next())
  return {
    version,
    ask: async (question) => JSON.parse(await child.ask(JSON.stringify(question))),
    end: () => child.end(),
  }
}

/** What the machine can do at best; null where it cannot be built. */
export async function limits() {
  if (process.platform === 'win32' || !built('limits')) return null
  const child = new Asked('target/release/examples/limits', [])
  const threads = Number(await child.next())
  return { threads, ask: async (...words) => Number(await child.ask(words.join('\t'))), end: () => child.end() }
}

/** What the kernels print about the size at which threads begin to pay; null where they cannot be built. */
export function crossover() {
  if (!built('crossover')) return null
  return spawnSync('target/release/examples/crossover', [], { encoding: 'utf8' }).stdout.trimEnd()
}

function built(example) {
  const args = ['build', '--quiet', '--release', '-p', 'memmap-kernels', '--example', example]
  return spawnSync('cargo', args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}
