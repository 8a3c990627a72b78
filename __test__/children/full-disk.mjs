// Stores to a map with holes until the disk is full, and beyond.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { args, memmap, report } from './common.mjs'

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

// Without holes the disk is found full at open: no file is left behind, and no old one is changed.
const sparseOnly = codeOf(() => memmap(path, { mode: 'w+', shape: BYTES }))
const left = existsSync(path)
writeFileSync(path, 'old')
codeOf(() => memmap(path, { mode: 'w+', shape: BYTES }))
codeOf(() => memmap(path, { mode: 'r+', shape: BYTES }))
const kept = readFileSync(path, 'utf8')
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
// The disk's last page may have been given to the page that faulted.
const stored = (statSync(path).blocks * 512) / 4096 - 1
report({ fault, flush, close, sparseOnly, left, kept, stored })
