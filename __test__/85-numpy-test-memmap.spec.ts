/**
 * The cases of NumPy's own `numpy/_core/tests/test_memmap.py`, under its names, and the example of `numpy.memmap`, line by line.
 * @module
 */
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { Memmap, MemmapError, NDArray, array, memmap, support } from '../lib/index.js'
import { fileOf, folder } from './support/files.js'

const shape = [3, 4] as const
const dtype = 'float32'
const data = array(Float32Array.from({ length: 12 }, (_, i) => i)).reshape([3, 4])

/** `setup_method`: a file, and an array in it. */
function created(t: ExecutionContext): { path: string; fp: Memmap } {
  const path = fileOf(t, '', 'mmap')
  const fp = memmap(path, { dtype, mode: 'w+', shape }) as unknown as Memmap
  t.teardown(() => fp.close())
  return { path, fp }
}

test('test_roundtrip', (t) => {
  const path = fileOf(t, '')
  const descriptor = openSync(path, 'r+')
  const fp = memmap(descriptor, { dtype, mode: 'w+', shape })
  fp.assign(data)
  fp.close()
  closeSync(descriptor)
  const newfp = memmap(path, { dtype, mode: 'r', shape })
  t.true(newfp.equals(data))
  t.true(newfp.allClose(data))
  t.false(newfp.flags.writeable)
  newfp.close()
})

test('test_open_with_filename', (t) => {
  const path = fileOf(t, '')
  for (const name of [path, pathToFileURL(path), Buffer.from(path)]) {
    const fp = memmap(name, { dtype, mode: 'w+', shape })
    fp.assign(data)
    t.is(fp.filename, path)
    fp.close()
  }
  t.deepEqual(readFileSync(path), Buffer.from(data.data.buffer))
})

test('test_unnamed_file', (t) => {
  const path = fileOf(t, '')
  const descriptor = openSync(path, 'w+')
  if (process.platform !== 'win32') rmSync(path)
  const fp = memmap(descriptor, { dtype, shape })
  fp.assign(data)
  t.is(fp.filename, null)
  t.true(fp.equals(data))
  fp.close()
  closeSync(descriptor)
})

test('test_attributes', (t) => {
  const fp = memmap(fileOf(t, ''), { dtype, mode: 'w+', shape, offset: 1 })
  t.is(fp.offset, 1)
  t.is(fp.mode, 'w+')
  fp.close()
})

test('test_filename', (t) => {
  const { path, fp } = created(t)
  fp.assign(data)
  t.is(fp.filename, path)
  const near = memmap(relative(process.cwd(), path), { dtype, shape })
  t.is(near.filename, path)
  t.is(near.slice(0, 1).filename, path)
  near.close()
})

test('test_path', (t) => {
  const path = join(folder(t), 'mmap')
  const fp = memmap(pathToFileURL(path), { dtype, mode: 'w+', shape })
  t.is(fp.filename, path)
  t.is(fp.slice(0, 1).filename, path)
  t.is(basename(fp.filename ?? ''), 'mmap')
  fp.close()
})

test('test_filename_fileobj: filename is null for a descriptor', (t) => {
  const descriptor = openSync(fileOf(t, ''), 'r+')
  const fp = memmap(descriptor, { dtype, mode: 'w+', shape })
  t.is(fp.filename, null)
  fp.close()
  closeSync(descriptor)
})

test('test_flush', (t) => {
  const { fp } = created(t)
  fp.assign(data)
  t.deepEqual(fp.index(0).toArray(), data.index(0).toArray())
  t.is(fp.flush(), undefined)
})

test('test_del', (t) => {
  // Releasing a view does not affect its base.
  const { fp } = created(t)
  const first = fp.slice(0)
  first.set(0, 0, 5)
  first.close()
  t.is(fp.get(0, 0), 5)
  fp.set(0, 0, 6)
  t.is(fp.get(0, 0), 6)
  t.throws(() => first.get(0, 0), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CLOSED' })
})

test('test_arithmetic_drops_references', (t) => {
  const { fp } = created(t)
  const tmp = fp.map((value) => (value as number) + 10)
  t.false(tmp instanceof Memmap)
  t.not(tmp.buffer, fp.buffer)
})

test('test_indexing_drops_references', (t) => {
  const { fp } = created(t)
  const tmp = fp.index([1, 2], [2, 3])
  t.false(tmp instanceof Memmap)
  t.not(tmp.buffer, fp.buffer)
})

test('test_slicing_keeps_references', (t) => {
  const { fp } = created(t)
  const tmp = fp.index(':2', ':2')
  t.true(tmp instanceof Memmap)
  t.is(tmp.base, fp)
  t.is(tmp.buffer, fp.buffer)
})

test('test_view', (t) => {
  const { fp } = created(t)
  const new1 = fp.view(dtype)
  const new2 = new1.view(dtype)
  t.is(new1.base, fp)
  t.is(new2.base, fp)
  t.is(fp.index('...').base, fp)
})

test('test_ufunc_return_ndarray', (t) => {
  const { fp } = created(t)
  fp.assign(data)
  for (const name of ['sum', 'mean', 'prod', 'min', 'max', 'std'] as const) {
    const reduce = (options?: { axis: number }): unknown =>
      options === undefined ? fp[name as 'sum']() : fp[name as 'sum'](options)
    t.is(typeof reduce(), 'number', name)
    for (const axis of [0, 1]) {
      const result = reduce({ axis })
      t.true(result instanceof NDArray && !(result instanceof Memmap), name)
      t.is((result as NDArray).constructor, NDArray)
    }
  }
  t.is(fp.compare('<', data).constructor, NDArray)
  t.is(fp.cumsum().constructor, NDArray)
  // fp += 1
  t.is(
    fp.apply((value) => (value as number) + 1),
    fp,
  )
  t.true(fp instanceof Memmap)
  t.is(fp.get(2, 3), 12)
})

test('test_getitem', (t) => {
  const { fp } = created(t)
  fp.assign(data)
  t.true(fp.index('1:', ':-1') instanceof Memmap)
  t.is(fp.index([0, 1]).constructor, NDArray)
  t.is(fp.index(fp.compare('>', 3)).constructor, NDArray)
})

test('test_memmap_subclass: views are Memmap, results are NDArray', (t) => {
  const { fp } = created(t)
  t.is(fp.index(':', '::2').constructor, Memmap)
  t.is(fp.index(':', '::2').T.constructor, Memmap)
  t.is(fp.copy().constructor, NDArray)
  t.is(fp.copy().T.constructor, NDArray)
})

test('test_mmap_offset_greater_than_allocation_granularity', (t) => {
  const offset = support().allocationGranularity + 1
  const path = fileOf(t, '')
  const fp = memmap(path, { shape: 5 * support().allocationGranularity, mode: 'w+', offset })
  t.is(fp.offset, offset)
  t.is(fp.fileOffset, offset)
  fp.set(0, 7)
  fp.close()
  t.is(readFileSync(path)[offset], 7)
})

test('test_empty_array_with_offset_multiple_of_allocation_granularity', (t) => {
  const granularity = support().allocationGranularity
  const path = fileOf(t, Buffer.alloc(granularity, 'a'))
  const fp = memmap(path, { shape: 0, mode: 'w+', offset: granularity })
  t.is(fp.offset, granularity)
  t.deepEqual(fp.shape, [0])
  fp.close()
  t.is(statSync(path).size, granularity)
})

test('test_no_shape', (t) => {
  const fp = memmap(fileOf(t, Buffer.alloc(16, 'a')), { dtype: 'float64' })
  t.deepEqual(fp.shape, [2])
  fp.close()
})

test('test_empty_array', (t) => {
  const path = fileOf(t, '')
  t.throws(() => memmap(path, { shape: [0, 4], mode: 'r' }), { instanceOf: MemmapError, code: 'ERR_MEMMAP_EMPTY' })
  for (let again = 0; again < 2; again++) {
    const fp = memmap(path, { shape: [0, 4], mode: 'w+' })
    t.deepEqual(fp.shape, [0, 4])
    t.deepEqual(fp.toArray(), [])
    fp.close()
  }
  truncateSync(path, 0)
})

test('test_shape_type', (t) => {
  const path = fileOf(t, '')
  for (const given of [3, 3n, [3], [3n], Int32Array.of(3)]) {
    const fp = memmap(path, { shape: given, mode: 'w+' })
    t.deepEqual(fp.shape, [3])
    fp.close()
  }
})

test('test_match_sequence_pattern_1d', (t) => {
  const fp = memmap(fileOf(t, Uint8Array.of(1, 2, 3)), { mode: 'r' })
  const [a, b, c, d] = fp
  t.deepEqual([a, b, c, d], [1, 2, 3, undefined])
  const [first, ...rest] = fp
  t.deepEqual([first, rest], [1, [2, 3]])
  fp.close()
})

test('test_match_sequence_pattern_2d', (t) => {
  const fp = memmap(fileOf(t, Uint8Array.of(1, 2, 3, 4)), { mode: 'r', shape: [2, 2] })
  const [row1, row2] = fp as Iterable<Memmap>
  t.deepEqual(
    [row1?.toArray(), row2?.toArray()],
    [
      [1, 2],
      [3, 4],
    ],
  )
  t.true(row1 instanceof Memmap)
  const [[a, b] = [], [c, d] = []] = fp as unknown as Iterable<Iterable<number>>
  t.deepEqual([a, b, c, d], [1, 2, 3, 4])
  fp.close()
})

test('test_match_sequence_pattern_3d', (t) => {
  const fp = memmap(fileOf(t, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)), { mode: 'r', shape: [2, 2, 2] })
  const [[[a, b] = [], [c, d] = []] = [], [[e, f] = [], [g, h] = []] = []] = fp as unknown as Iterable<
    Iterable<Iterable<number>>
  >
  t.deepEqual([a, b, c, d, e, f, g, h], [1, 2, 3, 4, 5, 6, 7, 8])
  fp.close()
})

test('the example of numpy.memmap', (t) => {
  const filename = join(folder(t), 'newfile.dat')
  // >>> fp = np.memmap(filename, dtype='float32', mode='w+', shape=(3,4))
  const fp = memmap(filename, { dtype: 'float32', mode: 'w+', shape: [3, 4] })
  t.is(
    fp.repr(),
    `memmap([[0., 0., 0., 0.],
        [0., 0., 0., 0.],
        [0., 0., 0., 0.]], dtype=float32)`,
  )
  // >>> fp[:] = data[:]
  fp.assign(data.index(':'), [':'])
  const full = `memmap([[ 0.,  1.,  2.,  3.],
        [ 4.,  5.,  6.,  7.],
        [ 8.,  9., 10., 11.]], dtype=float32)`
  t.is(fp.repr(), full)
  // >>> fp.filename == path.abspath(filename)
  t.is(fp.filename, filename)
  // >>> fp.flush()
  fp.flush()
  // >>> newfp = np.memmap(filename, dtype='float32', mode='r', shape=(3,4))
  const newfp = memmap(filename, { dtype: 'float32', mode: 'r', shape: [3, 4] })
  t.is(newfp.repr(), full)
  // >>> fpr = np.memmap(filename, dtype='float32', mode='r', shape=(3,4))
  const fpr = memmap(filename, { dtype: 'float32', mode: 'r', shape: [3, 4] })
  t.false(fpr.flags.writeable)
  // >>> fpc = np.memmap(filename, dtype='float32', mode='c', shape=(3,4))
  const fpc = memmap(filename, { dtype: 'float32', mode: 'c', shape: [3, 4] })
  t.true(fpc.flags.writeable)
  t.is(fpc.repr(), full)
  // >>> fpc[0,:] = 0
  fpc.assign(0, [0, ':'])
  t.is(
    fpc.repr(),
    `memmap([[ 0.,  0.,  0.,  0.],
        [ 4.,  5.,  6.,  7.],
        [ 8.,  9., 10., 11.]], dtype=float32)`,
  )
  // File on disk is unchanged.
  t.is(fpr.repr(), full)
  t.deepEqual(readFileSync(filename), Buffer.from(data.data.buffer))
  // >>> fpo = np.memmap(filename, dtype='float32', mode='r', offset=16)
  const fpo = memmap(filename, { dtype: 'float32', mode: 'r', offset: 16 })
  t.is(fpo.repr(), 'memmap([ 4.,  5.,  6.,  7.,  8.,  9., 10., 11.], dtype=float32)')
  for (const one of [fp, newfp, fpr, fpc, fpo]) one.close()
})
