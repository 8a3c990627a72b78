import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { Memmap, MemmapError, array, load, openMemmap, save, savez, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { folder } from './support/files.js'
import { NODE } from './support/node.js'
import { linking, posix, wide } from './support/platform.js'
import { timeLimit } from './support/slow.js'

const read = (path: string): NDArray => load(path) as NDArray

test('saves under the given name, and leaves no other file', (t) => {
  const path = folder(t)
  const file = join(path, 'a.bin')
  save(
    file,
    array(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { dtype: '>i2' },
    ),
  )
  t.deepEqual(readdirSync(path), ['a.bin'])
  t.deepEqual(read(file).toArray(), [
    [1, 2, 3],
    [4, 5, 6],
  ])
  t.is(read(file).dtype.str, '>i2')
  save(pathToFileURL(file), 5)
  t.is(read(file).item(), 5)
  save(Buffer.from(file), [])
  t.deepEqual(read(file).shape, [0])
})

test('saves typed arrays, lists, text, and views of any strides', (t) => {
  const file = join(folder(t), 'a.npy')
  for (const [value, shape, dtype] of [
    [Float32Array.of(1, 2), [2], '<f4'],
    [new Uint8Array(3).subarray(1), [2], '|u1'],
    [[[1n], [2n]], [2, 1], '<i8'],
    [['a', 'bcd'], [2], '<U3'],
    [true, [], '|b1'],
  ] as const) {
    save(file, value)
    t.deepEqual(read(file).shape, shape as never)
    t.is(read(file).dtype.str, dtype)
  }
  const base = array(Array.from({ length: 24 }, (_, i) => i)).reshape([2, 3, 4])
  for (const view of [
    base,
    base.T,
    base.index('::-1', ':', '::2'),
    base.broadcastTo([2, 2, 3, 4]),
    base.index(1, 2, 3),
    base.index('0:0'),
  ]) {
    save(file, view)
    t.deepEqual(read(file).toArray(), view.toArray())
  }
  save(file, base.T)
  t.true(read(file).flags.fContiguous && !read(file).flags.cContiguous)
  save(file, base.index(':', ':', '::2'))
  t.true(read(file).flags.cContiguous)
})

test('rejects invalid values and options before writing', (t) => {
  const path = folder(t)
  const file = join(path, 'a.npy')
  const closed = openMemmap(join(path, 'closed.npy'), { mode: 'w+', shape: 2 })
  closed.close()
  const overlapping = zeros(2, { dtype: { names: ['a', 'b'], formats: ['i4', 'i4'], offsets: [0, 2] } })
  for (const [call, code] of [
    [() => save(file, closed), 'ERR_MEMMAP_CLOSED'],
    [() => savez(file, { a: closed }), 'ERR_MEMMAP_CLOSED'],
    [() => save(file, overlapping), 'ERR_MEMMAP_DTYPE'],
    [() => savez(file, { a: overlapping }), 'ERR_MEMMAP_DTYPE'],
    [() => save(file, undefined), undefined],
    [() => save(file, [[1], [1, 2]]), 'ERR_MEMMAP_SHAPE'],
    [() => save(file, 1, { version: [4, 0] as never }), 'ERR_MEMMAP_ARGUMENT'],
    [() => save(file, 1, { order: 'C' } as never), 'ERR_MEMMAP_ARGUMENT'],
    [() => save(3 as never, 1), 'ERR_MEMMAP_ARGUMENT'],
    [() => save('', 1), 'ENOENT'],
    [() => save('a\0', 1), 'ERR_MEMMAP_ARGUMENT'],
    [() => savez(file, [1, 2] as never), 'ERR_MEMMAP_ARGUMENT'],
    [() => savez(file, null as never), 'ERR_MEMMAP_ARGUMENT'],
    [() => savez(file, { 'a\0': 1 }), 'ERR_MEMMAP_ARGUMENT'],
    [() => savez(file, { ['x'.repeat(70_000)]: 1 }), 'ERR_MEMMAP_ARGUMENT'],
    [() => save(path, 1), 'EISDIR'],
    [() => save('/dev/null', 1), 'ERR_MEMMAP_UNSUPPORTED'],
    [() => save(join(path, 'no/a.npy'), 1), 'ENOENT'],
    [() => save(join(path, 'closed.npy/a.npy'), 1), process.platform === 'win32' ? 'ENOENT' : 'ENOTDIR'],
  ] as const) {
    t.throws(call, { instanceOf: MemmapError, ...(code !== undefined && { code }) }, String(call))
  }
  t.deepEqual(readdirSync(path), ['closed.npy'])
})

posix('saves over the file that the array is mapped from', (t) => {
  const file = join(folder(t), 'a.npy')
  save(file, [1, 2, 3])
  const mapped = load(file, { mmapMode: 'r+' }) as unknown as NDArray & { close(): void }
  save(file, mapped)
  t.deepEqual(read(file).toArray(), [1, 2, 3])
  mapped.set(0, 9 as never)
  t.is(read(file).get(0), 1, 'the array is mapped to the old file')
  save(file, mapped.index('::-1'))
  t.deepEqual(read(file).toArray(), [3, 2, 9])
  mapped.close()
})

const windows = process.platform === 'win32' ? test : test.skip
windows('a file that is mapped is not replaced, and stays unchanged', (t) => {
  const path = folder(t)
  const file = join(path, 'a.npy')
  save(file, [1, 2, 3])
  const mapped = load(file, { mmapMode: 'r' }) as unknown as NDArray & { close(): void }
  t.throws(() => save(file, [4]), { instanceOf: MemmapError, code: 'EPERM', message: /unchanged/ })
  t.deepEqual(readdirSync(path), ['a.npy'])
  t.is(mapped.data[1], 2 as never)
  mapped.close()
  save(file, [4])
  t.deepEqual(read(file).toArray(), [4])
})

linking('follows links and keeps permissions', (t) => {
  const path = realpathSync(folder(t))
  mkdirSync(join(path, 'sub'))
  symlinkSync('sub/b.npy', join(path, 'link.npy'))
  symlinkSync('link.npy', join(path, 'again.npy'))
  save(join(path, 'again.npy'), [1])
  t.true(lstatSync(join(path, 'link.npy')).isSymbolicLink() && lstatSync(join(path, 'again.npy')).isSymbolicLink())
  t.deepEqual(readdirSync(join(path, 'sub')), ['b.npy'])
  chmodSync(join(path, 'sub/b.npy'), 0o640)
  save(join(path, 'link.npy'), [2])
  t.is(statSync(join(path, 'sub/b.npy')).mode & 0o7777, 0o640)
  t.is(read(join(path, 'sub/b.npy')).get(0), 2)
  symlinkSync('loop.npy', join(path, 'loop.npy'))
  t.throws(() => save(join(path, 'loop.npy'), [1]), { code: 'ELOOP' })
})

test('does not replace a read-only file', (t) => {
  const file = join(folder(t), 'a.npy')
  save(file, [1])
  chmodSync(file, 0o444)
  if (process.getuid?.() === 0) return t.pass('the superuser may write to any file')
  const code = process.platform === 'win32' ? 'EPERM' : 'EACCES'
  t.throws(() => save(file, [2]), { code, message: /unchanged/ })
  t.is(read(file).get(0), 1)
})

wide('leaves the old file and nothing else on a full disk', (t) => {
  const path = '/dev/shm'
  if (!existsSync(path)) return t.pass('no such file system')
  const file = join(path, `memmap-${process.pid}.npy`)
  save(file, [1])
  t.teardown(() => writeFileSync(file, ''))
  const before = readdirSync(path).length
  const huge = zeros(1).broadcastTo([2 ** 46])
  for (const call of [() => save(file, huge), () => savez(file, { huge })]) {
    const error = t.throws(call, { instanceOf: MemmapError }) as MemmapError
    t.regex(error.code, /^(ENOSPC|EFBIG|ENOMEM)$/)
    t.regex(error.message, /unchanged/)
    t.false(error.message.includes('.memmap-'), error.message)
  }
  t.is(read(file).get(0), 1)
  t.is(readdirSync(path).length, before)
})

for (const kind of ['npy', 'npz']) {
  test(`a process killed during save leaves a complete file: ${kind}`, async (t) => {
    const path = folder(t)
    const file = join(path, `a.${kind}`)
    const script = join(import.meta.dirname, '../../children/saver.mjs')
    for (let round = 0; round < 4; round++) {
      const child = spawn(NODE[0], [...NODE.slice(1), script, JSON.stringify(file), JSON.stringify(kind)])
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, timeLimit(60 + 23 * round)))
      child.kill('SIGKILL')
      await once(child, 'close')
      if (!existsSync(file)) continue
      const found = load(file)
      const arrays = 'files' in found ? [...found].map(([, one]) => one) : [found]
      for (const one of arrays) {
        t.deepEqual(one.shape, [200_000])
        t.is(one.min(), one.max())
        if (one instanceof Memmap) one.close()
      }
    }
    t.true(existsSync(file))
  })
}
