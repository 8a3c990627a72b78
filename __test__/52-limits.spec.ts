import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { MemmapError, memmap } from '../lib/index.js'
import { child } from './support/child.js'
import { COMMAND } from './support/cli.js'
import { folder, hole } from './support/files.js'
import { NODE } from './support/node.js'
import { linux, linux64 } from './support/platform.js'

const root = process.platform === 'linux' && process.getuid?.() === 0 ? test : test.skip

linux('maps keep no descriptor, and opening throws EMFILE when none is left', (t) => {
  const { status, report, output } = child('limits', ['descriptors', join(folder(t), 'data.bin')], {
    under: ['prlimit', '--nofile=256:256'],
  })
  t.is(status, 0, output)
  t.deepEqual(report, { kept: 0, last: 'EMFILE', refused: 'EMFILE', again: 'none', reads: 120 })
})

linux64('opening throws ENOMEM without address space, and changes no file', (t) => {
  const { status, report, output } = child('limits', ['addresses', join(folder(t), 'data.bin')], {
    under: ['prlimit', `--as=${2 ** 41}:${2 ** 41}`],
  })
  t.is(status, 0, output)
  t.deepEqual(report, { codes: Array(4).fill('ENOMEM'), left: true, created: 'ENOMEM', exists: false, small: 'none' })
})

linux64('operations throw where memory for what they keep is short, and the process goes on', (t) => {
  const { status, report, output } = child('limits', ['memory', join(folder(t), 'data.bin')])
  t.is(status, 0, output)
  const { codes, sum } = report as { codes: string[]; sum: number }
  t.is(sum, 2 ** 23)
  for (const code of codes) t.true(['none', 'ENOMEM', 'ERR_MEMMAP_TOO_LARGE'].includes(code), codes.join())
  t.true(codes.includes('ENOMEM') || codes.includes('ERR_MEMMAP_TOO_LARGE'), codes.join())
})

linux('throws ENOMEM past the limit on mappings, and open ones go on', (t) => {
  const { status, report, output } = child('limits', ['mappings', join(folder(t), 'data.bin')])
  t.is(status, 0, output)
  const result: Record<string, unknown> = report
  t.like(result, { code: 'ENOMEM', sum: 7, mapped: 0, after: 'none' })
  t.true((result['opened'] as number) > 10_000, String(result['opened']))
})

linux64('modes r and c open where no private memory can be reserved, and take stores', (t) => {
  const { status, report, output } = child('limits', ['privatePages', join(folder(t), 'data.bin')])
  t.is(status, 0, output)
  t.deepEqual(report, { seen: [9, 3, 9, 5, 6, 4, 3], file: [3, 3, 3, 3], faults: [null, null] })
})

root('throws EACCES without permission', (t) => {
  const at = folder(t)
  chmodSync(at, 0o755)
  writeFileSync(join(at, 'unreadable'), 'abcd')
  writeFileSync(join(at, 'read-only'), 'abcd')
  chmodSync(join(at, 'unreadable'), 0o000)
  chmodSync(join(at, 'read-only'), 0o444)
  const { status, report, output } = child('limits', ['permissions', at])
  t.is(status, 0, output)
  t.deepEqual(report, {
    unreadable: 'EACCES',
    readOnly: ['none', 'none', 'EACCES', 'EACCES'],
    folder: 'EACCES',
    content: 'abcd',
  })
})

linux('rejects pipes, sockets, devices, folders and /proc without waiting', async (t) => {
  const at = folder(t)
  spawnSync('mkfifo', [join(at, 'pipe')])
  symlinkSync('loop', join(at, 'loop'))
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(join(at, 'socket'), resolve))
  const { status, report, output } = child('limits', ['kinds', at])
  server.close()
  t.is(status, 0, output)
  t.like(report, {
    pipe: 'ERR_MEMMAP_UNSUPPORTED',
    pipeToWrite: 'ERR_MEMMAP_UNSUPPORTED',
    socket: 'ENXIO',
    device: 'ERR_MEMMAP_UNSUPPORTED',
    null: 'ERR_MEMMAP_UNSUPPORTED',
    proc: 'ERR_MEMMAP_EMPTY',
    procShape: 'ERR_MEMMAP_SIZE',
    folder: 'EISDIR',
    loop: 'ELOOP',
  })
})

root('on a read-only file system r and c open, and r+ and w+ throw EROFS', (t) => {
  const at = join(folder(t), 'disk')
  mkdirSync(at)
  if (spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', at]).status !== 0) return t.pass('skipped: no right to mount')
  t.teardown(() => spawnSync('umount', ['-l', at]))
  const path = join(at, 'data.bin')
  writeFileSync(path, 'abcd')
  spawnSync('mount', ['-o', 'remount,ro', at])
  for (const mode of ['r', 'c'] as const) {
    const array = memmap(path, { mode })
    t.is(array.get(3), 100)
    array.close()
  }
  for (const file of [path, join(at, 'new.bin')]) {
    t.throws(() => memmap(file, { mode: 'w+', shape: 4 }), { instanceOf: MemmapError, code: 'EROFS' })
  }
  t.throws(() => memmap(path, { mode: 'r+' }), { code: 'EROFS' })
  t.is(readFileSync(path, 'utf8'), 'abcd')
})

const plentiful = totalmem() > 6 * 2 ** 30 ? test : test.skip

plentiful('lists and texts that JavaScript cannot hold are ERR_MEMMAP_TOO_LARGE, and the process goes on', (t) => {
  const path = hole(t, 1_000_000_000)
  // The end of the text of 600 million bytes.
  const file = openSync(path, 'r+')
  writeSync(file, 'e', 599_999_999)
  closeSync(file)
  for (const flags of [[], ['--max-old-space-size=200']]) {
    const { status, signal, report, output } = child('too-large', [path], { flags })
    t.deepEqual([status, signal], [0, null], output)
    const { codes, peak } = report as { codes: Record<string, string>; peak: number }
    for (const [name, code] of Object.entries(codes)) t.is(code, 'ERR_MEMMAP_TOO_LARGE', name)
    t.true(peak < 3500, `${peak} MiB`)
  }
})

linux64('show prints more elements than a text holds, line by line', (t) => {
  const command = [...NODE, COMMAND, 'show', hole(t, 600_000_000), '--dtype', 'u1', '--threshold', 'inf']
  const line = `${command.map((word) => `'${word}'`).join(' ')} | head -n 1`
  const { stdout, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' })
  t.regex(stdout, /^\[0 0 0 [0 ]*\n$/)
  t.is(stderr, '')
})
