/** The files of the benchmark. */
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { save } from '../dist/index.js'

const folder = mkdtempSync(join(tmpdir(), 'memmap-bench-'))
const shared = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/memmap-bench-') : folder
process.on('exit', () => {
  for (const path of [folder, shared]) rmSync(path, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

/** A float between 1 and 2 in either byte order, and a harmless number in every other dtype. */
const word = (bits) => 0x3f80803f | ((bits & 0x7f) << 16) | (((bits >> 7) & 0x7f) << 8)

/** 16 MiB of such elements. */
function block() {
  const words = new Uint32Array(2 ** 22)
  let state = 0x9e3779b9
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[index] = word(state)
  }
  return words
}

/** A file of this many bytes. Its 16 MiB chunks differ by a counter only. */
export function dataFile(bytes, name = 'data') {
  const path = join(folder, `${name}-${bytes}.bin`)
  const words = block()
  const fd = openSync(path, 'w')
  for (let done = 0; done < bytes; done += words.byteLength) {
    words[7] = word(done / words.byteLength)
    writeSync(fd, words, 0, Math.min(words.byteLength, bytes - done))
  }
  closeSync(fd)
  return path
}

/** A file of zeros to store to, in memory where the system has such files, so that no disk is measured. */
export function scratchFile(bytes, name = 'scratch') {
  const path = join(shared, `${name}-${bytes}.bin`)
  if (!existsSync(path)) {
    const fd = openSync(path, 'w')
    ftruncateSync(fd, bytes)
    writeSync(fd, Buffer.alloc(1), 0, 1, bytes - 1)
    closeSync(fd)
  }
  return path
}

/** Paths of so many `.npy` files of 16 elements each. */
export function smallFiles(count) {
  return Array.from({ length: count }, (_, index) => {
    const path = join(folder, `small-${index}.npy`)
    save(path, new Float32Array(16).fill(1.25))
    return path
  })
}

export function remove(path) {
  rmSync(path, { force: true })
}
