// Runs several commands in one process, which is faster: `[folder, [args, ...]]`. Reports code, out and err of each.
import { run } from '../../dist/cli/run.js'

const [at, lines] = process.argv.slice(2).map((arg) => JSON.parse(arg))
process.chdir(at)

const ended = []
for (const args of lines) {
  const said = { out: '', err: '' }
  const real = { out: process.stdout.write, err: process.stderr.write }
  process.stdout.write = (text) => (said.out += text)
  process.stderr.write = (text) => (said.err += text)
  const code = await run(args)
  process.stdout.write = real.out
  process.stderr.write = real.err
  ended.push({ code, ...said })
}
console.log(`REPORT ${JSON.stringify(ended)}`)
