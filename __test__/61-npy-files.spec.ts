import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import fc from 'fast-check'
import { Memmap, MemmapError, NDArray, load, openMemmap, save, support, zeros } from '../lib/index.js'
import { folder, fileOf } from './support/files.js'
import { fileWith } from './support/npy-headers.js'
import { FIXTURES, fixtureJson } from './support/npy-fixture.js'
import { valuesOf } from './support/numpy-json.js'
import { linking, posix, wide } from './support/platform.js'
import { times } from './support/slow.js'

interface FileCase {
  readonly file: string
  readonly kind: string
  readonly dtype_str: string
  readonly itemsize: number
  readonly shape: number[]
  readonly order: 'C' | 'F'
  readonly offset: number
  readonly strides: number[]
  readonly sha256: string
  readonly values: unknown
  readonly fortran_order: boolean
}

const { files } = fixtureJson<{ files: FileCase[] }>('manifest.json')

for (const item of files.filter(({ kind }) => kind === 'npy')) {
  test(`maps and reads ${item.file}`, (t) => {
    const path = join(FIXTURES, item.file)
    const hash = (): string => createHash('sha256').update(readFileSync(path)).digest('hex')
    t.is(hash(), item.sha256)
    const arrays = [
      openMemmap(path, { mode: 'r' }),
      openMemmap(path, { mode: 'c' }),
      load(path, { mmapMode: 'r' }),
      load(path),
    ] as NDArray[]
    for (const array of arrays) {
      t.is(array.dtype.str, item.dtype_str)
      t.is(array.itemsize, item.itemsize)
      t.deepEqual(array.shape, item.shape)
      t.deepEqual(array.byteStrides, item.strides)
      t.deepEqual(valuesOf(array), item.values)
      if (array instanceof Memmap) {
        t.is(array.offset, item.offset)
        t.is(array.fileOffset, item.offset)
        array.close()
      } else t.true(array.flags.ownData && array.flags.writeable)
    }
    t.is(hash(), item.sha256)
  })
}

interface Call {
  readonly fn: 'load' | 'open_memmap'
  readonly size_before: number
  readonly kwargs: Record<string, unknown>
  readonly file_b64?: string
  readonly ok: boolean
  readonly message?: string
  readonly type?: string
  readonly shape?: number[]
  readonly strides?: number[]
  readonly dtype?: string
  readonly mode?: string
  readonly offset?: number
  readonly values?: unknown
  readonly size_after: number
  readonly file_after_b64?: string
}

const calls = fixtureJson<{ cases: Call[] }>('constructor.json').cases.filter(({ fn }) => (fn as string) !== 'memmap')

/** Cases where this package is safer than NumPy, or accepts more; each is a row of docs/npy.md. */
function difference({ fn, kwargs, ok, size_before, size_after }: Call): string | null {
  const mode = kwargs[fn === 'load' ? 'mmap_mode' : 'mode']
  if (!ok && ['readwrite', 'copyonwrite'].includes(mode as string)) return 'modes by both names'
  if (!ok && fn === 'open_memmap' && mode === 'write' && kwargs['shape'] !== undefined) return 'modes by both names'
  if (ok && mode === 'r+' && size_after > size_before) return 'a file whose data is short is never grown'
  return null
}

for (const [index, item] of calls.entries()) {
  test(`${index}: numpy.${item.fn}(${item.size_before} bytes, ${JSON.stringify(item.kwargs)})`, (t) => {
    const before =
      item.file_b64 === undefined
        ? Buffer.from(Array.from({ length: item.size_before }, (_, i) => i % 251))
        : Buffer.from(item.file_b64, 'base64')
    const path = fileOf(t, before, 'a.npy')
    const { mmap_mode, fortran_order, ...rest } = item.kwargs
    const why = difference(item)
    let array: NDArray
    try {
      array = (
        item.fn === 'load'
          ? load(path, { mmapMode: mmap_mode as never })
          : openMemmap(path, { ...rest, ...(fortran_order !== undefined && { fortranOrder: true }) } as never)
      ) as NDArray
    } catch (error) {
      t.true(error instanceof MemmapError, String(error))
      t.deepEqual(readFileSync(path), before, 'a call that throws leaves the file as it was')
      if (why === null) t.false(item.ok, `NumPy accepts this: ${String(error)}`)
      return
    }
    if (why !== null) {
      t.is(why, 'modes by both names')
      if (array instanceof Memmap) array.close()
      return
    }
    t.true(item.ok, `NumPy refuses this: ${item.message}`)
    t.is(statSync(path).size, item.size_after)
    t.is(array instanceof Memmap, item.type === 'memmap')
    t.deepEqual(array.shape, item.shape)
    t.deepEqual(array.byteStrides, item.strides)
    t.is(array.dtype.str, item.dtype ?? '')
    if (item.values !== undefined) t.deepEqual(valuesOf(array), item.values)
    if (array instanceof Memmap) {
      t.is(array.mode, item.mode as never)
      t.is(array.offset, item.offset ?? -1)
      array.close()
    }
    if (item.file_after_b64 !== undefined) t.is(readFileSync(path).toString('base64'), item.file_after_b64)
  })
}

const HEADER = `{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }`

test('takes the same kinds of files as memmap()', async (t) => {
  const path = fileOf(t, fileWith(HEADER, 1, 12), 'a.npy')
  const handle = await open(path, 'r+')
  for (const file of [path, pathToFileURL(path), Buffer.from(path), handle.fd, handle]) {
    t.deepEqual((load(file) as NDArray).shape, [2, 3])
    const mapped = openMemmap(file)
    t.deepEqual(mapped.shape, [2, 3])
    t.is(mapped.filename, typeof file === 'number' || file === handle ? null : path)
    mapped.close()
  }
  await handle.close()
  for (const bad of [null, undefined, {}, true, new URL('http://example.org/a.npy'), 'a\0b']) {
    t.throws(() => load(bad as never), { code: 'ERR_MEMMAP_ARGUMENT' })
  }
})

test('throws the errors of the system for folders, missing files and missing permission', (t) => {
  const path = folder(t)
  for (const call of [() => load(path), () => openMemmap(path), () => save(path, [1])]) {
    const error = t.throws(call, { code: 'EISDIR', instanceOf: MemmapError })
    t.like(error, { path, syscall: 'open', errno: -constants.errno.EISDIR })
  }
  for (const mode of ['r', 'r+', 'c'] as const) {
    t.throws(() => openMemmap(join(path, 'no.npy'), { mode }), { code: 'ENOENT', instanceOf: MemmapError })
  }
  t.throws(() => openMemmap(join(path, 'no/a.npy'), { mode: 'w+', shape: 1 }), { code: 'ENOENT' })
  if ((process.getuid?.() ?? 0) !== 0) {
    const secret = join(path, 'secret.npy')
    writeFileSync(secret, fileWith(HEADER, 1, 12))
    chmodSync(secret, 0)
    t.throws(() => load(secret), { code: 'EACCES' })
  }
})

test('w+ creates a file that keeps its stores, and rejects invalid options before', (t) => {
  const path = join(folder(t), 'created.npy')
  const created = openMemmap(path, {
    mode: 'write',
    dtype: [
      ['x', '<f4'],
      ['n', '>i2', [2]],
    ],
    shape: [2, 3],
    fortranOrder: true,
  })
  created.set(1, 2, { x: 1.5, n: [3, 4] })
  created.index(':', 0).flush({ durable: true })
  t.is(created.mode, 'r+')
  t.is(created.fileOffset, created.offset)
  t.deepEqual(created.byteStrides, [8, 16])
  created.close()
  t.throws(() => created.get(0, 0), { code: 'ERR_MEMMAP_CLOSED' })
  const bytes = readFileSync(path)
  t.deepEqual(load(path as `${string}.npy`).get(1, 2), { x: 1.5, n: [3, 4] })
  for (const [options, code] of [
    [{ mode: 'w+' }, 'ERR_MEMMAP_SHAPE'],
    [{ mode: 'w+', shape: [-1] }, 'ERR_MEMMAP_SHAPE'],
    [{ mode: 'w+', shape: [2 ** 53] }, 'ERR_MEMMAP_SHAPE'],
    [{ mode: 'w+', shape: [2 ** 30, 2 ** 30] }, 'ERR_MEMMAP_SHAPE'],
    [{ mode: 'w+', shape: 2, dtype: 'O' }, 'ERR_MEMMAP_DTYPE'],
    [
      { mode: 'w+', shape: 2, dtype: { names: ['a', 'b'], formats: ['i4', 'i4'], offsets: [0, 2] } },
      'ERR_MEMMAP_DTYPE',
    ],
    [{ mode: 'w+', shape: 2, fortranOrder: 1 }, 'ERR_MEMMAP_ARGUMENT'],
    [{ mode: 'w+', shape: 2, version: [1, 1] }, 'ERR_MEMMAP_ARGUMENT'],
    [{ mode: 'w+', shape: 2, version: [1, 0], dtype: [['名', 'i4']] }, 'ERR_MEMMAP_NPY'],
    [{ mode: 'w+', shape: 2, order: 'F' }, 'ERR_MEMMAP_ARGUMENT'],
    [{ mode: 'w+', shape: 2, access: 'x' }, 'ERR_MEMMAP_ARGUMENT'],
    [{ mode: 'w', shape: 2 }, 'ERR_MEMMAP_MODE'],
    [{ mode: 'r', shape: Number.NaN }, 'ERR_MEMMAP_SHAPE'],
    [{ mode: 'r+', dtype: 'zz' }, 'ERR_MEMMAP_DTYPE'],
  ] as const) {
    t.throws(() => openMemmap(path, options as never), { code, instanceOf: MemmapError }, JSON.stringify(options))
    t.deepEqual(readFileSync(path), bytes)
  }
})

test('writes any form of shape as a tuple of integers', (t) => {
  const path = join(folder(t), 'shape.npy')
  for (const shape of [3, 3n, [3], Int32Array.of(3), [3n]]) {
    openMemmap(path, { mode: 'w+', shape }).close()
    t.regex(readFileSync(path, 'latin1'), /'descr': '<f8', 'fortran_order': False, 'shape': \(3,\), \}/)
  }
  openMemmap(path, { mode: 'w+', dtype: ['f4', [2]], shape: 3 }).close()
  t.deepEqual((load(path) as NDArray).shape, [3, 2])
})

test('throws in every mode where the data is short, and leaves the file unchanged', (t) => {
  const path = fileOf(t, fileWith(HEADER, 1, 11), 'short.npy')
  const bytes = readFileSync(path)
  for (const call of [
    () => load(path),
    () => load(path, { mmapMode: 'r+' }),
    ...(['r', 'r+', 'c'] as const).map((mode) => () => openMemmap(path, { mode })),
  ]) {
    const error = t.throws(call, { code: 'ERR_MEMMAP_SIZE' }) as MemmapError
    t.is(error.expected, bytes.length + 1)
    t.is(error.actual, bytes.length)
  }
  t.deepEqual(readFileSync(path), bytes)
})

test('ignores bytes behind the data', (t) => {
  const path = fileOf(t, fileWith(HEADER, 1, 99), 'more.npy')
  t.is((load(path) as NDArray).size, 6)
  t.is(openMemmap(path).size, 6)
})

test('mmapMode w+ throws and creates no file', (t) => {
  const path = fileOf(t, fileWith(HEADER, 1, 12), 'a.npy')
  for (const mmapMode of ['w+', 'write', 'x', true, 1]) {
    t.throws(() => load(path, { mmapMode: mmapMode as never }), { code: 'ERR_MEMMAP_MODE' })
  }
  t.is(statSync(path).size, 10 + HEADER.length + 12)
  t.throws(() => load(path, { mode: 'r' } as never), { code: 'ERR_MEMMAP_ARGUMENT', message: /mmapMode/ })
})

test('reads the bytes between the fields of records too', (t) => {
  const text = `{'descr': [('a', '|u1'), ('', '|V3'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }`
  const file = fileWith(text, 1, 16)
  for (let at = 0; at < 16; at++) file[file.length - 16 + at] = at
  const path = fileOf(t, file, 'records.npy')
  t.deepEqual(
    [...(load(path) as NDArray).bytes],
    Array.from({ length: 16 }, (_, at) => at),
  )
})

test('passes options of opening on to the mapping', (t) => {
  const path = join(folder(t), 'options.npy')
  const locked = openMemmap(path, {
    mode: 'w+',
    shape: 3,
    lock: 'exclusive',
    sparse: true,
    populate: true,
    access: 'random',
  })
  t.throws(() => openMemmap(path, { lock: 'shared' }), { code: 'ERR_MEMMAP_LOCKED' })
  locked.close()
  openMemmap(path, { lock: 'shared' }).close()
})

linking('follows links', (t) => {
  const path = folder(t)
  mkdirSync(join(path, 'sub'))
  symlinkSync('sub/a.npy', join(path, 'link.npy'))
  openMemmap(join(path, 'link.npy'), { mode: 'w+', shape: 2 }).close()
  t.is(statSync(join(path, 'sub/a.npy')).size, 128 + 16)
})

test('open maps read zeros without a fault while the file is recreated', (t) => {
  const path = join(folder(t), 'again.npy')
  const first = openMemmap(path, { mode: 'w+', shape: 4, dtype: 'int32' })
  first.fill(7)
  const second = openMemmap(path, { mode: 'w+', shape: 4, dtype: 'int32' })
  t.deepEqual(first.toArray(), [0, 0, 0, 0])
  t.is(first.fault, null)
  first.close()
  second.close()
})

const anything = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('r', 'r+', 'w+', 'c', 'w', 'readwrite', 'float32', '<i2', 'O', [['a', 'i4']]),
  },
  fc.integer({ min: -3, max: 9 }),
  fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 4 }),
  fc.constantFrom(null, undefined, NaN, 2 ** 53, 2 ** 40, [1, 0], [3, 0], true, false, 'sparse', 1e-3, [
    2 ** 40,
    2 ** 40,
  ]),
)

test('property: a call that throws changes no byte', (t) => {
  const path = join(folder(t), 'random.npy')
  const header = fileWith(HEADER, 1, 12)
  fc.assert(
    fc.property(
      fc.record(
        {
          mode: fc.oneof({ weight: 5, arbitrary: fc.constantFrom('r', 'r+', 'w+', 'w+', 'c') }, anything),
          dtype: anything,
          shape: anything,
          fortranOrder: fc.oneof({ weight: 3, arbitrary: fc.boolean() }, anything),
          version: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(null, [1, 0]) }, anything),
          maxHeaderSize: fc.constantFrom(10_000, 10, -1, 'x'),
          lock: fc.constantFrom('shared', 'exclusive', 'x'),
        },
        { requiredKeys: [] },
      ),
      fc.integer({ min: 0, max: header.length + 3 }),
      (options, size) => {
        writeFileSync(path, Buffer.concat([header, Buffer.alloc(3)]).subarray(0, size))
        const before = readFileSync(path)
        try {
          openMemmap(path, options as never).close()
        } catch (error) {
          t.true(error instanceof MemmapError, String(error))
          t.deepEqual(readFileSync(path), before)
        }
      },
    ),
    { numRuns: times(1500) },
  )
})

posix('fault is ERR_MEMMAP_TRUNCATED for a truncated file', (t) => {
  const path = join(folder(t), 'cut.npy')
  const array = openMemmap(path, { mode: 'w+', shape: 100_000 })
  truncateSync(path, 4096)
  t.throws(() => array.sum(), { code: 'ERR_MEMMAP_TRUNCATED' })
  t.throws(() => array.close(), { code: 'ERR_MEMMAP_TRUNCATED' })
})

wide('maps more than a buffer of the runtime holds, and rejects reading it', (t) => {
  const path = join(folder(t), 'large.npy')
  const created = openMemmap(path, { mode: 'w+', dtype: 'uint8', shape: 2 ** 32 + 100, sparse: true })
  created.set(-1, 7)
  created.close()
  const mapped = load(path, { mmapMode: 'r' }) as Memmap
  t.is(mapped.get(-1), 7)
  mapped.close()
  if (support().maxBufferBytes > 2 ** 32) return
  t.throws(() => load(path), { code: 'ERR_MEMMAP_TOO_LARGE' })
})

test('elements of no bytes are read in every mode', (t) => {
  for (const [dtype, element] of [
    ['V0', new Uint8Array(0)],
    ['S0', ''],
    ['U0', ''],
  ] as const) {
    const path = join(folder(t), 'a.npy')
    save(path, zeros([2], { dtype }))
    for (const mmapMode of [null, 'r', 'r+', 'c'] as const) {
      const a = load(path, { mmapMode } as never) as NDArray
      if (a.itemsize > 0) continue
      t.deepEqual([a.get(0), a.toArray(), a.bytes.length], [element, [element, element], 0], `${dtype} ${mmapMode}`)
    }
  }
})
