// Stores and ends in the given way, or flushes for a trace of the system calls.
import { args, memmap } from './common.mjs'

const [path, how] = args
const a = memmap(path, { mode: 'r+' })
a.set(0, 1)
a.data[5000] = 2
const row = a.slice(8192, 8200)
row.fill(3)
if (how === 'flush') a.flush()
if (how === 'flush view') row.flush()
if (how === 'durable') a.flush({ durable: true })
if (how === 'close') a.close()
if (how === 'read-only') {
  const r = memmap(path, { mode: 'r' })
  r.flush({ durable: true })
  r.close()
}
if (how.startsWith('created')) {
  let b = memmap(`${path}.new`, { mode: 'w+', shape: 8 })
  if (how === 'created') b.flush({ durable: true })
  else {
    b.close()
    b = memmap(`${path}.new`, { mode: 'r+' })
  }
  b.flush({ durable: true })
}
if (how === 'kill') process.kill(process.pid, 'SIGKILL')
if (how === 'exit') process.exit(0)
