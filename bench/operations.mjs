/**
 * Operations over whole arrays, with code for every side. `target` must hold at 1 GiB: times faster than NumPy, and the share of
 * the machine's limit.
 */
import { zeros } from '../dist/index.js'

/** Bytes of one element: of `>f4` by its digit, of `float32` by its bits. */
export const itemsizeOf = (dtype) => Number(/\d+$/.exec(dtype)[0]) / (dtype.startsWith('>') ? 1 : 8)

const line = (bytes, itemsize) => [bytes / itemsize]

/** The shape of a square float32 array of this many bytes. */
const square = (bytes) => {
  const side = 2 ** Math.floor(Math.log2(bytes / 4) / 2)
  return [side, side]
}

const COLUMNS = 256

const sumLoop = (data) => {
  let sum = 0
  for (let index = 0; index < data.length; index++) sum += data[index]
  return sum
}

const extremeLoop = (data) => {
  let least = Infinity
  for (let index = 0; index < data.length; index++) if (data[index] < least) least = data[index]
  return least
}

const positionLoop = (data) => {
  let at = 0
  for (let index = 1; index < data.length; index++) if (data[index] < data[at]) at = index
  return at
}

const spreadLoop = (data) => {
  const mean = sumLoop(data) / data.length
  let squares = 0
  for (let index = 0; index < data.length; index++) squares += (data[index] - mean) ** 2
  return Math.sqrt(squares / data.length)
}

const read = (op, dtype, target, work, loop) => ({
  name: `${op} ${dtype}`,
  numpy: op,
  dtype,
  shape: (bytes) => line(bytes, itemsizeOf(dtype)),
  limit: 'read',
  traffic: (bytes) => bytes,
  large: true,
  target,
  work: work ?? ((a) => a[op]()),
  loop,
})

const copy = (name, numpy, dtype, itemsize, out, work, target = [1.5, 0.8]) => ({
  name,
  numpy,
  dtype,
  shape: (bytes) => line(bytes, itemsize),
  limit: 'copy',
  traffic: (bytes) => bytes + (bytes / itemsize) * out,
  target,
  work,
})

/** The same into memory that was touched before: the cost of the conversion without that of allocating its result. */
const into = (name, dtype, target) => ({
  ...copy(`${name} into an array`, 'into', dtype, itemsizeOf(dtype), itemsizeOf(target), (a, out) => out.assign(a)),
  target: [null, 0.8],
  into: target,
  prepare: (a) => zeros(a.shape, { dtype: target }),
})

const alongAxis = (axis, order) => ({
  ...read('sum', 'float32', [2, 0.7], (a) => a.sum({ axis })),
  name: `sum float32, axis ${axis}, ${order} order`,
  numpy: `sum${axis}`,
  shape: square,
  order,
  large: false,
})

export const OPERATIONS = [
  read('sum', 'float32', [2.5, 0.8], undefined, sumLoop),
  read('mean', 'float32', [2.5, 0.8]),
  read('sum', 'float64', [2, 0.8], undefined, sumLoop),
  read('sum', 'int16', [2, 0.8], undefined, sumLoop),
  read('sum', 'uint8', [2, 0.8], undefined, sumLoop),
  read('min', 'float32', [1.6, 0.8], undefined, extremeLoop),
  read('max', 'float32', [1.6, 0.8]),
  read('std', 'float32', [10, 0.6], undefined, spreadLoop),
  read('var', 'float32', [10, 0.6]),
  read('argmin', 'float32', [7, 0.7], undefined, positionLoop),
  read('argmax', 'float32', [7, 0.7]),
  ...['C', 'F'].flatMap((order) => [0, 1].map((axis) => alongAxis(axis, order))),
  read('sum', '>f4', [3, 0.6]),
  read('sum', '>i2', [3, 0.6]),
  copy('copy float32', 'copy', 'float32', 4, 4, (a) => a.copy()),
  copy('cast float32 to float64', 'float64', 'float32', 4, 8, (a) => a.astype('float64')),
  copy('cast int16 to float32', 'float32', 'int16', 2, 4, (a) => a.astype('float32')),
  copy('byteswap float32', 'byteswap', 'float32', 4, 4, (a) => a.byteswap()),
  into('copy float32', 'float32', 'float32'),
  into('cast float32 to float64', 'float32', 'float64'),
  into('cast int16 to float32', 'int16', 'float32'),
  into('byteswap float32', 'float32', '>f4'),
  {
    ...copy('transposed copy float32', 'transposed', 'float32', 4, 4, (a) => a.T.copy(), [15, 0.25]),
    shape: square,
  },
  {
    name: 'fill float32',
    numpy: 'fill',
    dtype: 'float32',
    shape: (bytes) => line(bytes, 4),
    limit: 'store',
    scratch: true,
    traffic: (bytes) => bytes,
    target: [2.5, 0.8],
    work: (a) => a.fill(1.5),
    loop: (data) => {
      for (let index = 0; index < data.length; index++) data[index] = 1.5
      return data
    },
  },
  {
    ...read('sum', 'float32', [2, null], (a) => a.index('::3').sum()),
    name: 'sum of every third float32',
    numpy: 'third',
  },
  {
    name: `take random rows of ${COLUMNS} float32`,
    numpy: 'take',
    dtype: 'float32',
    shape: (bytes) => [bytes / 4 / COLUMNS, COLUMNS],
    limit: null,
    traffic: (bytes) => bytes / 2,
    target: [2, null],
    take: (bytes) => bytes / 4 / COLUMNS / 4,
    prepare: (a, count) =>
      BigInt64Array.from(
        { length: count },
        (_, index) => ((BigInt(index) * 7919n + 13n) * 104729n) % BigInt(a.shape[0]),
      ),
    work: (a, rows) => a.take(rows, { axis: 0 }),
  },
  {
    ...read('sum', 'float32', [2.2, 0.45]),
    name: 'open, sum once, close',
    numpy: 'fresh',
    fresh: true,
    work: (a) => a.sum(),
  },
]
