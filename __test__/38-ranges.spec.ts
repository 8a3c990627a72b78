/**
 * Arrays of ones, of one value, and of evenly spaced numbers.
 */
import test from 'ava'
import fc from 'fast-check'
import { MemmapError, arange, array, full, linspace, ones, zeros } from '../lib/index.js'
import { live } from './support/live.js'
import { askPython } from './support/numpy-live.js'
import { times } from './support/slow.js'

test('ones and full have the shape, dtype and order that are asked for', (t) => {
  t.deepEqual(ones([2, 2], { dtype: 'int16' }).toArray(), [
    [1, 1],
    [1, 1],
  ])
  t.is(ones(3).dtype.name, 'float64')
  t.true(ones([2, 3], { order: 'F' }).flags.fContiguous)
  t.deepEqual(ones([], { dtype: 'complex64' }).item(), { re: 1, im: 0 })
  t.deepEqual(ones(2, { dtype: 'bool' }).toArray(), [true, true])
  t.deepEqual(full([2, 3], [1, 2, 3]).toArray(), [
    [1, 2, 3],
    [1, 2, 3],
  ])
  t.is(full(2, 7n).dtype.name, 'int64')
  t.is(full(2, 'abc').dtype.str, '<U3')
  t.deepEqual(full(2, 'abc', { dtype: 'S' }).toArray(), ['abc', 'abc'])
  t.is(full(2, array([1, 2], { dtype: 'float32' })).dtype.name, 'float32')
  t.is(full([2], new Date(0)).dtype.str, '<M8[ms]')
  t.throws(() => full([2], [1, 2, 3]), { instanceOf: MemmapError, code: 'ERR_MEMMAP_BROADCAST' })
  t.throws(() => full(2, 300, { dtype: 'uint8' }), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  t.throws(() => ones(2, { dtype: 'M8[s]', shape: 3 } as never), { code: 'ERR_MEMMAP_ARGUMENT' })
})

test('arange and linspace reject what makes no numbers', (t) => {
  const refused: readonly (readonly [code: string, work: () => unknown])[] = [
    ['ERR_MEMMAP_ARGUMENT', () => arange(0, 1, 0)],
    ['ERR_MEMMAP_ARGUMENT', () => arange(0n, 1n, 0n)],
    ['ERR_MEMMAP_ARGUMENT', () => arange(NaN)],
    ['ERR_MEMMAP_ARGUMENT', () => arange(Infinity)],
    ['ERR_MEMMAP_ARGUMENT', () => arange('3' as never)],
    ['ERR_MEMMAP_ARGUMENT', () => (arange as (...args: unknown[]) => unknown)(0, 1, 1, 1)],
    ['ERR_MEMMAP_ARGUMENT', () => (arange as () => unknown)()],
    ['ERR_MEMMAP_DTYPE', () => arange(3, { dtype: 'U3' })],
    ['ERR_MEMMAP_CAST', () => arange(-1, 3, { dtype: 'uint8' })],
    ['ERR_MEMMAP_ARGUMENT', () => linspace(0, 1, -1)],
    ['ERR_MEMMAP_ARGUMENT', () => linspace(0, 1, 1.5)],
    ['ERR_MEMMAP_ARGUMENT', () => linspace(0, Infinity)],
  ]
  for (const [code, work] of refused) t.throws(work, { instanceOf: MemmapError, code }, work.toString())
  t.deepEqual(arange(5, 0).shape, [0])
  t.deepEqual(arange(5n, 0n, -2n).toArray(), [5n, 3n, 1n])
  t.is(arange(2n ** 62n, 2n ** 62n + 3n).get(2), 2n ** 62n + 2n)
  t.deepEqual(linspace(0, 1, 0).shape, [0])
  t.is(linspace(0, 1).size, 50)
})

const PROGRAM = `
import json, sys, numpy as np
def bits(a):
    return [a.dtype.str, list(a.shape), a.tobytes().hex()]
out = []
for kind, args, dtype, endpoint in json.load(sys.stdin):
    if kind == 'arange': out.append(bits(np.arange(*[float(x) for x in args], dtype=dtype)))
    else: out.append(bits(np.linspace(*args, endpoint=endpoint, dtype=dtype)))
print(json.dumps(out))`

live('arange and linspace have the bits of NumPy', (t, python) => {
  const number = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.double({ min: -20, max: 20, noNaN: true }))
  // JSON has no -0.
  const anyNumber = number.map((one) => one + 0)
  const step = fc.oneof(fc.integer({ min: 1, max: 7 }), fc.double({ min: 0.05, max: 3, noNaN: true }))
  const dtypes = ['float64', 'float32', 'float16', '>f8', 'int32', 'int64'] as const
  const cases = fc.sample(
    fc.oneof(
      fc
        .tuple(anyNumber, anyNumber, step, fc.boolean(), fc.constantFrom(...dtypes))
        .map(([start, stop, by, down, dtype]) => {
          const whole = dtype.startsWith('int')
          const args = [start, stop, down ? -by : by].map((one) => (whole ? Math.trunc(one) || 1 : one))
          return ['arange', args, dtype, true] as const
        }),
      fc
        .tuple(anyNumber, anyNumber, fc.integer({ min: 0, max: 40 }), fc.boolean(), fc.constantFrom(...dtypes))
        .map(([start, stop, count, endpoint, dtype]) => ['linspace', [start, stop, count], dtype, endpoint] as const),
    ),
    { numRuns: times(600), seed: 7 },
  )
  const expected = askPython(python, PROGRAM, cases) as readonly (readonly [string, number[], string])[]
  cases.forEach(([kind, [start, stop, third], dtype, endpoint], at) => {
    const made =
      kind === 'arange'
        ? arange(start as number, stop as number, third as number, { dtype })
        : linspace(start as number, stop as number, third, { dtype, endpoint })
    const bytes = Buffer.from(made.bytes).toString('hex')
    t.deepEqual([made.dtype.str, [...made.shape], bytes], expected[at] as never, JSON.stringify(cases[at]))
  })
})

test('one text holds several selectors', (t) => {
  const a = arange(24).reshape([2, 3, 4])
  t.deepEqual(a.index('1, ::2').toArray(), a.index(1, '::2').toArray())
  t.deepEqual(a.index('..., -1').toArray(), a.index('...', -1).toArray())
  t.deepEqual(a.index('0:1,newaxis, 1').shape, [1, 1, 4])
  t.deepEqual(a.index('1, 2, 3,').item(), 23)
  t.deepEqual(zeros([3, 4]).assign(5, ['1:, ::3']).sum(), 20)
  for (const wrong of ['1,,2', ',', '1, x', '1, 2, 3, 0', '0, 5'])
    t.throws(() => a.index(wrong), { instanceOf: MemmapError, code: 'ERR_MEMMAP_INDEX' }, wrong)
})
