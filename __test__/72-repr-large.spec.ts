import { inspect } from 'node:util'
import test from 'ava'
import { memmap, zeros } from '../lib/index.js'
import { hole } from './support/files.js'
import { wide } from './support/platform.js'

const GIB = 2 ** 30

wide('prints a map of 100 GiB in milliseconds', (t) => {
  const path = hole(t, 100 * GIB)
  const map = memmap(path, { dtype: 'float32', mode: 'r', shape: [-1, 1024] })
  const started = performance.now()
  const text = map.repr()
  t.true(performance.now() - started < 500)
  t.is(
    text,
    `memmap([[0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        ...,
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.],
        [0., 0., 0., ..., 0., 0., 0.]],
       shape=(26214400, 1024), dtype=float32)`,
  )
  t.is(inspect(map.T.index('::-3')), map.T.index('::-3').repr())
  t.is(map.get(-1, -1), 0)
  map.close()
  t.is(inspect(map), 'memmap(closed)')
})

test("print options go by NumPy's names", (t) => {
  const a = zeros([2, 3]).fill(Math.PI)
  t.is(a.repr({ precision: 2 }), 'array([[3.14, 3.14, 3.14],\n       [3.14, 3.14, 3.14]])')
  t.is(a.toString({ threshold: 3, edgeitems: 1, precision: 1 }), '[[3.1 ... 3.1]\n [3.1 ... 3.1]]')
  t.is(`${a.index(0, 0)}`, '3.141592653589793')
  t.throws(() => a.repr({ digits: 3 } as never), { code: 'ERR_MEMMAP_ARGUMENT' })
})
