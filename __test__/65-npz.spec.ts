import { execFileSync } from 'node:child_process'
import {
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import test from 'ava'
import fc from 'fast-check'
import { Memmap, MemmapError, NDArray, NpzFile, array, load, openMemmap, save, savez, zeros } from '../lib/index.js'
import { computed, crc32 } from '../lib/files/npz/crc32.js'
import { readDirectory } from '../lib/files/npz/zip.js'
import { fileOf, folder } from './support/files.js'
import { FIXTURES, fixtureJson } from './support/npy-fixture.js'
import { valuesOf } from './support/numpy-json.js'
import { live } from './support/live.js'
import { askPython, findPython, randomFrom } from './support/numpy-live.js'
import { posix } from './support/platform.js'
import { zip } from './support/zip.js'

interface Archive {
  readonly file: string
  readonly members: { name: string; method: number; dtype: string; shape: number[]; values: unknown }[]
}

const npz = (path: string, options = {}): NpzFile => load(path, options) as NpzFile

for (const { file, members } of fixtureJson<{ npz: Archive[] }>('manifest.json').npz) {
  test(`reads ${file}`, (t) => {
    const archive = npz(join(FIXTURES, file))
    t.deepEqual(
      archive.files,
      members.map(({ name }) => name.replace('.npy', '')),
    )
    for (const { name, dtype, shape, values } of members) {
      for (const key of [name, name.replace('.npy', '')]) {
        const one = archive.get(key)
        t.false(one instanceof Memmap)
        t.is(one.dtype.str, dtype)
        t.deepEqual(one.shape, shape)
        t.deepEqual(valuesOf(one as NDArray), values)
      }
    }
    const mapped = npz(join(FIXTURES, file), { mmapMode: 'r' })
    const packed = members.find(({ method }) => method === 8)
    if (packed !== undefined) {
      t.deepEqual(valuesOf(mapped.get(packed.name)), packed.values)
      t.false(mapped.get(packed.name) instanceof Memmap)
      t.throws(() => mapped.get(packed.name, { mmapMode: 'r' }), {
        code: 'ERR_MEMMAP_UNSUPPORTED',
        message: /compressed.*mmapMode: null/,
      })
      t.deepEqual(valuesOf(mapped.get(packed.name, { mmapMode: null })), packed.values)
    }
  })
}

function sample(path: string): void {
  savez(path, {
    f: array([[1.5, 2.5, 3.5]], { dtype: 'float32' }),
    F: array(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: '>i2' },
    ).T,
    'name of é 名': ['a', 'bc'],
    empty: zeros([0, 3]),
    scalar: 7,
  })
}

test('maps stored members in place, at multiples of 64 bytes', (t) => {
  const path = join(folder(t), 'a.npz')
  sample(path)
  const archive = load(path as `${string}.npz`, { mmapMode: 'r' })
  const kept: Memmap[] = []
  for (const [name, one] of archive) {
    t.true(one instanceof Memmap, name)
    if (!(one instanceof Memmap)) continue
    t.is(one.offset % 64, 0)
    t.is(one.mode, 'r')
    t.is(one.filename, path)
    t.deepEqual(one.toArray(), archive.get(name, { mmapMode: null }).toArray())
    kept.push(one)
  }
  t.deepEqual(archive.files, ['f', 'F', 'name of é 名', 'empty', 'scalar'])
  archive.close()
  t.deepEqual(kept[0]?.toArray(), [[1.5, 2.5, 3.5]], 'arrays outlive the file that they come from')
  t.true(kept[1]?.flags.fContiguous)
  t.throws(() => kept[0]?.set(0, 0, 1), { code: 'ERR_MEMMAP_READONLY' })
})

test('mode c stores to memory only, and r+ throws with the reason', (t) => {
  const path = join(folder(t), 'a.npz')
  sample(path)
  const bytes = readFileSync(path)
  const one = npz(path).get('f', { mmapMode: 'c' })
  one.set(0, 0, 9 as never)
  t.is(one.get(0, 0), 9)
  one.close()
  t.deepEqual(readFileSync(path), bytes)
  for (const call of [
    () => load(path, { mmapMode: 'r+' }),
    () => load(path, { mmapMode: 'readwrite' }),
    () => npz(path).get('f', { mmapMode: 'r+' }),
  ]) {
    t.throws(call, { code: 'ERR_MEMMAP_UNSUPPORTED', message: /CRC/ })
  }
  t.throws(() => load(path, { mmapMode: 'w+' as never }), { code: 'ERR_MEMMAP_MODE' })
  t.deepEqual(readFileSync(path), bytes)
})

test('after close() get throws, and a second close() does nothing', (t) => {
  const path = join(folder(t), 'a.npz')
  sample(path)
  const archive = npz(path)
  t.false(archive.closed)
  archive[Symbol.dispose]()
  archive.close()
  t.true(archive.closed)
  t.is(archive.files.length, 5)
  t.throws(() => archive.get('f'), { code: 'ERR_MEMMAP_CLOSED' })
  t.throws(() => [...archive], { code: 'ERR_MEMMAP_CLOSED' })
})

test('rejects what has its arrays in no properties, and leaves the file', (t) => {
  const path = join(folder(t), 'a.npz')
  savez(path, { a: [1] })
  for (const wrong of [new Map([['a', [1]]]), new Set([1]), load(path)]) {
    t.throws(() => savez(path, wrong as never), { code: 'ERR_MEMMAP_ARGUMENT', message: /Object\.fromEntries/ })
  }
  t.throws(() => savez(path, new Date() as never), { code: 'ERR_MEMMAP_ARGUMENT' })
  const npz = load(path) as NpzFile
  t.deepEqual(npz.files, ['a'])
  savez(path, Object.fromEntries(npz as never))
  t.deepEqual((load(path) as NpzFile).get('a').toArray(), [1])
})

test('rejects an unknown name and a member that is not an array', (t) => {
  const path = join(folder(t), 'a.npz')
  sample(path)
  t.throws(() => npz(path).get('g'), { code: 'ERR_MEMMAP_ARGUMENT', message: /'f', 'F'/ })
  t.throws(() => npz(path).get(1 as never), { code: 'ERR_MEMMAP_ARGUMENT' })
  t.throws(() => npz(path).get('f', { mode: 'r' } as never), { code: 'ERR_MEMMAP_ARGUMENT' })
  const text = zip([{ name: 'note.txt', data: Buffer.from('hello world') }])
  const other = npz(fileOf(t, text))
  t.deepEqual(other.files, ['note.txt'])
  t.throws(() => other.get('note.txt'), { code: 'ERR_MEMMAP_NPY', message: /'note\.txt'.*not an array.*hello/ })
})

posix('throws once another file is at the path', (t) => {
  const path = join(folder(t), 'a.npz')
  sample(path)
  const archive = npz(path)
  sample(`${path}.new`)
  renameSync(`${path}.new`, path)
  t.throws(() => archive.get('f'), { code: 'ERR_MEMMAP_UNSUPPORTED', message: /another file/ })
})

test('saves and loads archives of no member and of many', (t) => {
  const path = join(folder(t), 'a.npz')
  savez(path, {})
  t.is(readFileSync(path).length, 22)
  t.deepEqual([...npz(path)], [])
  savez(path, Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`n${i}`, i])))
  t.is(npz(path).get('n499').item(), 499)
})

test('writes the same bytes for the same arrays', (t) => {
  const path = folder(t)
  sample(join(path, 'a.npz'))
  sample(join(path, 'b.npz'))
  t.deepEqual(readFileSync(join(path, 'a.npz')), readFileSync(join(path, 'b.npz')))
})

function npyOf(path: string, value: unknown): Buffer {
  save(path, value)
  return readFileSync(path)
}

test('rejects false sizes, checksums, methods and overlapping members', (t) => {
  const path = folder(t)
  const data = npyOf(join(path, 'x.npy'), [1, 2, 3])
  const packed = deflateRawSync(data)
  const bomb = deflateRawSync(Buffer.concat([data, Buffer.alloc(50_000_000)]))
  const says = (archive: Buffer, code: string, message: RegExp): void => {
    const file = fileOf(t, archive)
    t.throws(() => npz(file).get('x'), { code, message, instanceOf: MemmapError })
  }
  const good = fileOf(t, zip([{ name: 'x.npy', data, packed, method: 8 }]))
  t.deepEqual(npz(good).get('x').toArray(), [1, 2, 3])
  says(zip([{ name: 'x.npy', data, crc: 1 }]), 'ERR_MEMMAP_NPY', /CRC/)
  says(zip([{ name: 'x.npy', data, packed, method: 8, crc: 1 }]), 'ERR_MEMMAP_NPY', /CRC/)
  says(zip([{ name: 'x.npy', data, packed: bomb, method: 8 }]), 'ERR_MEMMAP_TOO_LARGE', /inflates to more/)
  says(
    zip([{ name: 'x.npy', data, packed: bomb, method: 8, size: data.length + 50_000_000 }]),
    'ERR_MEMMAP_NPY',
    /header says/,
  )
  says(zip([{ name: 'x.npy', data, packed, method: 8, size: data.length - 1 }]), 'ERR_MEMMAP_SIZE', /ends before/)
  says(
    zip([{ name: 'x.npy', data, packed: packed.subarray(0, -20), method: 8 }]),
    'ERR_MEMMAP_NPY',
    /damaged|ends before/,
  )
  says(zip([{ name: 'x.npy', data, packed: Buffer.alloc(9, 0xff), method: 8 }]), 'ERR_MEMMAP_NPY', /inflated/)
  says(zip([{ name: 'x.npy', data, method: 12 }]), 'ERR_MEMMAP_UNSUPPORTED', /method 12/)
  says(zip([{ name: 'x.npy', data, flags: 1 }]), 'ERR_MEMMAP_UNSUPPORTED', /encrypted/)
  says(zip([{ name: 'x.npy', data, size: 5 }]), 'ERR_MEMMAP_NPY', /two sizes/)
  const twice = zip([
    { name: 'x.npy', data },
    { name: 'y.npy', data },
  ])
  twice.writeUInt32LE(0, twice.length - 22 - 51 + 42)
  says(twice, 'ERR_MEMMAP_NPY', /overlaps/)
  says(Buffer.concat([twice.subarray(0, -22), Buffer.alloc(22)]), 'ERR_MEMMAP_NPY', /no end record/)
  says(Buffer.from('PK\x03\x04'), 'ERR_MEMMAP_NPY', /no end record/)
})

test('an end record that counts fewer members hides none', (t) => {
  const data = npyOf(join(folder(t), 'x.npy'), [1])
  const three = zip(['x.npy', 'y.npy', 'z.npy'].map((name) => ({ name, data })))
  for (const count of [0, 1, 2, 4]) {
    const wrong = Buffer.from(three)
    wrong.writeUInt16LE(count, wrong.length - 14)
    wrong.writeUInt16LE(count, wrong.length - 12)
    t.throws(() => npz(fileOf(t, wrong)), { code: 'ERR_MEMMAP_NPY', instanceOf: MemmapError })
  }
  // More than the record can count, as zipfile reads them.
  const many = zip(Array.from({ length: 65_538 }, (_, index) => ({ name: `${index}.npy`, data })))
  many.writeUInt16LE(2, many.length - 14)
  many.writeUInt16LE(2, many.length - 12)
  const all = npz(fileOf(t, many))
  t.deepEqual([all.size, all.get('65537').toArray()], [65_538, [1]])
})

test('savez refuses names that load would not tell apart', (t) => {
  const path = join(folder(t), 'a.npz')
  for (const arrays of [{ a: [1], 'a.npy': [2] }, { '\ud800': [1] }]) {
    t.throws(() => savez(path, arrays), { code: 'ERR_MEMMAP_ARGUMENT', instanceOf: MemmapError })
  }
  t.false(existsSync(path))
})

test('throws where the data of a member ends too early', (t) => {
  const data = npyOf(join(folder(t), 'x.npy'), [1, 2, 3]).subarray(0, -1)
  const file = fileOf(t, zip([{ name: 'x.npy', data }]))
  for (const mmapMode of [null, 'r'] as const) {
    t.throws(() => npz(file, { mmapMode }).get('x'), { code: 'ERR_MEMMAP_SIZE' })
  }
})

test('damage of any byte gives an error or an array, and nothing else', (t) => {
  const path = join(folder(t), 'a.npz')
  savez(path, { x: [1, 2], y: array([[1], [2]], { dtype: 'i1' }) })
  const bytes = readFileSync(path)
  const random = randomFrom(7)
  for (let round = 0; round < 3000; round++) {
    const damaged = Buffer.from(bytes)
    for (let count = 1 + random.below(3); count > 0; count--) damaged[random.below(damaged.length)] = random.below(256)
    writeFileSync(path, random.chance(0.1) ? damaged.subarray(0, random.below(damaged.length)) : damaged)
    try {
      const found = load(path, { mmapMode: random.pick(['r', null]) as never })
      for (const [, one] of found instanceof NpzFile ? found : [['', found] as const]) {
        t.true(one.nbytes <= bytes.length)
        if (one instanceof Memmap) one.close()
      }
    } catch (error) {
      t.true(error instanceof MemmapError, String((error as Error).stack))
    }
  }
})

const READER = `
import json, sys, zipfile, numpy as np
path = json.load(sys.stdin)
archive = np.load(path)
with zipfile.ZipFile(path) as z: bad = z.testzip()
json.dump({'bad': bad, 'arrays': [[name, one.dtype.str, list(one.shape), bool(one.flags.fnc), one.tobytes().hex()] for name, one in archive.items()]}, sys.stdout)
`

live('NumPy loads what savez wrote', (t, python) => {
  const path = join(folder(t), 'a.npz')
  sample(path)
  const { bad, arrays } = askPython<{ bad: unknown; arrays: unknown[] }>(python, READER, path)
  t.is(bad, null)
  t.deepEqual(
    arrays,
    Array.from(npz(path), ([name, one]) => [
      name,
      one.dtype.str,
      [...one.shape],
      one.flags.fContiguous && !one.flags.cContiguous,
      Buffer.from((one as NDArray).copy().bytes).toString('hex'),
    ]),
  )
})

test('writes archives beyond 4 GiB as zip64, and maps them', (t) => {
  const path = folder(t)
  const file = join(path, 'large.npz')
  const { bavail, bsize } = statfsSync(path)
  if (process.env['MEMMAP_LARGE'] === undefined || bavail * bsize < 12 * 2 ** 30) {
    return t.pass('skipped: MEMMAP_LARGE is not set, or there is no space')
  }
  const source = openMemmap(join(path, 'source.npy'), { mode: 'w+', dtype: 'uint8', shape: 2 ** 32 + 10, sparse: true })
  source.set(-1, 5)
  savez(file, { large: source, after: [1, 2] })
  source.close()
  const archive = npz(file, { mmapMode: 'r' })
  t.is((archive.get('large') as Memmap).get(-1), 5)
  t.deepEqual(archive.get('after').toArray(), [1, 2])
  t.deepEqual(archive.get('after', { mmapMode: null }).toArray(), [1, 2])
  const python = findPython()
  if (python !== undefined) {
    const script = `import numpy as np, sys; z = np.load(sys.argv[1]); print(z['after'].tolist(), z['large'][-1])`
    t.is(execFileSync(python, ['-c', script, file], { encoding: 'utf8' }).trim(), '[1.0, 2.0] 5')
  }
})

live('reads a zip64 directory as Python writes it', (t, python) => {
  const path = join(folder(t), 'sparse.npz')
  // A member of 5 GiB, all a hole, in front of another.
  const script = `
import json, sys, zipfile, numpy as np
path = json.load(sys.stdin)
with zipfile.ZipFile(path, 'w', allowZip64=True) as z:
    info = zipfile.ZipInfo('hole.npy')
    info.CRC = 0
    info.file_size = info.compress_size = 5 * 2**30
    z.fp.write(info.FileHeader(zip64=True))
    info.header_offset = 0
    z.filelist.append(info); z.NameToInfo[info.filename] = info
    z.start_dir = z.fp.seek(z.fp.tell() + 5 * 2**30)
    z._didModify = True
    z.fp.truncate(z.start_dir)
    with z.open('x.npy', 'w', force_zip64=True) as f: np.lib.format.write_array(f, np.arange(3))
json.dump(None, sys.stdout)`
  askPython(python, script, path)
  t.true(statSync(path).size > 5 * 2 ** 30)
  const archive = npz(path)
  t.deepEqual(archive.files, ['hole', 'x'])
  t.deepEqual(archive.get('x').toArray(), [0n, 1n, 2n])
  t.is((npz(path, { mmapMode: 'r' }).get('x') as Memmap).get(2), 2n)
  rmSync(path)
})

test('reads an archive with bytes in front and a comment at the end', (t) => {
  const data = npyOf(join(folder(t), 'x.npy'), [1, 2, 3])
  const archive = Buffer.concat([Buffer.from('PK\x03\x04junk'), zip([{ name: 'x.npy', data }]), Buffer.from('hello')])
  archive.writeUInt16LE(5, archive.length - 7)
  t.deepEqual(npz(fileOf(t, archive)).get('x').toArray(), [1, 2, 3])
})

posix('throws ERR_MEMMAP_TRUNCATED for a file truncated after load', (t) => {
  const path = join(folder(t), 'a.npz')
  sample(path)
  const archive = npz(path)
  truncateSync(path, 40)
  t.throws(() => archive.get('scalar'), { code: 'ERR_MEMMAP_NPY' })
})

test('reads names in code page 437, and the last of two members of one name', (t) => {
  const data = npyOf(join(folder(t), 'x.npy'), [1])
  const other = npyOf(join(folder(t), 'x.npy'), [2])
  const archive = zip([
    { name: 'x.npy', data },
    { name: 'x.npy', data: other },
  ])
  t.is(npz(fileOf(t, archive)).get('x').get(0), 2)
  const named = zip([{ name: 'x', data }])
  const [first, second] = [named.indexOf('x', 30), named.length - 23]
  named[first] = named[second] = 0x84
  t.deepEqual(
    readDirectory({ size: named.length, read: (at, length) => named.subarray(at, at + length) }).entries.map(
      ({ name }) => name,
    ),
    ['ä'],
  )
})

test('property: the fallback checksum equals that of zlib', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array(), (a, b) => {
        const whole = Buffer.concat([a, b])
        return computed(b, computed(a)) === crc32(whole) && computed(whole) === crc32(b, crc32(a))
      }),
    ),
  )
})
