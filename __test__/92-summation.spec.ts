import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { array, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { NODE } from './support/node.js'
import { onOneVersion } from './support/platform.js'
import { times } from './support/slow.js'

const CHILD = join(import.meta.dirname, '../../children/summation.mjs')

function withThreads(threads: string): unknown {
  const { stdout, stderr } = spawnSync(NODE[0], [...NODE.slice(1), CHILD], {
    encoding: 'utf8',
    env: { ...process.env, MEMMAP_THREADS: threads },
  })
  const line = /^REPORT (.*)$/m.exec(stdout)?.[1]
  return line === undefined ? stderr : JSON.parse(line)
}

onOneVersion('results over many megabytes are equal with one, two and five threads, and on every run', (t) => {
  const one = withThreads('1')
  t.true(Array.isArray(one), String(one))
  for (const threads of ['2', '5', '5']) t.deepEqual(withThreads(threads), one)
})

/** The exact sum of floats, rounded once: Shewchuk's algorithm, as in Python's `math.fsum`. */
function exactly(values: Iterable<number>): number {
  const partials: number[] = []
  for (let x of values) {
    let kept = 0
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x]
      const high = x + y
      const low = y - (high - x)
      if (low !== 0) partials[kept++] = low
      x = high
    }
    partials.length = kept
    partials.push(x)
  }
  return partials.reduceRight((sum, part) => sum + part, 0)
}

/** Error bound of NumPy's pairwise sum: a few roundings a level of the tree. */
function allowed(values: readonly number[], epsilon: number): number {
  const all = exactly(values.map(Math.abs))
  return all * epsilon * (2 + Math.log2(values.length + 1))
}

const EPSILON = { float16: 2 ** -10, float32: 2 ** -23, float64: 2 ** -52 } as const

for (const dtype of ['float16', 'float32', 'float64'] as const) {
  onOneVersion(
    `sums of ${dtype} are within the error bound of a pairwise sum, for equal and for cancelling values`,
    (t) => {
      const count = 1 << 20
      const worst: ((index: number) => number)[] = [
        () => 0.1,
        (index) => (index % 2 === 0 ? 1 : -1) * (1 + (index % 7) / 8),
        (index) => (index === 0 ? 512 : 2 ** -6),
        (index) => (index % 1024 === 0 ? 100 : 0.001),
      ]
      for (const [number, of] of worst.entries()) {
        const length = dtype === 'float16' && number !== 1 ? 1 << 12 : count
        const a = array(Float64Array.from({ length }, (_, index) => of(index))).astype(dtype) as unknown as NDArray
        const values = Array.from((a.astype('float64') as unknown as NDArray).data as Float64Array)
        const exact = exactly(values)
        const bound = allowed(values, EPSILON[dtype]) + EPSILON[dtype] * Math.abs(exact)
        const found = a.sum() as number
        t.true(Math.abs(found - exact) <= bound, `${number}: ${found} for ${exact}`)
        const mean = a.mean() as number
        t.true(
          Math.abs(mean - exact / length) <= bound / length + EPSILON[dtype] * Math.abs(exact / length),
          `mean ${number}`,
        )
      }
    },
  )
}

test('byte-swapped sums equal native ones bit for bit, along any axis', (t) => {
  const kinds = ['float32', 'float64', 'complex64', 'int16', 'uint32', 'int64'] as const
  const shapes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 })
  const property = fc.property(
    fc.constantFrom(...kinds),
    shapes,
    fc.nat(),
    fc.boolean(),
    (dtype, shape, seed, turned) => {
      const native = zeros(shape, { dtype }) as unknown as NDArray
      let state = seed
      native.apply(() => {
        state = (Math.imul(state, 1664525) + 1013904223) | 0
        const value = dtype.startsWith('int') || dtype.startsWith('uint') ? Math.abs(state % 30000) : state / 997
        return value
      })
      const swapped = native.astype(native.dtype.newByteOrder('S') as never) as unknown as NDArray
      t.false(swapped.dtype.isNative)
      const [a, b] = turned ? [native.T, swapped.T] : [native, swapped]
      t.deepEqual(b.sum(), a.sum())
      t.deepEqual(b.mean(), a.mean())
      for (let axis = 0; axis < shape.length; axis++) {
        const plain = (of: unknown): unknown =>
          of instanceof Object && 'toArray' in of ? (of as NDArray).toArray() : of
        t.deepEqual(plain(b.sum({ axis })), plain(a.sum({ axis })))
      }
    },
  )
  fc.assert(property, { numRuns: times(300) })
})
