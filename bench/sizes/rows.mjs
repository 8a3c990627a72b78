/**
 * The operations of `npm run bench -- --sizes`, with code for every side: `work(a, b)` of memmap, `python` of NumPy with the same names,
 * `loop(data, b)` over typed arrays as one writes it by hand. `prepare` makes `b`, what the operation takes besides the array.
 *
 * `fresh` is a row whose result is an array as large as what it reads, or a part of it: most of its time may be that of new memory.
 * `cost` is what a call costs whatever its work: 'result' where it makes an array, else 'call'; `calls` is how many there are.
 *
 * A row reads each element once, or as many as `count` says; rows in which a person loops stop at a number of steps, so that they
 * cost the same at every size.
 */
import { array, openMemmap, zeros } from '../../dist/index.js'
import { smallFiles } from '../files.mjs'

const line = (itemsize) => (bytes) => [bytes / itemsize]

/** Rows of 64 bytes at least; about as many rows as columns from 64 KiB up. */
const grid = (itemsize) => (bytes) => {
  const columns = 2 ** Math.max(2, Math.floor(Math.log2(bytes / itemsize) / 2))
  return [bytes / itemsize / columns, columns]
}

/** Steps of rows in which a person loops. */
const STEPS = 64
const steps = (count) => Math.min(STEPS, count)

const float32 = { dtype: 'float32', shape: line(4) }
const matrix = { dtype: 'float32', shape: grid(4) }
const ones = (dtype) => ({
  prepare: (a) => array(new Float32Array(a.size).fill(1.25)).astype(dtype).reshape(a.shape),
  pythonPrepare: `np.full(a.shape, 1.25, '${dtype}')`,
})

/** Whole numbers below `most`, the same on every side. */
const positions = (count, most) =>
  BigInt64Array.from({ length: count }, (_, index) => ((BigInt(index) * 7919n + 13n) * 104729n) % BigInt(most))
const PYTHON_POSITIONS = (count, most) => `(np.arange(${count}, dtype='i8') * 7919 + 13) * 104729 % ${most}`

const reduced = (name, loop) => ({
  name,
  ...float32,
  work: (a) => a[name](),
  python: `a.${name}()`,
  loop,
})

const along = (name, axis, order = 'C') => ({
  name: `${name}, axis ${axis}${order === 'C' ? '' : ', F order'}`,
  ...matrix,
  cost: 'result',
  order,
  work: (a) => a[name]({ axis }),
  python: `a.${name}(axis=${axis})`,
})

const sumLoop = (data) => {
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += data[i]
  return sum
}

const leastLoop = (data) => {
  let least = data[0]
  for (let i = 1; i < data.length; i++) if (data[i] < least) least = data[i]
  return least
}

const mostLoop = (data) => {
  let most = data[0]
  for (let i = 1; i < data.length; i++) if (data[i] > most) most = data[i]
  return most
}

const positionLoop = (data) => {
  let at = 0
  for (let i = 1; i < data.length; i++) if (data[i] > data[at]) at = i
  return at
}

const spreadLoop = (data) => {
  const mean = sumLoop(data) / data.length
  let squares = 0
  for (let i = 0; i < data.length; i++) squares += (data[i] - mean) ** 2
  return Math.sqrt(squares / data.length)
}

const swapped = (data) => {
  const bytes = Buffer.from(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength))
  return new Float32Array(bytes.swap32().buffer)
}

export const OPERATIONS = [
  { name: 'copy', fresh: true, ...float32, work: (a) => a.copy(), python: 'np.array(a)', loop: (data) => data.slice() },
  {
    name: 'fill',
    ...float32,
    writes: true,
    work: (a) => a.fill(1.5),
    python: '(a.fill(1.5), a)[1]',
    loop: (data) => data.fill(1.5),
  },
  {
    name: 'assign a scalar',
    ...float32,
    writes: true,
    work: (a) => (a.assign(1.5), a),
    python: '(operator.setitem(a, Ellipsis, 1.5), a)[1]',
    loop: (data) => data.fill(1.5),
  },
  {
    name: 'assign an array',
    ...float32,
    ...ones('float32'),
    writes: true,
    work: (a, b) => (a.assign(b), a),
    python: '(operator.setitem(a, Ellipsis, b), a)[1]',
    loop: (data, b) => (data.set(b.data), data),
  },
  {
    name: 'float32 to float64',
    fresh: true,
    ...float32,
    work: (a) => a.astype('float64'),
    python: "a.astype('f8')",
    loop: (data) => new Float64Array(data),
  },
  {
    name: 'float32 to int32',
    fresh: true,
    ...float32,
    work: (a) => a.astype('int32'),
    python: "a.astype('i4')",
    loop: (data) => new Int32Array(data),
  },
  {
    name: 'int16 to float32',
    fresh: true,
    dtype: 'int16',
    shape: line(2),
    work: (a) => a.astype('float32'),
    python: "a.astype('f4')",
    loop: (data) => new Float32Array(data),
  },
  { name: 'byteswap', fresh: true, ...float32, work: (a) => a.byteswap(), python: 'a.byteswap()', loop: swapped },
  {
    name: 'copy every second',
    fresh: true,
    ...float32,
    work: (a) => a.index('::2').copy(),
    python: 'np.array(a[::2])',
    loop: (data) => {
      const out = new Float32Array(data.length / 2)
      for (let i = 0; i < out.length; i++) out[i] = data[2 * i]
      return out
    },
  },
  {
    name: 'copy reversed',
    fresh: true,
    ...float32,
    work: (a) => a.index('::-1').copy(),
    python: 'np.array(a[::-1])',
    loop: (data) => data.toReversed(),
  },
  {
    name: 'copy transposed',
    fresh: true,
    ...matrix,
    work: (a) => a.T.copy(),
    python: "np.array(a.T, order='C')",
    loop: (data, _, [rows, columns]) => {
      const out = new Float32Array(data.length)
      for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]
      return out
    },
  },
  reduced('sum', sumLoop),
  { ...reduced('sum'), name: 'sum, int16', dtype: 'int16', shape: line(2), loop: sumLoop },
  { ...reduced('sum'), name: 'sum, >f4', dtype: '>f4' },
  {
    name: 'sum of every third',
    ...float32,
    work: (a) => a.index('::3').sum(),
    python: 'a[::3].sum()',
    loop: (data) => {
      let sum = 0
      for (let i = 0; i < data.length; i += 3) sum += data[i]
      return sum
    },
  },
  reduced('mean', (data) => sumLoop(data) / data.length),
  reduced('std', spreadLoop),
  reduced('min', leastLoop),
  reduced('max', mostLoop),
  reduced('argmax', positionLoop),
  along('sum', 0),
  along('sum', 1),
  along('sum', 0, 'F'),
  along('sum', 1, 'F'),
  along('mean', 0),
  along('std', 1),
  along('min', 0),
  along('argmax', 1),
  {
    name: 'cumsum',
    fresh: true,
    ...float32,
    work: (a) => a.cumsum(),
    python: 'a.cumsum()',
    loop: (data) => {
      const out = new Float32Array(data.length)
      let sum = 0
      for (let i = 0; i < out.length; i++) out[i] = sum = Math.fround(sum + data[i])
      return out
    },
    // A float32 sum in order loses digits on every side, in another order each.
    loose: true,
  },
  {
    name: 'compare with a scalar',
    fresh: true,
    ...float32,
    work: (a) => a.compare('>', 1.5),
    python: 'a > 1.5',
    loop: (data) => {
      const out = new Uint8Array(data.length)
      for (let i = 0; i < out.length; i++) out[i] = data[i] > 1.5 ? 1 : 0
      return out
    },
  },
  {
    name: 'compare with an array',
    fresh: true,
    ...float32,
    ...ones('float32'),
    work: (a, b) => a.compare('>', b),
    python: 'a > b',
    loop: (data, b) => {
      const out = new Uint8Array(data.length)
      const other = b.data
      for (let i = 0; i < out.length; i++) out[i] = data[i] > other[i] ? 1 : 0
      return out
    },
  },
  {
    name: 'equals',
    ...float32,
    prepare: (a) => a.copy(),
    pythonPrepare: 'np.array(a)',
    work: (a, b) => a.equals(b),
    python: 'np.array_equal(a, b)',
    loop: (data, b) => {
      const other = b.data
      for (let i = 0; i < data.length; i++) if (data[i] !== other[i]) return false
      return true
    },
  },
  {
    name: 'mask',
    fresh: true,
    ...float32,
    prepare: (a) => a.compare('>', 1.5),
    pythonPrepare: 'np.array(a > 1.5)',
    work: (a, b) => a.mask(b),
    python: 'a[b]',
    loop: (data, b) => {
      const flags = b.data
      const out = new Float32Array(data.length)
      let count = 0
      for (let i = 0; i < data.length; i++) if (flags[i] !== 0) out[count++] = data[i]
      return out.slice(0, count)
    },
  },
  {
    name: 'take a quarter of the rows',
    fresh: true,
    ...matrix,
    prepare: (a) => positions(a.shape[0] / 4, a.shape[0]),
    pythonPrepare: PYTHON_POSITIONS('a.shape[0] // 4', 'a.shape[0]'),
    work: (a, b) => a.take(b, { axis: 0 }),
    python: 'a.take(b, axis=0)',
    loop: (data, b, [, columns]) => {
      const out = new Float32Array(b.length * columns)
      for (let i = 0; i < b.length; i++) {
        const from = Number(b[i]) * columns
        out.set(data.subarray(from, from + columns), i * columns)
      }
      return out
    },
  },
  {
    name: 'take a quarter of the columns',
    fresh: true,
    ...matrix,
    prepare: (a) => positions(a.shape[1] / 4, a.shape[1]),
    pythonPrepare: PYTHON_POSITIONS('a.shape[1] // 4', 'a.shape[1]'),
    work: (a, b) => a.take(b, { axis: 1 }),
    python: 'a.take(b, axis=1)',
  },
  {
    name: 'index with a list',
    fresh: true,
    ...float32,
    prepare: (a) => positions(Math.max(4, a.size / 16), a.size),
    pythonPrepare: PYTHON_POSITIONS('max(4, a.size // 16)', 'a.size'),
    work: (a, b) => a.index(b),
    python: 'a[b]',
    loop: (data, b) => {
      const out = new Float32Array(b.length)
      for (let i = 0; i < out.length; i++) out[i] = data[Number(b[i])]
      return out
    },
  },
]

/** Loops as a person writes them who meets the library. */
export const LOOPS = [
  {
    name: 'sums of 64 rows, one by one',
    calls: STEPS,
    ...matrix,
    work: (a) => {
      let sum = 0
      for (let i = 0; i < steps(a.shape[0]); i++) sum += a.index(i).sum()
      return sum
    },
    python: 'sum(float(a[i].sum()) for i in range(min(64, a.shape[0])))',
    loop: (data, _, [rows, columns]) => {
      let sum = 0
      for (let i = 0; i < steps(rows); i++) sum += sumLoop(data.subarray(i * columns, (i + 1) * columns))
      return sum
    },
  },
  {
    name: 'sums of 64 columns, one by one',
    calls: STEPS,
    ...matrix,
    work: (a) => {
      let sum = 0
      for (let j = 0; j < steps(a.shape[1]); j++) sum += a.index(':', j).sum()
      return sum
    },
    python: 'sum(float(a[:, j].sum()) for j in range(min(64, a.shape[1])))',
    loop: (data, _, [rows, columns]) => {
      let sum = 0
      for (let j = 0; j < steps(columns); j++) for (let i = 0; i < rows; i++) sum += data[i * columns + j]
      return sum
    },
  },
  {
    name: 'index and data of 64 rows',
    calls: STEPS,
    ...matrix,
    work: (a) => {
      let sum = 0
      for (let i = 0; i < steps(a.shape[0]); i++) sum += a.index(i).data[0]
      return sum
    },
    python: 'sum(float(memoryview(a[i])[0]) for i in range(min(64, a.shape[0])))',
    loop: (data, _, [rows, columns]) => {
      let sum = 0
      for (let i = 0; i < steps(rows); i++) sum += data.subarray(i * columns, (i + 1) * columns)[0]
      return sum
    },
  },
  {
    name: '1,000 sums of 16 elements',
    calls: 1000,
    ...float32,
    work: (a) => {
      let sum = 0
      const parts = a.size / 16
      for (let i = 0; i < 1000; i++) sum += a.slice((i % parts) * 16, (i % parts) * 16 + 16).sum()
      return sum
    },
    python: 'sum(float(a[i % (a.size // 16) * 16:][:16].sum()) for i in range(1000))',
    loop: (data) => {
      let sum = 0
      const parts = data.length / 16
      for (let i = 0; i < 1000; i++) sum += sumLoop(data.subarray((i % parts) * 16, (i % parts) * 16 + 16))
      return sum
    },
  },
  {
    name: 'get of 1,000 elements',
    ...float32,
    work: (a) => {
      let sum = 0
      for (let i = 0, at = 0; i < 1000; i++, at = (at + 17) & (a.size - 1)) sum += a.get(at)
      return sum
    },
    python: 'sum(a.item(i * 17 & a.size - 1) for i in range(1000))',
    loop: (data) => {
      let sum = 0
      for (let i = 0, at = 0; i < 1000; i++, at = (at + 17) & (data.length - 1)) sum += data[at]
      return sum
    },
  },
  {
    name: 'for of values()',
    ...float32,
    most: 2 ** 20,
    work: (a) => {
      let sum = 0
      for (const value of a.values()) sum += value
      return sum
    },
    python: 'sum(a.tolist())',
    loop: (data) => {
      let sum = 0
      for (const value of data.values()) sum += value
      return sum
    },
  },
  {
    name: 'toArray',
    ...float32,
    most: 2 ** 20,
    work: (a) => Float32Array.from(a.toArray()),
    python: "np.array(a.tolist(), 'f4')",
    loop: (data) => Float32Array.from(Array.from(data)),
  },
  {
    name: 'map',
    fresh: true,
    ...float32,
    most: 2 ** 25,
    work: (a) => a.map((x) => 2 * x + 1),
    loop: (data) => {
      const out = new Float32Array(data.length)
      for (let i = 0; i < out.length; i++) out[i] = 2 * data[i] + 1
      return out
    },
  },
  {
    name: 'apply',
    ...float32,
    most: 2 ** 25,
    writes: true,
    work: (a) => a.apply((x) => 2.5 - x),
    loop: (data) => {
      for (let i = 0; i < data.length; i++) data[i] = 2.5 - data[i]
      return data
    },
  },
]

/** Calls on very small arrays and files, with what a call may cost in microseconds. */
export function calls() {
  const four = zeros(4, { dtype: 'float32' })
  const thousand = array(new Float32Array(1024).fill(1.25))
  const rows = thousand.reshape(32, 32)
  const some = [0, 5, 9, 31]
  const data = new Float32Array(4)
  const more = new Float32Array(1024)
  const paths = smallFiles(1000)
  return [
    ['copy of 4', 0.6, () => four.copy(), 'np.array(four)', () => data.slice()],
    ['fill of 4', 0.3, () => four.fill(1), 'four.fill(1)', () => data.fill(1)],
    ['assign a scalar to 4', 0.4, () => four.assign(2), 'operator.setitem(four, Ellipsis, 2)', () => data.fill(2)],
    ['sum of 4', 0.4, () => four.sum(), 'four.sum()', () => sumLoop(data)],
    ['argmax of 4', 0.5, () => four.argmax(), 'four.argmax()', () => positionLoop(data)],
    ["index('1:3')", 0.4, () => four.index('1:3'), 'four[1:3]', () => data.subarray(1, 3)],
    ['data of a row', 0.3, () => rows.index(3).data, 'memoryview(rows[3])', () => more.subarray(96, 128)],
    ['copy of 1,024', 1, () => thousand.copy(), 'np.array(thousand)', () => more.slice()],
    [
      '1,024 float32 to float64',
      1.5,
      () => thousand.astype('float64'),
      "thousand.astype('f8')",
      () => new Float64Array(more),
    ],
    ['compare 1,024 with a scalar', 2.5, () => thousand.compare('>', 0), 'thousand > 0', null],
    ['take of 4 rows of 32', 1.5, () => rows.take(some, { axis: 0 }), 'rows.take(some, axis=0)', null],
    ['sum of 32 x 32, axis 0', 2.5, () => rows.sum({ axis: 0 }), 'rows.sum(axis=0)', null],
    [
      'values() of 1,024',
      2.5 * 1.024,
      () => {
        let sum = 0
        for (const value of thousand.values()) sum += value
        return sum
      },
      'sum(thousand.tolist())',
      () => {
        let sum = 0
        for (const value of more.values()) sum += value
        return sum
      },
    ],
    [
      'open 1,000 small .npy, read, close',
      null,
      () => {
        let sum = 0
        for (const path of paths) {
          const a = openMemmap(path, { mode: 'r' })
          sum += a.get(0)
          a.close()
        }
        return sum
      },
      `sum(float(np.load(path, mmap_mode='r')[0]) for path in ${JSON.stringify(paths)})`,
      null,
    ],
  ].map(([name, target, work, python, loop]) => ({ name, target, work, python, loop }))
}
