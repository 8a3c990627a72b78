import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { MemmapError, load, openMemmap } from '../lib/index.js'
import { encodeHeader } from '../lib/files/npy/header.js'
import { MAX_HEADER_SIZE, readHeader } from '../lib/files/npy/read-header.js'
import { dtype } from '../lib/index.js'
import { fileOf, folder } from './support/files.js'
import { fileWith } from './support/npy-headers.js'
import { fixtureJson } from './support/npy-fixture.js'

interface Case {
  readonly label: string
  readonly file_b64: string
  readonly ok: boolean
  readonly shape?: number[]
  readonly dtype?: unknown
  readonly order?: 'C' | 'F'
  readonly offset?: number
}

const { cases } = fixtureJson<{ cases: Case[] }>('npy_headers.json')

for (const { label, file_b64, ok, ...expected } of cases) {
  test(`reads or rejects like NumPy: ${label}`, (t) => {
    const path = fileOf(t, Buffer.from(file_b64, 'base64'), 'a.npy')
    if (!ok) {
      for (const open of [
        () => openMemmap(path, { mode: 'r' }),
        () => openMemmap(path),
        () => openMemmap(path, { mode: 'c' }),
        () => load(path),
        () => load(path, { mmapMode: 'r' }),
      ]) {
        const error = t.throws(open, { instanceOf: MemmapError })
        t.regex(error.code, /^ERR_MEMMAP_(NPY|SIZE)$/)
      }
      return
    }
    const mapped = openMemmap(path, { mode: 'r' })
    t.deepEqual(mapped.shape, expected.shape)
    t.deepEqual(mapped.dtype.str === '|V0' ? '|V0' : mapped.dtype.toJSON(), expected.dtype as never)
    t.is(mapped.offset, expected.offset ?? -1)
    t.is(mapped.mode, 'r')
    const inMemory = load(path as `${string}.npy`)
    t.deepEqual(inMemory.toArray(), mapped.toArray())
    t.deepEqual(inMemory.byteStrides, mapped.byteStrides)
    mapped.close()
  })
}

const read = (file: Buffer, most = MAX_HEADER_SIZE): ReturnType<typeof readHeader> =>
  readHeader({ size: file.length, read: (at, length) => file.subarray(at, at + length) }, most)

test('rejects 200 nested brackets as Python does, without a stack overflow', (t) => {
  const nested = (depth: number): Buffer =>
    fileWith(`{'descr': ${'['.repeat(depth)}${']'.repeat(depth)}, 'fortran_order': False, 'shape': ()}`, 1)
  t.throws(() => read(nested(199)), { code: 'ERR_MEMMAP_NPY', message: /descr/ })
  t.throws(() => read(nested(200)), { code: 'ERR_MEMMAP_NPY', message: /more than 200 brackets/ })
  for (const piece of ['(', '[', '{', '-', "('a',", "[('a', "]) {
    const file = fileWith(`{'descr': ${piece.repeat(500_000 / piece.length)}`, 2)
    t.throws(() => read(file, Infinity), { code: 'ERR_MEMMAP_NPY' })
  }
})

test('reads nested records as deep as Python does', (t) => {
  const depth = 90
  const text = `${"[('a', ".repeat(depth)}'<i2'${')]'.repeat(depth)}`
  const { dtype: found } = read(fileWith(`{'descr': ${text}, 'fortran_order': False, 'shape': (2,)}`, 1))
  t.is(found.itemsize, 2)
})

test('rejects a header length of 4 GiB in a file of 20 bytes without allocating it', (t) => {
  const file = Buffer.alloc(20)
  file.write('\x93NUMPY\x02\0', 'latin1')
  file.writeUInt32LE(0xffff_ffff, 8)
  let most = 0
  const source = {
    size: file.length,
    read: (at: number, length: number): Buffer => {
      most = Math.max(most, length)
      return file.subarray(at, at + length)
    },
  }
  t.throws(() => readHeader(source, Infinity), { code: 'ERR_MEMMAP_NPY', message: /ends before its header/ })
  t.true(most <= 20)
})

test('maxHeaderSize counts characters', (t) => {
  const text = (length: number): string => `{'descr': '<f8', 'fortran_order': False, 'shape': (), }`.padEnd(length)
  t.is(read(fileWith(text(10_000), 1)).offset, 10_010)
  t.throws(() => read(fileWith(text(10_001), 1)), { code: 'ERR_MEMMAP_NPY', message: /maxHeaderSize/ })
  t.is(read(fileWith(text(10_001), 1), 10_001).offset, 10_011)
  // 60 characters of 4 bytes.
  const wide = `{'descr': [('${'😀'.repeat(60)}', '<f8')], 'fortran_order': False, 'shape': ()}`
  t.is(read(fileWith(wide, 3), Array.from(wide).length).shape.length, 0)
  t.throws(() => read(fileWith(wide, 3), Array.from(wide).length - 1), { code: 'ERR_MEMMAP_NPY' })
  const path = join(folder(t), 'long.npy')
  writeFileSync(path, fileWith(text(20_000), 2))
  t.throws(() => load(path), { code: 'ERR_MEMMAP_NPY' })
  t.is(load(path as `${string}.npy`, { maxHeaderSize: 20_000 }).size, 1)
  t.is(openMemmap(path, { maxHeaderSize: Infinity }).size, 1)
  for (const bad of [-1, 1.5, NaN, '10', null]) {
    t.throws(() => load(path, { maxHeaderSize: bad as never }), { code: 'ERR_MEMMAP_ARGUMENT' })
  }
})

test('rejects invalid UTF-8 and a byte order mark in version 3.0', (t) => {
  const file = fileWith(`{'descr': [('\u00e9', '<f8')], 'fortran_order': False, 'shape': ()}`, 3)
  file[file.indexOf(0xc3)] = 0xff
  t.throws(() => read(file), { code: 'ERR_MEMMAP_NPY', message: /UTF-8/ })
  const marked = fileWith(`\ufeff{'descr': '<f8', 'fortran_order': False, 'shape': ()}`, 3)
  t.throws(() => read(marked), { code: 'ERR_MEMMAP_NPY' })
})

test('says what kind of file it is instead of .npy', (t) => {
  const said = (bytes: string, message: RegExp): void => {
    const path = fileOf(t, Buffer.from(bytes, 'latin1'))
    for (const open of [() => load(path), () => load(path, { mmapMode: 'c' }), () => openMemmap(path)]) {
      t.throws(open, { code: 'ERR_MEMMAP_NPY', message })
    }
  }
  said('', /empty/)
  said('\x80\x05K\x01.', /pickle/)
  said('junk', /begins with 'junk'/)
  said('\x93NUM', /ends within its first 6 bytes/)
  said('\x93NUMPY\x04\0\0\0\0\0', /version 4\.0/)
  t.throws(() => openMemmap(fileOf(t, 'PK\x03\x04')), { code: 'ERR_MEMMAP_NPY', message: /zip archive/ })
})

test('rejects Python objects and long doubles by name', (t) => {
  for (const [descr, message] of [
    ["'|O'", /Python objects/],
    ["[('a', '<i4'), ('b', [('c', 'O')])]", /Python objects/],
    ["'<f16'", /long double/],
  ] as const) {
    const path = fileOf(t, fileWith(`{'descr': ${descr}, 'fortran_order': False, 'shape': (1,)}`, 1))
    t.throws(() => load(path), { code: 'ERR_MEMMAP_NPY', message })
  }
})

test('rejects a shape larger than any file before mapping', (t) => {
  for (const shape of [
    '(9007199254740991, 9007199254740991)',
    '(9007199254740992,)',
    `(${'1,'.repeat(65)})`,
    '(-1,)',
    '(True,)',
  ]) {
    const path = fileOf(t, fileWith(`{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}}`, 1))
    t.throws(() => load(path), { code: 'ERR_MEMMAP_NPY' }, shape)
    t.throws(() => openMemmap(path), { code: 'ERR_MEMMAP_NPY' }, shape)
  }
})

test('writes the lowest version that fits, or the given one', (t) => {
  const header = (name: string): Parameters<typeof encodeHeader>[0] => ({
    dtype: dtype([[name, '<f8']]) as never,
    shape: [2],
    fortranOrder: false,
  })
  t.is(encodeHeader(header('a'))[6], 1)
  t.is(encodeHeader(header('é'))[6], 1)
  t.is(encodeHeader(header('x'.repeat(70_000)))[6], 2)
  t.is(encodeHeader(header('名'))[6], 3)
  t.is(encodeHeader(header('a'), [3, 0])[6], 3)
  t.throws(() => encodeHeader(header('名'), [2, 0]), { code: 'ERR_MEMMAP_NPY', message: /latin-1/ })
  t.throws(() => encodeHeader(header('x'.repeat(70_000)), [1, 0]), { code: 'ERR_MEMMAP_NPY', message: /too long/ })
})
