import { randomFill } from 'node:crypto'
import { rmSync } from 'node:fs'
import { inspect, promisify } from 'node:util'
import test from 'ava'
import { Expr, Memmap, MemmapError, NDArray, concat, expr, memmap, zeros } from '../lib/index.js'
import { fileOf } from './support/files.js'

type AnyMemmap = Memmap & Record<string, unknown>

/** A use of every public property and method. A member that is missing here fails the test. */
const USES: Readonly<Record<string, (a: Memmap, other: NDArray) => unknown>> = {
  T: (a) => a.T,
  advise: (a) => a.advise('random'),
  all: (a) => a.all(),
  allClose: (a, other) => a.allClose(other),
  any: (a) => a.any(),
  apply: (a) => a.apply((value) => value),
  append: (a) => a.append([[1, 2, 3, 4]]),
  argmax: (a) => a.argmax(),
  argmin: (a) => a.argmin(),
  assign: (a) => a.assign(1),
  astype: (a) => a.astype('float64'),
  bits: (a) => a.bits,
  blocks: (a) => a.blocks(),
  broadcastTo: (a) => a.broadcastTo([2, 3, 4]),
  buffer: (a) => a.buffer,
  bytes: (a) => a.bytes,
  byteswap: (a) => a.byteswap({ inplace: true }),
  compare: (a) => a.compare('>', 1),
  copy: (a) => a.copy(),
  argsort: (a) => a.argsort(),
  bincount: (a) => a.index(0).bincount(),
  countNonzero: (a) => a.countNonzero(),
  histogram: (a) => a.histogram(),
  median: (a) => a.median(),
  minmax: (a) => a.minmax(),
  nonzero: (a) => a.nonzero(),
  quantile: (a) => a.quantile(0.5),
  searchsorted: (a) => a.searchsorted(1),
  sort: (a) => a.sort(),
  dot: (a) => a.dot(a.transpose()),
  nearest: (a) => a.nearest(a),
  topk: (a) => a.topk(1),
  unique: (a) => a.unique(),
  cumprod: (a) => a.cumprod(),
  cumsum: (a) => a.cumsum(),
  data: (a) => a.data,
  describe: (a) => a.describe(),
  diagonal: (a) => a.diagonal(),
  entries: (a) => [...a.entries()],
  equals: (a, other) => a.equals(other),
  expandDims: (a) => a.expandDims(0),
  field: (a) => (a as AnyMemmap).field('x' as never),
  fill: (a) => a.fill(1),
  flatten: (a) => a.flatten(),
  flip: (a) => a.flip(),
  flush: (a) => a.flush(),
  get: (a) => a.get(0, 0),
  imag: (a) => a.imag,
  index: (a) => a.index(0),
  item: (a) => a.item(),
  map: (a) => a.map((value) => value as number),
  mask: (a) => a.mask([true, false, true]),
  max: (a) => a.max(),
  mean: (a) => a.mean(),
  min: (a) => a.min(),
  moveAxis: (a) => a.moveAxis(0, 1),
  prod: (a) => a.prod(),
  ptp: (a) => a.ptp(),
  ravel: (a) => a.ravel(),
  real: (a) => a.real,
  reshape: (a) => a.reshape(12),
  refresh: (a) => a.refresh(),
  residency: (a) => a.residency(),
  resize: (a) => a.resize([4, 4]),
  rows: (a) => a.rows(),
  set: (a) => a.set(0, 0, 1),
  slice: (a) => a.slice(1),
  squeeze: (a) => a.squeeze(),
  std: (a) => a.std(),
  strided: (a) => a.strided(),
  sum: (a) => a.sum(),
  swapAxes: (a) => a.swapAxes(0, 1),
  take: (a) => a.take(0),
  toArray: (a) => a.toArray(),
  toJSON: (a) => JSON.stringify(a),
  transpose: (a) => a.transpose(),
  values: (a) => [...a.values()],
  var: (a) => a.var(),
  view: (a) => a.view('uint8'),
  [Symbol.iterator as never]: (a: Memmap) => [...a],
}

/** Members that still work after close(). */
const ANSWERS = [
  'base',
  'byteOffset',
  'closed',
  'fault',
  'fileOffset',
  'filename',
  'flags',
  'itemsize',
  'mode',
  'nbytes',
  'ndim',
  'offset',
  'promises',
  'size',
  'strides',
  'close',
  'toString',
  'repr',
]

function publicNames(): (string | symbol)[] {
  const inherited = [Memmap.prototype, NDArray.prototype].flatMap((prototype) => Reflect.ownKeys(prototype))
  const internal = [
    'constructor',
    'getSlow',
    'setSlow',
    'origin',
    '$$typeof',
    'toAsymmetricMatcher',
    '@@__IMMUTABLE_LIST__@@',
  ]
  const symbols = [Symbol.iterator]
  return [...new Set(inherited)].filter((name) =>
    typeof name === 'symbol' ? symbols.includes(name as typeof Symbol.iterator) : !internal.includes(name),
  )
}

function openOne(path: string): Memmap {
  return memmap(path, { dtype: 'int32', shape: [3, 4] }) as unknown as Memmap
}

/** A use of every method of an expression that reads the array. */
const EXPRESSION_USES: Readonly<Record<string, (made: Expr) => unknown>> = {
  ...Object.fromEntries(
    Object.entries(USES)
      .filter(([name]) => name in Expr.prototype && name !== 'index' && name !== 'blocks' && name !== 'bincount')
      .map(([name, use]) => [name, (made: Expr) => use(made as never, zeros(1))]),
  ),
  astype: (made) => made.astype('float32').evaluate(),
  bincount: (made) => made.index(0).bincount(),
  blocks: (made) => [...made.blocks()],
  dot: (made) => made.dot(zeros(4)),
  evaluate: (made) => made.evaluate(),
  index: (made) => made.index(0).evaluate(),
}

/** Members of an expression that work without the elements. */
const EXPRESSION_ANSWERS = ['dtype', 'ndim', 'promises', 'shape', 'size', 'toString', 'constructor', 'computed']

test('every method of Expr is listed in this spec', (t) => {
  const known = [...Object.keys(EXPRESSION_USES), ...EXPRESSION_ANSWERS]
  t.deepEqual(
    Object.getOwnPropertyNames(Expr.prototype).filter((name) => !known.includes(name)),
    [],
  )
})

for (const [name, use] of Object.entries(EXPRESSION_USES)) {
  test(`${name} of an expression over a closed array throws ERR_MEMMAP_CLOSED`, (t) => {
    for (const make of [(a: Memmap) => expr`${a} * 2` as Expr, (a: Memmap) => concat([a, a]) as Expr]) {
      const array = openOne(fileOf(t, new Uint8Array(48)))
      const made = make(array)
      array.close()
      t.throws(() => use(made), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CLOSED' })
    }
  })
}

test('every method is listed in this spec', (t) => {
  const known = [...Reflect.ownKeys(USES), ...ANSWERS]
  t.deepEqual(
    publicNames().filter((name) => !known.includes(name)),
    [],
  )
})

for (const name of publicNames().filter((name) => !ANSWERS.includes(name as string))) {
  test(`${String(name)} after close() throws ERR_MEMMAP_CLOSED, on the array and on its views`, (t) => {
    const path = fileOf(t, new Uint8Array(48))
    const array = openOne(path)
    const other = array.copy()
    const views = [array, array.slice(0), array.T.T, array.view('int32')] as Memmap[]
    array.close()
    const use = USES[name as string]
    for (const view of views) t.throws(() => use?.(view, other), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CLOSED' })
  })
}

test('after close() shape, dtype and the like still work, and a second close() does nothing', (t) => {
  const path = fileOf(t, new Uint8Array(48))
  const array = openOne(path)
  const view = array.slice(1)
  array.close()
  for (const one of [array, view] as Memmap[]) {
    one.close()
    t.true(one.closed)
    t.is(one.fault, null)
    t.is(one.dtype.name, 'int32')
    t.is(one.ndim, 2)
    t.is(one.filename, path)
    t.is(one.mode, 'r+')
    t.is(one.flags.writeable, true)
    t.is(inspect(one), 'memmap(closed)')
    t.is(String(one), 'memmap(closed)')
  }
  t.deepEqual(array.shape, [3, 4])
  t.is((view as Memmap).fileOffset, 16)
})

test('typed arrays have length 0 after close(), and the file can be deleted', (t) => {
  const path = fileOf(t, new Uint8Array(48))
  const array = openOne(path)
  const { data, bytes, buffer } = array
  const row = array.slice(1, 2).data
  const strided = array.T.strided().data
  array.close()
  t.deepEqual(
    [data, bytes, row, strided].map((one) => one.length),
    [0, 0, 0, 0],
  )
  t.is(buffer.byteLength, 0)
  rmSync(path)
})

test('close() on a view closes that view only', (t) => {
  const array = openOne(fileOf(t, new Uint8Array(48)))
  const view = array.slice(1) as Memmap
  const inner = view.slice(0, 1)
  const { data } = view
  view.close()
  t.true(view.closed)
  t.throws(() => view.get(0, 0), { code: 'ERR_MEMMAP_CLOSED' })
  t.false(array.closed)
  inner.set(0, 0, 7)
  t.is(array.get(1, 0), 7)
  t.is(data[0], 7)
  array.close()
  t.throws(() => inner.get(0, 0), { code: 'ERR_MEMMAP_CLOSED' })
  t.is(data.length, 0)
})

test('using closes the array', async (t) => {
  const path = fileOf(t, new Uint8Array(48))
  const array = openOne(path)
  array[Symbol.dispose]()
  t.true(array.closed)
  const other = openOne(path)
  await other[Symbol.asyncDispose]()
  t.true(other.closed)
})

test('a copy outlives its array', (t) => {
  const array = openOne(fileOf(t, new Uint8Array(48)))
  array.set(2, 3, 5)
  const copy = array.copy()
  array.close()
  t.is(copy.get(2, 3), 5)
  t.false(copy instanceof Memmap)
})

test('thread-pool work on data goes on after close(), and the file can be deleted at once', async (t) => {
  const path = fileOf(t, Buffer.alloc(1 << 23, 7))
  for (let round = 0; round < 5; round++) {
    const array = memmap(path, { mode: 'w+', shape: 1 << 23 })
    const { data } = array
    const filled = Promise.all([1, 2].map(() => promisify(randomFill)(data)))
    array.close()
    rmSync(path)
    t.is(data.length, 0)
    await filled
  }
})
