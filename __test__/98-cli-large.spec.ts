/** Commands over arrays of several blocks, and over files larger than what they may keep in memory. */
import test from 'ava'
import { zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { differencesOf } from '../lib/cli/differences.js'
import { statisticsOf } from '../lib/cli/statistics.js'

const quiet = (): void => {}
const exact = { rtol: 0, atol: 0, equalNaN: true }

/** More elements than are read at a time. */
const LARGE = 2_100_021

for (const [shape, ...orders] of [
  [[LARGE], 'C', 'C'],
  [[3, LARGE / 3], 'C', 'C'],
  [[3, LARGE / 3], 'F', 'F'],
  [[LARGE / 3, 3], 'F', 'F'],
  [[7, 3, LARGE / 21], 'F', 'F'],
  [[21, LARGE / 21], 'C', 'F'],
] as const) {
  test(`diff finds the first of all, and the largest, in ${shape.join(' x ')} in ${orders.join(' and ')} order`, async (t) => {
    const [a, b] = orders.map((order) => zeros(shape, { dtype: 'float32', order })) as unknown as [NDArray, NDArray]
    a.fill(1)
    b.fill(1)
    const last = shape.map((length) => length - 1)
    // Comes early in C order, and late in memory where that is the other one.
    const first = shape.map((length, axis) => (axis === 0 ? 1 : length - 2))
    const middle = shape.map((_, axis) => (axis === 0 ? 2 : 0))
    const far = shape.map((length) => Math.floor(length / 2))
    for (const [index, value] of [
      [last, 1.5],
      [first, 0.5],
      [far, 3],
      [middle, Number.NaN],
    ] as const) {
      a.set(...index, value as never)
    }
    const found = await differencesOf(a, b, exact, quiet)
    if ('unlike' in found) return t.fail()
    t.is(found.count, LARGE)
    t.is(found.differing, 4)
    t.deepEqual(found.first?.index, [first, middle, far, last].sort(inCOrder)[0])
    t.deepEqual(found.maxAbsolute?.index, far)
    t.is(found.maxAbsolute?.value, 2)
    t.deepEqual(found.maxRelative?.index, far)
  })
}

test('stats of several blocks are those of the whole', async (t) => {
  for (const dtype of ['int16', 'float32', 'float64', 'int64'] as const) {
    const a = zeros([LARGE], { dtype })
    a.slice(0, LARGE - 1, 2).fill((dtype === 'int64' ? 10n : 10) as never)
    const { mean, std, min, max } = await statisticsOf(a as never as NDArray, { bins: 2, tell: quiet, bytes: 2 ** 20 })
    t.true(Math.abs(Number(mean) - Number(a.mean())) < 1e-5, dtype)
    t.true(Math.abs(Number(std) - a.std()) < 1e-5, dtype)
    t.deepEqual([Number(min), Number(max)], [0, 10], dtype)
  }
})

function inCOrder(a: readonly number[], b: readonly number[]): number {
  const axis = a.findIndex((one, at) => one !== b[at])
  return (a[axis] as number) - (b[axis] as number)
}
