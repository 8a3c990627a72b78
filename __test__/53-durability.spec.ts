import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { MemmapError, memmap } from '../lib/index.js'
import { child } from './support/child.js'
import { fileOf } from './support/files.js'
import { linux, posix } from './support/platform.js'

for (const how of ['exit', 'close', 'nothing more', 'kill']) {
  test(`stores are in the file without flush when the process ends by ${how}`, (t) => {
    const path = fileOf(t, Buffer.alloc(16384))
    const { status, signal } = child('durable', [path, how])
    // Windows has no signals: a killed process ends with status 1.
    if (how === 'kill' && process.platform !== 'win32') t.is(signal, 'SIGKILL')
    else t.is(status, how === 'kill' ? 1 : 0)
    const bytes = readFileSync(path)
    t.deepEqual([bytes[0], bytes[5000], bytes[8192], bytes[8199], bytes[8200]], [1, 2, 3, 3, 0])
  })
}

/** The system calls that write back, in order; null without strace. */
function traced(t: ExecutionContext, how: string): string[] | null {
  if (spawnSync('strace', ['-V']).error) return null
  const path = fileOf(t, Buffer.alloc(16384))
  const log = join(path, '..', 'trace')
  const { status, output } = child('durable', [path, how], {
    under: ['strace', '-f', '-o', log, '-e', 'trace=msync,fsync,fdatasync,sync_file_range'],
  })
  t.is(status, 0, output)
  if (!existsSync(log)) return null
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => /(msync|fsync|fdatasync|sync_file_range)\((.*)\)\s+=/.exec(line)?.slice(1, 3).join(' ') ?? [])
}

for (const [how, expected] of [
  ['flush', [/^msync 0x\w+, 16384, MS_SYNC$/]],
  ['flush view', [/^msync 0x\w+, 8, MS_SYNC$/]],
  ['durable', [/^msync 0x\w+, 16384, MS_SYNC$/, /^fsync \d+$/]],
  // The file, its folder once, then the file alone.
  ['created', [/^msync/, /^fsync \d+$/, /^fsync \d+$/, /^msync/, /^fsync \d+$/]],
  ['created and opened again', [/^msync/, /^fsync \d+$/, /^fsync \d+$/]],
  ['read-only', []],
  ['close', []],
] as const) {
  linux(`${how} makes the expected system calls`, (t) => {
    const calls = traced(t, how)
    if (calls === null) return t.pass('skipped: no strace')
    t.is(calls.length, expected.length, calls.join('; '))
    expected.forEach((pattern, index) => t.regex(calls[index] as string, pattern))
  })
}

test('flush rejects unknown options', (t) => {
  const array = memmap(fileOf(t, Buffer.alloc(100)))
  for (const options of [5, 'durable', null, [true], { durably: true }, { durable: 1 }, { durable: 'yes' }]) {
    t.throws(() => array.flush(options as never), { instanceOf: MemmapError, code: 'ERR_MEMMAP_ARGUMENT' })
  }
  array.close()
})

test('durable opens the path again, and throws if another file is there', (t) => {
  const path = fileOf(t, Buffer.alloc(100))
  const array = memmap(path)
  array.flush({ durable: true })
  renameSync(path, `${path}.old`)
  t.throws(() => array.flush({ durable: true }), { code: 'ENOENT' })
  writeFileSync(path, Buffer.alloc(100))
  t.throws(() => array.flush({ durable: true }), { code: 'ERR_MEMMAP_UNSUPPORTED' })
  // The pages were written back all the same.
  array.set(0, 9)
  array.flush()
  t.is(readFileSync(`${path}.old`)[0], 9)
  array.close()
})

posix('a removed file takes stores and flush() until close()', (t) => {
  const path = fileOf(t, Buffer.alloc(100))
  const array = memmap(path)
  rmSync(path)
  array.set(1, 9)
  array.flush()
  t.is(array.get(1), 9)
  t.throws(() => array.flush({ durable: true }), { code: 'ENOENT' })
  array.close()
})
