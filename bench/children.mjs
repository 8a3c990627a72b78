/** Child processes with a line protocol: one request, one response. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'

class Asked {
  constructor(command, args, options = {}) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], ...options })
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
  }

  async next() {
    const { value, done } = await this.lines.next()
    if (done) throw new Error(`${this.child.spawnfile} ended before its response`)
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

/** The cargo profile that the binding in `native/` was compiled with. */
export function profile() {
  const binding = readdirSync('native').find((name) => name.endsWith('.node'))
  if (binding === undefined) return 'unknown'
  const bytes = readFileSync(`native/${binding}`)
  // Cargo has a folder for each platform that it was asked for.
  const folders = existsSync('target') ? ['target', ...readdirSync('target').map((name) => `target/${name}`)] : []
  const libraries = ['libmemmap.so', 'libmemmap.dylib', 'memmap.dll']
  const isBuilt = (name) =>
    folders
      .flatMap((folder) => libraries.map((file) => `${folder}/${name}/${file}`))
      .some((path) => existsSync(path) && readFileSync(path).equals(bytes))
  return ['dist', 'release'].find(isBuilt) ?? 'unknown'
}

/** NumPy in a Python process, with one of the scripts in this folder; null without one. */
export async function numpy(script = 'numpy_side.py') {
  const python = process.env['MEMMAP_PYTHON'] ?? '.venv/bin/python'
  if (!existsSync(python)) return null
  const child = new Asked(python, [new URL(script, import.meta.url).pathname])
  const { version, versions } = JSON.parse(await child.next())
  return {
    version,
    /** The versions of the packages beside NumPy, if a script has some. */
    versions,
    ask: async (question) => JSON.parse(await child.ask(JSON.stringify(question))),
    end: () => child.end(),
  }
}

/** The hand-written loops of `--sizes` in a process of Node. */
export async function loops() {
  const script = new URL('sizes/loop-side.mjs', import.meta.url).pathname
  const child = new Asked(process.execPath, ['--expose-gc', script])
  await child.next()
  return { ask: async (question) => JSON.parse(await child.ask(JSON.stringify(question))), end: () => child.end() }
}

/** The limits of the machine, measured in Rust; null if that cannot be built. */
export async function limits() {
  if (process.platform === 'win32' || !built('limits')) return null
  const child = new Asked('target/dist/examples/limits', [])
  const threads = Number(await child.next())
  return { threads, ask: async (...words) => Number(await child.ask(words.join('\t'))), end: () => child.end() }
}

/** The sizes at which threads begin to pay, as the kernels print them; null if they cannot be built. */
export function crossover() {
  if (!built('crossover')) return null
  return spawnSync('target/dist/examples/crossover', [], { encoding: 'utf8' }).stdout.trimEnd()
}

function built(example) {
  const args = ['build', '--quiet', '--profile', 'dist', '-p', 'memmap-kernels', '--example', example]
  return spawnSync('cargo', args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}
