/**
 * Arguments that mean nothing are errors, because JavaScript would silently ignore them.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import {
  Memmap,
  MemmapError,
  array,
  concat,
  expr,
  load,
  memmap,
  openMemmap,
  save,
  savez,
  slice,
  stack,
  zeros,
} from '../lib/index.js'
import { folder } from './support/files.js'

const REFUSED = { instanceOf: MemmapError, code: 'ERR_MEMMAP_ARGUMENT' }

/** Calls with arguments that TypeScript does not allow. */
const call = (target: object, name: string, ...args: unknown[]): unknown =>
  (target as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args)

test('fill of a part, as typed arrays have it, changes nothing', (t) => {
  const path = join(folder(t), 'a.bin')
  const a = memmap(path, { shape: [4], mode: 'w+' })
  const error = t.throws(() => call(a, 'fill', 7, 1, 2), REFUSED) as MemmapError
  t.regex(error.message, /invalid arguments 1, 2 of fill: it takes one argument/)
  t.deepEqual(readFileSync(path), Buffer.alloc(4))
  t.throws(() => call(zeros(4), 'fill', 7, undefined), REFUSED)
  a.fill(7)
  t.is(a.sum(), 28n)
})

test('methods refuse what they do not take, and promises reject', async (t) => {
  const a = memmap(join(folder(t), 'a.bin'), { shape: [2, 2], mode: 'w+', dtype: 'int16' })
  const before = a.toArray()
  const calls: readonly (readonly [name: string, ...args: unknown[]])[] = [
    ['item', 1],
    ['describe', {}],
    ['strided', 1],
    ['toString', {}, 1],
    ['sum', null],
    ['toArray', 1],
    ['transpose', 1, 0],
    ['broadcastTo', 2, 2],
    ['resize', 4, 2],
    ['append', [1, 2], [3, 4]],
    ['flip', 0, 1],
    ['squeeze', 0, 1],
    ['compare', '<', 1, true],
    ['equals', a, {}],
    ['allClose', a, {}, 1e-3],
    ['sum', { axis: 0 }, 1],
    ['dot', a, 1],
    ['nearest', a, {}, 1],
    ['cumsum', { axis: 0 }, 1],
    ['take', [0], { axis: 0 }, 'clip'],
    ['slice', 0, 1, 1, 1],
    ['assign', 1, [0], [1]],
    ['map', (x: number) => x, {}, null],
    ['astype', 'f4', {}, 1],
    ['flush', {}, true],
    ['refresh', 1],
  ]
  for (const [name, ...args] of calls) t.throws(() => call(a, name, ...args), REFUSED, name)
  t.deepEqual([a.shape, a.toArray()], [[2, 2], before])
  for (const [name, ...args] of [
    ['sum', {}, 1],
    ['fill', 1, {}, 2],
    ['assign', 1, [0], {}, 2],
    ['copy', {}, 1],
  ] as const) {
    await t.throwsAsync(() => call(a.promises, name, ...args) as Promise<unknown>, REFUSED, name)
  }
  t.throws(() => call(Memmap, 'attach', a.describe(), {}, 1), REFUSED)
})

test('what somebody gave every object is no option', (t) => {
  // eslint-disable-next-line no-extend-native -- that is what is tested
  Object.defineProperty(Object.prototype, 'polluted', { value: 1, enumerable: true, configurable: true })
  try {
    t.deepEqual(array([1, 2]).sum(), 3)
    t.deepEqual(zeros(2, { dtype: 'int8' }).sum({ axis: 0 }).toArray(), 0n)
    t.throws(() => call(array([1]), 'sum', { constructor: 1 }), REFUSED)
  } finally {
    delete (Object.prototype as { polluted?: number }).polluted
  }
})

test('functions refuse what they do not take, and write nothing', (t) => {
  const at = folder(t)
  const functions = { array, concat, load, memmap, openMemmap, save, savez, slice, stack, zeros }
  const path = join(at, 'a.npy')
  const calls: readonly (readonly [name: string, ...args: unknown[]])[] = [
    ['zeros', 2, {}, 3],
    ['slice', 1, 2, 3, 4],
    ['array', [1], {}, 1],
    ['memmap', path, { mode: 'w+', shape: 1 }, 1],
    ['openMemmap', path, { mode: 'w+', shape: 1 }, 1],
    ['save', path, [1], {}, 1],
    ['savez', path, { a: [1] }, { compression: true }],
    ['load', path, {}, 1],
    ['concat', [zeros(1)], {}, 1],
    ['concat', zeros(1), zeros(1)],
    ['stack', [zeros(1)], { axes: 1 }],
  ]
  for (const [name, ...args] of calls) t.throws(() => call(functions, name, ...args), REFUSED, name)
  t.false(existsSync(path))
})

test('methods of expressions refuse what they do not take, and promises reject', async (t) => {
  const made = expr`${zeros(2)} + 1`
  for (const [name, ...args] of [
    ['evaluate', {}, 1],
    ['evaluate', { dtype: 'int8' }],
    ['astype', 'int8', {}],
    ['sum', {}, 1],
    ['unique', {}],
    ['toArray', 1],
  ] as const)
    t.throws(() => call(made, name, ...args), REFUSED, name)
  for (const [name, ...args] of [
    ['evaluate', {}, 1],
    ['mean', {}, 1],
    ['median', {}, 1],
  ] as const)
    await t.throwsAsync(() => call(made.promises, name, ...args) as Promise<unknown>, REFUSED, name)
})

test('methods keep their names, and a list of arrays can be mapped over with functions of one argument', (t) => {
  t.is(zeros(1).fill.name, 'fill')
  t.is(zeros(1).sum.name, 'sum')
  t.is(JSON.stringify({ a: array([1, 2]) }), '{"a":[1,2]}')
})
