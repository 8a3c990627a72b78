import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import fc from 'fast-check'
import { DType, Memmap, MemmapError, NDArray, NpzFile, load, memmap, save, support } from '../lib/index.js'
import type { MemmapOptions } from '../lib/index.js'
import { fileOf, folder, hole } from './support/files.js'
import { linking, wide } from './support/platform.js'
import { times } from './support/slow.js'

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof MemmapError) return error.code
    throw error
  }
  return 'none'
}

test('accepts short and long mode names, and mode is the short one', (t) => {
  const path = fileOf(t, new Uint8Array(8))
  const names = {
    r: 'r',
    readonly: 'r',
    'r+': 'r+',
    readwrite: 'r+',
    c: 'c',
    copyonwrite: 'c',
    'w+': 'w+',
    write: 'w+',
  } as const
  for (const [mode, short] of Object.entries(names)) {
    const array = memmap(path, { mode: mode as 'r', shape: 8 })
    t.is(array.mode, short)
    array.close()
  }
  const error = t.throws(() => memmap(path, { mode: 'w' as never }), {
    instanceOf: MemmapError,
    code: 'ERR_MEMMAP_MODE',
  })
  t.is(
    error?.message,
    `mode must be one of 'r', 'c', 'r+', 'w+', 'readonly', 'copyonwrite', 'readwrite', 'write' (got 'w')`,
  )
  for (const mode of ['', 'R', 'rb', 'toString', 1, null, ['r']])
    t.is(
      codeOf(() => memmap(path, { mode: mode as never })),
      'ERR_MEMMAP_MODE',
    )
})

test('opens a path, a URL, a Buffer, a descriptor and a FileHandle', async (t) => {
  const path = fileOf(t, 'abcdefgh')
  const handle = await open(path, 'r')
  const descriptor = openSync(path, 'r')
  const files = [path, relative(process.cwd(), path), pathToFileURL(path), Buffer.from(path), descriptor, handle]
  for (const file of files) {
    const array = memmap(file, { mode: 'r' })
    t.is(Buffer.from(array.bytes).toString(), 'abcdefgh')
    t.is(array.filename, typeof file === 'number' || file === handle ? null : path)
    array.close()
  }
  // The caller's descriptors are still open.
  closeSync(descriptor)
  t.is((await handle.read(Buffer.alloc(1), 0, 1, 0)).bytesRead, 1)
  await handle.close()
  t.is(
    codeOf(() => memmap(handle, { mode: 'r' })),
    'EBADF',
  )
})

test('w+ through a descriptor clears the file', (t) => {
  const path = fileOf(t, 'abcdefgh')
  const descriptor = openSync(path, 'r+')
  const array = memmap(descriptor, { mode: 'w+', shape: 4 })
  t.deepEqual([...array.data], [0, 0, 0, 0])
  t.is(statSync(path).size, 4)
  array.close()
  closeSync(descriptor)
  const reader = openSync(path, 'r')
  t.is(
    codeOf(() => memmap(reader, { mode: 'w+', shape: 4 })),
    'EACCES',
  )
  closeSync(reader)
})

test('rejects what is not a file by its code', (t) => {
  const at = folder(t)
  const missing = join(at, 'missing.bin')
  for (const mode of ['r', 'r+', 'c'] as const)
    t.is(
      codeOf(() => memmap(missing, { mode })),
      'ENOENT',
    )
  t.is(
    codeOf(() => memmap(join(missing, 'below.bin'), { mode: 'w+', shape: 1 })),
    'ENOENT',
  )
  t.is(
    codeOf(() => memmap(at, { mode: 'r' })),
    'EISDIR',
  )
  t.is(
    codeOf(() => memmap(at, { mode: 'w+', shape: 1 })),
    'EISDIR',
  )
  t.is(
    codeOf(() => memmap('', { mode: 'r' })),
    'ENOENT',
  )
  t.is(
    codeOf(() => memmap('a\0b', { mode: 'r' })),
    'ERR_MEMMAP_ARGUMENT',
  )
  t.is(
    codeOf(() => memmap(join(at, 'x'.repeat(5000)), { mode: 'r' })),
    // As Node says.
    process.platform === 'win32' ? 'ENOENT' : 'ENAMETOOLONG',
  )
  t.is(
    codeOf(() => memmap(new URL('https://example.org/a.bin'), { mode: 'r' })),
    'ERR_MEMMAP_ARGUMENT',
  )
  for (const file of [undefined, null, 1.5, NaN, -2, true, {}, []])
    t.is(
      codeOf(() => memmap(file as never)),
      'ERR_MEMMAP_ARGUMENT',
    )
})

linking('a path with .. behind a link is that of the system, and a slash at the end asks for a folder', (t) => {
  const at = folder(t)
  mkdirSync(join(at, 'real', 'deep'), { recursive: true })
  symlinkSync(join('real', 'deep'), join(at, 'link'))
  save(join(at, 'x.npy'), [1])
  save(join(at, 'real', 'x.npy'), [2])
  const behind = `${at}/link/../x.npy`
  t.deepEqual((load(behind) as NDArray).toArray(), [2])
  t.deepEqual((load(behind, { mmapMode: 'r' }) as NDArray).toArray(), [2])
  save(behind, [3])
  save(`${at}/link/../new.npy`, [4])
  const map = memmap(`${at}/link/../raw.bin`, { mode: 'w+', shape: 3 })
  map.resize([5])
  t.deepEqual((load(join(at, 'x.npy')) as NDArray).toArray(), [1])
  t.deepEqual((load(join(at, 'real', 'x.npy')) as NDArray).toArray(), [3])
  t.deepEqual(readdirSync(at).toSorted(), ['link', 'real', 'x.npy'])
  t.deepEqual(readdirSync(join(at, 'real')).toSorted(), ['deep', 'new.npy', 'raw.bin', 'x.npy'])
  // Without a link on the way, the path is shown as short as it can be.
  t.is(memmap(`${at}/real/deep/../x.npy`, { mode: 'r' }).filename, join(at, 'real', 'x.npy'))
  for (const mode of ['r', 'w+'] as const)
    t.throws(() => memmap(`${at}/x.npy/`, { mode, shape: 1 }), { instanceOf: MemmapError })
  t.throws(() => save(`${at}/x.npy/`, [5]), { instanceOf: MemmapError })
  t.throws(() => save(`${at}/none/`, [5]), { instanceOf: MemmapError })
  t.deepEqual(readdirSync(at).toSorted(), ['link', 'real', 'x.npy'])
})

linking('throws ENOENT for a dangling link, and w+ creates its target', (t) => {
  const at = folder(t)
  const missing = join(at, 'missing.bin')
  symlinkSync(missing, join(at, 'dangling'))
  t.is(
    codeOf(() => memmap(join(at, 'dangling'), { mode: 'r' })),
    'ENOENT',
  )
  memmap(join(at, 'dangling'), { mode: 'w+', shape: 3 }).close()
  t.is(statSync(missing).size, 3)
})

test('rejects unknown options and names them', (t) => {
  const path = fileOf(t, 'abc')
  const error = t.throws(() => memmap(path, { Shape: 3 } as MemmapOptions<'uint8'>), { code: 'ERR_MEMMAP_ARGUMENT' })
  t.regex(String(error?.message), /invalid option 'Shape': .*no such option; give .*shape/)
  t.is(
    codeOf(() => memmap(path, 'r' as never)),
    'ERR_MEMMAP_ARGUMENT',
  )
  t.is(
    codeOf(() => memmap(path, { sparse: 1 as never })),
    'ERR_MEMMAP_ARGUMENT',
  )
  t.is(
    codeOf(() => memmap(path, { access: 'fast' as never })),
    'ERR_MEMMAP_ARGUMENT',
  )
  t.is(
    codeOf(() => memmap(path, { lock: 'yes' as never })),
    'ERR_MEMMAP_ARGUMENT',
  )
})

test('rejects invalid numbers and names the option', (t) => {
  const path = fileOf(t, new Uint8Array(16))
  for (const offset of [-1, 1.5, NaN, Infinity, 2 ** 53, 2n ** 60n, '2', {}, null]) {
    t.is(
      codeOf(() => memmap(path, { offset: offset as never })),
      'ERR_MEMMAP_OFFSET',
      String(offset),
    )
  }
  for (const shape of [
    -2,
    1.5,
    NaN,
    '4',
    [2, -2],
    [-1, -1],
    [1.5],
    ['2'],
    {},
    true,
    Array(65).fill(1),
    [2 ** 53],
    [2 ** 40, 2 ** 40],
  ]) {
    t.is(
      codeOf(() => memmap(path, { shape: shape as never })),
      'ERR_MEMMAP_SHAPE',
      JSON.stringify(shape),
    )
  }
  t.is(
    codeOf(() => memmap(path, { order: 'X' as never })),
    'ERR_MEMMAP_ORDER',
  )
  t.is(
    codeOf(() => memmap(path, { dtype: 'O' as never })),
    'ERR_MEMMAP_DTYPE',
  )
  t.is(
    codeOf(() => memmap(path, { mode: 'w+' })),
    'ERR_MEMMAP_SHAPE',
  )
  t.is(
    codeOf(() => memmap(path, { mode: 'w+', shape: [-1, 2] })),
    'ERR_MEMMAP_SHAPE',
  )
  t.is(
    codeOf(() => memmap(path, { shape: [-1, 0] })),
    'ERR_MEMMAP_SHAPE',
  )
  t.is(
    codeOf(() => memmap(path, { offset: 17 })),
    'ERR_MEMMAP_OFFSET',
  )
  t.is(
    codeOf(() => memmap(path, { dtype: 'float64', offset: 3 })),
    'ERR_MEMMAP_SIZE',
  )
  t.is(
    codeOf(() => memmap(path, { mode: 'r', shape: 17 })),
    'ERR_MEMMAP_SIZE',
  )
  t.deepEqual(readFileSync(path), Buffer.alloc(16))
})

test('accepts bigint offsets and lengths', (t) => {
  const path = fileOf(t, 'abcdefgh')
  const array = memmap(path, { mode: 'r', offset: 2n, shape: [2n, 3n] })
  t.deepEqual(array.shape, [2, 3])
  t.is(array.offset, 2)
  t.is(array.get(1, 2), 'h'.charCodeAt(0))
})

test('infers a length of -1 from the file', (t) => {
  const path = fileOf(t, new Uint8Array(24))
  t.deepEqual(memmap(path, { shape: -1 }).shape, [24])
  t.deepEqual(memmap(path, { shape: [2, -1], dtype: 'int32' }).shape, [2, 3])
  t.deepEqual(memmap(path, { shape: [-1, 4], offset: 4, order: 'F' }).byteStrides, [1, 5])
  t.is(
    codeOf(() => memmap(path, { shape: [-1, 5] })),
    'ERR_MEMMAP_SIZE',
  )
})

wide('throws ENOSPC at open on a full disk, and leaves no file behind', (t) => {
  // In memory, where there is such a file system: others fill the disk before they refuse, and tests beside this one fail.
  const shared = '/dev/shm'
  const path = existsSync(shared) ? join(shared, `memmap-${process.pid}-new.bin`) : join(folder(t), 'new.bin')
  const error = t.throws(() => memmap(path, { mode: 'w+', shape: 2 ** 52 }), { instanceOf: MemmapError })
  t.true(['ENOSPC', 'EFBIG', 'ENOMEM'].includes(String(error?.code)), error?.code)
  t.false(existsSync(path))
})

test('holds the lock until close()', (t) => {
  const path = fileOf(t, 'abc')
  const shared = memmap(path, { lock: 'shared' })
  const other = memmap(path, { lock: 'shared' })
  t.is(
    codeOf(() => memmap(path, { lock: 'exclusive' })),
    'ERR_MEMMAP_LOCKED',
  )
  other.close()
  shared.close()
  const alone = memmap(path, { lock: 'exclusive' })
  t.is(
    codeOf(() => memmap(path, { lock: 'shared' })),
    'ERR_MEMMAP_LOCKED',
  )
  alone.close()
  memmap(path, { lock: 'exclusive' }).close()
})

test('a store through data in mode r neither reaches the file nor ends the process', (t) => {
  const path = fileOf(t, 'abcdefgh')
  const array = memmap(path, { mode: 'r' })
  array.data[0] = 1
  array.bytes.fill(2, 1, 3)
  t.is(readFileSync(path, 'utf8'), 'abcdefgh')
  t.is(
    codeOf(() => array.set(0, 1)),
    'ERR_MEMMAP_READONLY',
  )
})

wide('opens a hole of 200 GiB in mode r and reads its last element', (t) => {
  const array = memmap(hole(t, 200 * 2 ** 30), { dtype: 'float64', mode: 'r' })
  t.is(array.get(-1), 0)
  array.close()
})

/** Windows charges memory for every copy-on-write page when the file is mapped. */
const copying = process.platform === 'win32' ? test.skip : wide
copying('200 GiB of a hole open in c; the last element reads, and takes a store', (t) => {
  const array = memmap(hole(t, 200 * 2 ** 30), { dtype: 'float64', mode: 'c' })
  t.is(array.get(-1), 0)
  array.set(-1, 5)
  t.is(array.get(array.size - 1), 5)
  array.close()
})

wide('5 GiB: get and set reach every element, data reaches slices, and all where buffers are that large', (t) => {
  const path = hole(t, 5 * 2 ** 30)
  const array = memmap(path, { dtype: 'float32' })
  const places = [0, 1, 2 ** 27 - 1, 2 ** 27, 2 ** 28, 2 ** 29 + 3, 2 ** 30 - 1, 2 ** 30, array.size - 1]
  places.forEach((place, index) => array.set(place, index + 0.5))
  places.forEach((place, index) => t.is(array.get(place), index + 0.5))
  for (const place of places) {
    const part = array.slice(place, place + 4)
    t.is(part.data[0], array.get(place))
    part.data[0] = -1
    t.is(array.get(place), -1)
  }
  if (support().maxBufferBytes < array.nbytes) {
    t.is(
      codeOf(() => array.data),
      'ERR_MEMMAP_TOO_LARGE',
    )
    t.is(
      codeOf(() => array.buffer),
      'ERR_MEMMAP_TOO_LARGE',
    )
    t.is(array.slice(0, 2 ** 30).data.length, 2 ** 30)
  } else {
    t.is(array.data.length, array.size)
    t.is(array.data[array.size - 1], -1)
  }
  const two = memmap(path, { dtype: '>i2', shape: [5, -1], mode: 'r' })
  t.is(two.get(4, -1), 0x80bf - 65536)
  array.close()
  two.close()
})

test('property: a call that throws leaves the bytes and the size of the file unchanged', (t) => {
  const at = folder(t)
  const path = join(at, 'data.bin')
  const strange = fc.constantFrom(NaN, 1.5, -1, 'x', null, 2 ** 53, 2n ** 70n)
  const odd = fc.oneof(strange, fc.integer({ min: -2, max: 5000 }))
  // At most 8 MB a file, because a file that fills the disk makes the tests beside this one fail.
  const dimension = fc.oneof(strange, fc.integer({ min: -2, max: 100 }))
  const request = fc.record(
    {
      mode: fc.oneof(
        { arbitrary: fc.constantFrom('r', 'r+', 'w+', 'c'), weight: 9 },
        { arbitrary: fc.constantFrom('w', '', 7), weight: 1 },
      ),
      dtype: fc.constantFrom(
        'u1',
        '<f4',
        '>i2',
        'f8',
        'S5',
        'O',
        'f3',
        ['i2', [2]],
        [
          ['a', '<i4'],
          ['b', 'u1'],
        ],
      ),
      offset: odd,
      shape: fc.oneof(odd, fc.array(dimension, { maxLength: 3 })),
      order: fc.constantFrom('C', 'F', 'X', undefined),
      sparse: fc.boolean(),
      lock: fc.constantFrom('shared', 'exclusive', 'no', undefined),
    },
    { requiredKeys: [] },
  )
  let refused = 0
  fc.assert(
    fc.property(fc.nat(9000), fc.boolean(), request, (size, missing, options) => {
      const before = Buffer.from(Array.from({ length: size }, (_, index) => index % 251))
      if (!missing) writeFileSync(path, before)
      const file = missing ? join(at, 'none.bin') : path
      try {
        memmap(file, options as never).close()
      } catch (error) {
        refused++
        if (!(error instanceof MemmapError)) throw error
        if (missing) return !existsSync(file)
        return readFileSync(path).equals(before)
      }
      rmSync(file)
      return true
    }),
    { numRuns: times(4000) },
  )
  t.true(refused > 500, `${refused} calls were refused`)
})

test('filename, mode, offset, fileOffset and base say where an array comes from', (t) => {
  const path = fileOf(t, new Uint8Array(100))
  const array = memmap(path, { dtype: '<i2', offset: 10, shape: [4, 5], mode: 'r' })
  t.true(array instanceof Memmap)
  const row = array.slice(2)
  t.like(row as unknown as Record<string, unknown>, {
    filename: path,
    mode: 'r',
    offset: 10,
    fileOffset: 30,
    closed: false,
    fault: null,
  })
  t.is(row.base as unknown, array)
  t.is(array.base, null)
})

test('new throws for every class, and names the functions that create instances', (t) => {
  const path = fileOf(t, Buffer.alloc(8))
  for (const [Constructor, code] of [
    [Memmap, 'ERR_MEMMAP_ARGUMENT'],
    [NDArray, 'ERR_MEMMAP_ARGUMENT'],
    [NpzFile, 'ERR_MEMMAP_ARGUMENT'],
    [DType, 'ERR_MEMMAP_DTYPE'],
  ] as const) {
    const Class = Constructor as unknown as new (...given: unknown[]) => unknown
    for (const given of [[], [path], [path, { dtype: 'float32' }], [path, 'float32', 'r', 0, [2], 'C']]) {
      t.throws(() => new Class(...given), { instanceOf: MemmapError, code, message: /not constructible/ })
    }
  }
})
