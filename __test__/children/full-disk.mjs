// Stores to a map with holes until after the disk is full.
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { args, memmap, openMemmap, report } from './common.mjs'

const [path, how] = args
const BYTES = 1 << 24
const codeOf = (work) => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error.code
  }
}

// Without holes open throws: no file is left behind, and no old one is changed.
const sparseOnly = codeOf(() => memmap(path, { mode: 'w+', shape: BYTES }))
const left = existsSync(path)
writeFileSync(path, 'old')
codeOf(() => memmap(path, { mode: 'w+', shape: BYTES }))
codeOf(() => memmap(path, { mode: 'r+', shape: BYTES }))
const kept = readFileSync(path, 'utf8')
rmSync(path)

// An old file with a hole at its start is not cleared where the hole cannot be allocated.
const holed = openSync(path, 'w')
writeSync(holed, 'old', 1 << 16)
closeSync(holed)
const filler = `${path}.filler`
codeOf(() => writeFileSync(filler, Buffer.alloc(1 << 22)))
const overHole = {
  memmap: codeOf(() => memmap(path, { mode: 'w+', shape: (1 << 16) + 3 })),
  openMemmap: codeOf(() => openMemmap(path, { mode: 'w+', shape: 1 << 16, sparse: true })),
  kept: readFileSync(path, 'utf8').slice(1 << 16),
}
rmSync(filler)
rmSync(path)

const a = memmap(path, { mode: 'w+', shape: BYTES, sparse: true })
if (how === 'data') {
  const { data } = a
  for (let at = 0; at < BYTES; at += 4096) data[at] = 9
} else if (how === 'set') {
  codeOf(() => {
    for (let at = 0; at < BYTES; at += 4096) a.set(at, 9)
  })
} else {
  codeOf(() => a.fill(9))
}
const { fault } = a
const flush = codeOf(() => a.flush())
const close = codeOf(() => a.close())
// The disk's last pages may have been given to the pages that faulted, one in each thread.
const stored = (statSync(path).blocks * 512) / 4096 - availableParallelism()
report({ fault, flush, close, sparseOnly, left, kept, overHole, stored })
