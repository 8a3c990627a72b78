import test from 'ava'
import { MemmapError, NDArray, array, zeros } from '../lib/index.js'
import { fixtureJson } from './support/npy-fixture.js'
import { toFixture, valuesOf } from './support/numpy-json.js'

interface Result {
  readonly dtype?: string
  readonly values?: unknown
  readonly error?: string
}

interface Case {
  readonly dtype: never
  readonly values?: number[][]
  readonly shape?: number[]
  readonly fill?: number
  readonly n?: number
  readonly results: Record<string, Result | number>
}

const { cases } = fixtureJson<{ cases: Case[] }>('reductions.json')

function call(of: NDArray, name: string, axis: string): unknown {
  const options = axis === 'None' ? {} : { axis: Number(axis) }
  return (of as unknown as Record<string, (options: object) => unknown>)[name]?.call(of, options)
}

for (const [at, item] of cases.entries()) {
  if (item.n === undefined) {
    const of =
      item.shape === undefined ? array(item.values, { dtype: item.dtype }) : zeros(item.shape, { dtype: item.dtype })
    for (const [key, expected] of Object.entries(item.results)) {
      test(`${at}: ${item.dtype} ${JSON.stringify(item.values)} ${key}`, (t) => {
        const [, name = '', axis = ''] = /^(\w+)\((.*)\)$/.exec(key) ?? []
        const { error, dtype, values } = expected as Result
        if (error !== undefined) {
          t.throws(() => call(of, name, axis), { instanceOf: MemmapError })
          return
        }
        const result = call(of, name, axis)
        if (result instanceof NDArray) {
          t.is(result.dtype.str, dtype ?? '')
          t.deepEqual(valuesOf(result), values)
        } else {
          const plain =
            typeof result === 'number' && typeof values === 'string' && values !== 'NaN'
              ? String(result)
              : toFixture(result, of.dtype)
          t.deepEqual(plain, values)
        }
      })
    }
  } else {
    test(`${at}: ${item.n} times ${item.fill} in ${item.dtype}`, (t) => {
      const of = zeros([item.n as number], { dtype: item.dtype }) as unknown as NDArray
      of.fill(item.fill as number)
      t.is(of.sum() as number, item.results['sum'] as number)
      t.is(of.mean() as number, item.results['mean'] as number)
    })
  }
}

test("null is Python's None: all axes, and the usual dtype", (t) => {
  const a = array([
    [1, 2],
    [3, 5],
  ])
  const none = { axis: null, dtype: null } as never
  t.is(a.sum(none) as number, 11)
  t.is(a.mean(none) as number, 2.75)
  t.is(a.argmax({ axis: null } as never) as number, 3)
  t.deepEqual(a.sum({ axis: null, keepdims: true } as { keepdims: true }).toArray(), [[11]])
  t.deepEqual(a.cumsum(none).toArray(), [1, 3, 6, 11] as never)
})
