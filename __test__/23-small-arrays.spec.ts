/**
 * Small arrays take ways of their own through JavaScript, and long lists of positions one through native code: they agree with a naive
 * loop over elements, at and around the sizes where one way ends and another begins.
 */
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { array, memmap, zeros } from '../lib/index.js'
import type { MemmapError, NDArray, Scalar } from '../lib/index.js'
import { folder } from './support/files.js'
import { times } from './support/slow.js'

type Name = 'float64' | 'float32' | 'int32' | 'int16' | 'uint8' | '>f4' | '>i2' | 'float16'
type AnyArray = NDArray<'float64'>

const NAMES: readonly Name[] = ['float64', 'float32', 'int32', 'int16', 'uint8', '>f4', '>i2', 'float16']
const LENGTHS = [1, 2, 7, 8, 9, 31, 63, 64, 65, 127, 128, 129, 511, 512, 513, 700]

/** An array of one or two axes whose elements are small whole numbers, as it is, or as a view with other strides. */
const arrays = fc
  .record({
    name: fc.constantFrom(...NAMES),
    length: fc.constantFrom(...LENGTHS),
    columns: fc.constantFrom(0, 1, 2, 3, 8),
    view: fc.constantFrom('whole', 'second', 'reversed', 'transposed', 'offset'),
    seed: fc.nat(1000),
  })
  .map(({ name, length, columns, view, seed }) => {
    const rows = columns === 0 ? length : Math.ceil(length / columns)
    const shape = columns === 0 ? [rows] : [rows, columns]
    const twice = columns === 0 ? [2 * rows + 1] : [2 * rows + 1, columns]
    const all = zeros(view === 'second' || view === 'offset' ? twice : shape, { dtype: name }) as AnyArray
    const flat = all.reshape([all.size])
    for (let at = 0; at < all.size; at++) flat.set(at, ((at + seed) * 7919) % 101)
    if (view === 'second') return all.index('1::2')
    if (view === 'reversed') return all.index('::-1')
    if (view === 'transposed') return all.T
    return view === 'offset' ? all.index('1:').slice(0, rows) : all
  }) as fc.Arbitrary<AnyArray>

/** The elements in C order, by `get`. */
function elements(a: AnyArray): Scalar<'float64'>[] {
  const [rows = 0, columns] = a.shape
  const list: number[] = []
  for (let i = 0; i < rows; i++) {
    if (columns === undefined) list.push(a.get(i))
    else for (let j = 0; j < columns; j++) list.push(a.get(i, j))
  }
  return list
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
  } catch (error) {
    return `${(error as MemmapError).code}: ${(error as Error).message}`
  }
  return undefined
}

test('property: copies and casts have the elements', (t) => {
  fc.assert(
    fc.property(arrays, fc.constantFrom(...NAMES), (a, name) => {
      const wanted = elements(a)
      t.deepEqual(elements(a.copy()), wanted)
      t.deepEqual(elements(a.copy({ order: 'F' })), wanted)
      t.deepEqual(elements(a.byteswap().byteswap()), wanted)
      t.deepEqual(elements(a.astype(name) as AnyArray), wanted)
    }),
    { numRuns: times(200) },
  )
  t.pass()
})

test('property: swapped bytes are those of the elements in C order, reversed one by one', (t) => {
  fc.assert(
    fc.property(arrays, (a) => {
      const { itemsize } = a
      const swapped = a.byteswap()
      t.is(swapped.dtype, a.dtype)
      const given = new Uint8Array(a.copy().bytes)
      const bytes = new Uint8Array(swapped.copy().bytes)
      t.is(bytes.length, given.length)
      for (let at = 0; at < given.length; at++)
        if (bytes[at] !== given[at - (at % itemsize) + itemsize - 1 - (at % itemsize)]) t.fail(`byte ${at}`)
    }),
    { numRuns: times(200) },
  )
})

/** Elements that casts tell apart: beyond the range of the target, with a fraction, no numbers at all. */
const SPECIAL = [NaN, Infinity, -Infinity, 0, -0.5, 1.5, 255.9, -129, 70000.5, 3e9, -3e9, 2 ** 53, 1e20, -1e20, 1e300]

test('casts of few elements are those of many, whatever the elements', (t) => {
  const names = ['bool', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'float32', 'float64'] as const
  for (const from of names) {
    const values = array(
      new Float64Array(Array.from({ length: 20_000 }, (_, at) => SPECIAL[at % SPECIAL.length] as number)),
    )
    // A byte of bool may be any, as in a file.
    const many =
      from === 'bool' ? array(new Uint8Array(20_000).map((_, at) => at % 4)).view('bool') : values.astype(from)
    for (const to of names) {
      const wanted = many.astype(to).bytes
      for (const count of [1, 15, 63, 64, 65, 256, 257, 1000]) {
        const cast = many.slice(0, count).astype(to)
        t.deepEqual(cast.bytes, wanted.slice(0, cast.nbytes), `${count} of ${from} to ${to}`)
      }
    }
  }
})

test('arrays in small files take the same ways as those in memory', (t) => {
  const path = join(folder(t), 'few.bin')
  for (const count of [5, 64, 1000, 20_000]) {
    const values = array(
      new Float32Array(Array.from({ length: count }, (_, at) => SPECIAL[at % SPECIAL.length] as number)),
    )
    const open = (): NDArray<'float32'> => {
      const a = memmap(path, { mode: 'w+', dtype: 'float32', shape: [count] })
      a.assign(values)
      return a
    }
    // Each is the first operation on its file.
    t.deepEqual(open().copy().bytes, values.bytes)
    t.deepEqual(open().astype('int32').bytes, values.astype('int32').bytes)
    t.deepEqual(open().compare('>', 1).bytes, values.compare('>', 1).bytes)
    t.deepEqual(open().index('::-2').copy().bytes, values.index('::-2').copy().bytes)
    t.deepEqual(open().take([3, 1, -1]).bytes, values.take([3, 1, -1]).bytes)
    const closed = memmap(path, { dtype: 'float32', shape: [count] })
    closed.close()
    t.is((t.throws(() => closed.copy()) as MemmapError).code, 'ERR_MEMMAP_CLOSED')
    const used = memmap(path, { dtype: 'float32', shape: [count] })
    used.copy()
    used.close()
    t.is((t.throws(() => used.copy()) as MemmapError).code, 'ERR_MEMMAP_CLOSED')
  }
})

test('property: comparisons with a number and with an array', (t) => {
  const ops = { '<': 0, '<=': 1, '==': 2, '!=': 3, '>=': 4, '>': 5 }
  const holds = (op: string, x: number, y: number): boolean =>
    [x < y, x <= y, x === y, x !== y, x >= y, x > y][ops[op as keyof typeof ops]] as boolean
  const others = fc.constantFrom(0, 50, 50.5, -1, 1e300, NaN, Infinity)
  fc.assert(
    fc.property(arrays, fc.constantFrom(...Object.keys(ops)), others, (a, op, number) => {
      const comparison = op as '<'
      const list = elements(a)
      const kept = elements(a.compare(comparison, number) as unknown as AnyArray)
      t.deepEqual(kept, list.map((x) => holds(op, x, number)) as unknown as number[])
      const other = a.index('::-1').copy()
      t.deepEqual(
        elements(a.compare(comparison, other) as unknown as AnyArray),
        elements(other).map((y, at) => holds(op, list[at] as number, y)) as unknown as number[],
      )
    }),
    { numRuns: times(200) },
  )
  t.pass()
})

test('property: positions in lists, typed arrays and arrays take the same, and fail the same', (t) => {
  const kinds = [Int8Array, Uint8Array, Int16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array]
  fc.assert(
    fc.property(
      arrays,
      fc.constantFrom(...kinds),
      fc.constantFrom(1, 5, 63, 64, 65, 66, 300),
      fc.nat(1000),
      fc.boolean(),
      fc.nat(1),
      (a, kind, count, seed, outside, chosen) => {
        const axis = chosen % a.ndim
        const most = Math.min(a.shape[axis] as number, 100)
        const isSigned = /^(Big)?Int/.test(kind.name)
        const list = Array.from({ length: count }, (_, at) => {
          const position = (at * 31 + seed) % most
          return isSigned && at % 3 === 1
            ? position - ((a.shape[axis] as number) > 100 ? 0 : (a.shape[axis] as number))
            : position
        })
        if (outside) list[count - 1] = 120
        const isBig = kind.name.startsWith('Big')
        const typed = isBig
          ? (kind as BigInt64ArrayConstructor).from(list.map(BigInt))
          : (kind as Int8ArrayConstructor).from(list)
        const wanted = codeOf(() => a.take(list, { axis }))
        const forms = [typed, array(typed), array([list, list].flat()).astype('int64').slice(0, count)]
        for (const form of forms) {
          t.is(
            codeOf(() => a.take(form, { axis })),
            wanted,
          )
          if (axis === 0) t.is(codeOf(() => a.index(form)) === undefined, wanted === undefined)
        }
        if (wanted !== undefined) return
        const taken = axis === 0 ? list.flatMap((at) => elements(a.index([at]) as AnyArray)) : null
        for (const form of [list, ...forms]) {
          const result = a.take(form, { axis })
          if (taken === null) {
            const naive = elements(a.T.index(list).T as AnyArray)
            t.deepEqual(elements(result), naive)
          } else {
            t.deepEqual(elements(result), taken)
            t.deepEqual(elements(a.index(form) as AnyArray), taken)
          }
        }
      },
    ),
    { numRuns: times(150) },
  )
  t.pass()
})

test('property: masks select the elements for which they are true', (t) => {
  fc.assert(
    fc.property(arrays, fc.nat(101), (a, most) => {
      const flags = a.compare('<', most)
      t.deepEqual(
        elements(a.mask(flags)),
        elements(a).filter((x) => x < most),
      )
    }),
    { numRuns: times(150) },
  )
  t.pass()
})

test('positions keep their shape, and an unsigned position of 2^63 is outside', (t) => {
  const a = array(Float32Array.from({ length: 200 }, (_, at) => at))
  const positions = array(Int32Array.from({ length: 80 }, (_, at) => 199 - at)).reshape([4, 20])
  const taken = a.take(positions)
  t.deepEqual([...taken.shape], [4, 20])
  t.is(taken.get(3, 19), 120)
  const large = new BigUint64Array(70).fill(2n ** 64n - 1n)
  t.throws(() => a.take(large), { code: 'ERR_MEMMAP_INDEX', message: /18446744073709551616|18446744073709552000/ })
  t.throws(() => a.take(array(new Uint8Array(70).fill(1)).astype('bool') as never), { code: 'ERR_MEMMAP_INDEX' })
})

test('a closed file refuses them all', (t) => {
  const path = join(folder(t), 'a.bin')
  const a = memmap(path, { mode: 'w+', dtype: 'float32', shape: [4, 4] })
  const flags = a.compare('>=', 0)
  const row = a.index(0)
  a.close()
  const works = [
    () => a.copy(),
    () => a.index(0),
    () => a.index([0]),
    () => a.index('::2').copy(),
    () => a.take([0], { axis: 0 }),
    () => a.take(new Int32Array(100), { axis: 0 }),
    () => a.mask(flags),
    () => a.compare('>', 0),
    () => a.compare('>', zeros([4, 4], { dtype: 'float32' })),
    () => a.argmax(),
    () => row.max(),
    () => row.data,
    () => a.fill(0),
  ]
  for (const work of works) t.throws(work, { code: 'ERR_MEMMAP_CLOSED' }, String(work))
})

const REDUCTIONS = ['sum', 'mean', 'min', 'max', 'argmin', 'argmax'] as const
const VALUES = [0, -0, 1, -1, 0.1, 1e-3, 1e30, -1e30, 16_777_217, NaN, Infinity, -Infinity]

/** Arrays of one or two axes with odd values, as they are or as views. */
const oddArrays = fc
  .record({
    name: fc.constantFrom(...NAMES),
    rows: fc.constantFrom(1, 2, 3, 7, 8, 9, 17, 130),
    columns: fc.constantFrom(1, 2, 5, 8, 16, 33, 129),
    view: fc.constantFrom('whole', 'transposed', 'F', 'every second', 'reversed', 'column', 'row'),
    kinds: fc.integer({ min: 1, max: VALUES.length }),
    seed: fc.nat(1000),
  })
  .map(({ name, rows, columns, view, kinds, seed }) => {
    const isFloat = name.includes('f')
    const all = zeros([rows, 2 * columns], { dtype: name, order: view === 'F' ? 'F' : 'C' }) as AnyArray
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < 2 * columns; j++) {
        const value = VALUES[(i * 31 + j * 17 + seed) % kinds] as number
        all.set(i, j, isFloat ? value * (1 + ((i * 7 + j) % 13) / 64) : (i * 31 + j * 17 + seed) % 120)
      }
    if (view === 'transposed') return all.T
    if (view === 'every second') return all.index(':', '::2')
    if (view === 'reversed') return all.index('::-1', '::-1')
    return view === 'column' ? all.index(':', 0) : view === 'row' ? all.index(0) : all
  }) as fc.Arbitrary<AnyArray>

/** Bit for bit, but for the sign of a zero among extremes, which NumPy does not define. */
function isSame(a: number, b: number, name: string): boolean {
  return Object.is(a, b) || ((name === 'min' || name === 'max') && a === 0 && b === 0)
}

test('property: reductions are those of native code, bit for bit', (t) => {
  fc.assert(
    fc.property(oddArrays, fc.constantFrom(...REDUCTIONS), (a, name) => {
      // Options, and a third axis, are left to native code.
      const kept = (a[name] as (options: object) => AnyArray)({ keepdims: true })
      const native = kept.flatten().get(0)
      const whole = a[name]() as number
      t.true(isSame(name.startsWith('arg') ? Number(native) : native, whole, name), `${name} ${native} ${whole}`)
      if (a.ndim === 1) return
      for (const axis of [0, 1]) {
        const along = (a[name] as (options: object) => AnyArray)({ axis })
        const wanted = (a.expandDims(0)[name] as (options: object) => AnyArray)({ axis: axis + 1 }).index(0) as AnyArray
        t.is(along.dtype.name, wanted.dtype.name)
        const [ours, theirs] = [elements(along), elements(wanted)]
        const agree = ours.every((value, at) => isSame(value, theirs[at] as number, name))
        t.true(agree, `${name} along ${axis} of ${a.shape}: ${ours} ${theirs}`)
      }
    }),
    { numRuns: times(1500) },
  )
  t.pass()
})

test('copies keep the bits of signalling NaNs, however often they run', (t) => {
  const bits = [0x7f800001, 0x3f800000, 0xff800002, 0]
  const a = array(Uint32Array.from(bits)).view('float32') as NDArray<'float32'>
  const bitsOf = (copy: NDArray<'float32'>): number[] =>
    (copy.view('uint32') as NDArray<'uint32'>).toArray() as number[]
  const mask = array([true, true, true, true])
  for (let round = 0; round < 2000; round++) {
    t.deepEqual(bitsOf(a.copy()), bits)
    t.deepEqual(bitsOf(a.index('::-1').copy()), bits.toReversed())
    t.deepEqual(bitsOf(a.take([0, 1, 2, 3])), bits)
    t.deepEqual(bitsOf(a.mask(mask)), bits)
  }
})
