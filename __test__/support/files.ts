import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'

/** A folder of its own for a test, removed with it. */
export function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'memmap-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A file with these bytes. */
export function fileOf(t: ExecutionContext, bytes: Uint8Array | string, name = 'data.bin'): string {
  const path = join(folder(t), name)
  writeFileSync(path, bytes)
  return path
}

/** A file of so many bytes, all of them a hole. */
export function hole(t: ExecutionContext, bytes: number): string {
  const path = fileOf(t, '')
  truncateSync(path, bytes)
  return path
}
