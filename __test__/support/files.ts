import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ExecutionContext } from 'ava'
import { memmap } from '../../lib/index.js'

/** A temporary folder, removed after the test. */
export function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'memmap-'))
  t.teardown(() =>
    process.platform === 'win32' ? removeUnmapped(path) : rmSync(path, { recursive: true, force: true }),
  )
  return path
}

/** Windows removes no mapped file, so arrays that the test left open are collected first. */
async function removeUnmapped(path: string): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 4; round++) {
    try {
      return rmSync(path, { recursive: true, force: true })
    } catch {
      collect()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
}

/** A file with these bytes. */
export function fileOf(t: ExecutionContext, bytes: Uint8Array | string, name = 'data.bin'): string {
  const path = join(folder(t), name)
  writeFileSync(path, bytes)
  return path
}

/** A file of this many bytes, all a hole. */
export function hole(t: ExecutionContext, bytes: number): string {
  const path = fileOf(t, '')
  // Windows allocates the space of a longer file, unless the file is sparse.
  if (process.platform === 'win32') memmap(path, { mode: 'w+', offset: bytes - 1, shape: 1, sparse: true }).close()
  else truncateSync(path, bytes)
  return path
}
