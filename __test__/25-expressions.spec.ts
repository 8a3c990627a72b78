/** Expressions: errors, when they are computed, where their elements go, and that each method has the results of evaluate(). */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import {
  arange,
  array,
  concat,
  expr,
  Expr,
  full,
  load,
  memmap,
  MemmapError,
  NDArray,
  newaxis,
  openMemmap,
  save,
  savez,
  stack,
  zeros,
} from '../lib/index.js'
import type { Memmap } from '../lib/index.js'
import { REDUCTIONS, SCANS } from '../lib/ops/table.js'
import { folder, hole } from './support/files.js'
import { basicParts, samples, selectorsOf } from './support/oracle-arbitraries.js'
import { randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { timeLimit, times } from './support/slow.js'

const DTYPES =
  'bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64 complex128'.split(' ')

/** Calls `expr` with a text that is known at run time. `$` stands for the next value. */
function tag(text: string, ...values: readonly unknown[]): Expr {
  const strings = text.split('$')
  return expr(Object.assign([...strings], { raw: strings }), ...(values as never[]))
}

type Method = (...args: unknown[]) => unknown

/** Calls a method by its name. */
const call = (of: object, name: string, ...args: unknown[]): unknown => (of as Record<string, Method>)[name]?.(...args)

/** Replaces arrays by their dtypes, shapes and elements, which tests compare. */
function plain(value: unknown): unknown {
  if (value instanceof NDArray) return [value.dtype.str, value.shape, value.toArray()]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
  return value
}

const outcome = (run: () => unknown): unknown => {
  try {
    return plain(run())
  } catch (error) {
    if (error instanceof MemmapError) return error.code
    throw error
  }
}

const a = array([1, 2, 3], { dtype: 'float32' })
const whole = array([1, 2, 3], { dtype: 'int32' })

// Errors of the text.

const SYNTAX: readonly (readonly [text: string, caret: number, said: RegExp])[] = [
  ['', 0, /a value is missing/],
  ['   ', 3, /a value is missing/],
  ['$ +', 6, /a value is missing/],
  ['* $', 0, /'\*' has no place here; put a value there/],
  ['(1', 2, /'\)' is missing; close the '\('/],
  ['1)', 1, /'\)' has no place here/],
  ['sqrt($', 9, /'\)' is missing; close the call of sqrt/],
  ['sqrt($,)', 10, /'\)' has no place here/],
  ['1 < 2 < 3', 6, /comparisons form no chain; write \(a < b\) & \(b < c\)/],
  ['$ = 1', 5, /'=' has no place here; compare with ==/],
  ['$ && $', 5, /'&&' has no place here/],
  ['$ and $', 5, /'and' has no place here; write &/],
  ['$ or 1', 5, /'or' has no place here; write \|/],
  ['not $', 0, /there is no value 'not'; write ~, or logical_not\(x\)/],
  ['!$', 0, /'!' has no place here; write ~, or logical_not\(x\)/],
  ['1 if $ else 2', 2, /'if' has no place here; write where\(condition, a, b\)/],
  ['$ $', 5, /there is no operator between two values/],
  ['2 $', 2, /there is no operator between two values/],
  ['$ @ $', 5, /'@' has no place here/],
  ['$[0]', 4, /'\[' has no place here/],
  ['$.sum()', 4, /'\.' has no place here/],
  ["'a' + $", 0, /''' has no place here/],
  ['😀 + $', 0, /'😀' has no place here/],
  ['x + 1', 0, /there is no value 'x'; interpolate it: \$\{x\}/],
  ['sqrt + 1', 0, /there is no value 'sqrt'; call it: sqrt\(\.\.\.\)/],
  ['foo($)', 0, /there is no function 'foo'/],
  ['add($, $)', 0, /there is no function 'add'/],
  ['np.sqrt($)', 0, /there is no value 'np'/],
  ['constructor($)', 0, /there is no function 'constructor'/],
  ['__proto__', 0, /there is no value '__proto__'/],
  ['toString', 0, /there is no value 'toString'/],
  ['sqrt()', 0, /sqrt takes 1 value, not 0/],
  ['1 + where($, 1)', 4, /where takes 3 values, not 2/],
  ['01', 0, /a whole number has no leading zeros/],
  ['1__0', 0, /an underscore stands between two digits/],
  ['1_.5', 0, /an underscore stands between two digits/],
  ['2j', 1, /'j' follows a number/],
  ['0x10', 1, /'x10' follows a number/],
]

for (const [text, caret, said] of SYNTAX) {
  test(`'${text}' is an error with a caret under the place`, (t) => {
    const values = Array.from({ length: text.split('$').length - 1 }, () => a)
    const error = t.throws(() => tag(text, ...values), { instanceOf: MemmapError, code: 'ERR_MEMMAP_ARGUMENT' })
    t.regex(error.message, said)
    const [rule, line, below] = error.message.split('\n') as [string, string, string]
    t.regex(rule, /^invalid expression: .*; /)
    let place = 0
    t.is(line, `  ${text.replaceAll('$', () => `\${${place++}}`)}`)
    t.is(below, `  ${' '.repeat(caret)}^`)
  })
}

test('an error shows the line of the place, of several', (t) => {
  const error = t.throws(() => tag('$ +\n  ($ *\n 2', a, a), { code: 'ERR_MEMMAP_ARGUMENT' })
  t.deepEqual((error as Error).message.split('\n').slice(1), ['   2', '    ^'])
})

test('texts that are too deep or too long are errors', (t) => {
  const deep = '('.repeat(300) + '1' + ')'.repeat(300)
  t.throws(() => tag(deep), { code: 'ERR_MEMMAP_ARGUMENT', message: /nested more than 200 deep/ })
  t.throws(() => tag('-'.repeat(300) + '1'), { code: 'ERR_MEMMAP_ARGUMENT', message: /nested more than 200 deep/ })
  t.throws(() => tag('2**'.repeat(300) + '1'), { code: 'ERR_MEMMAP_ARGUMENT', message: /nested more than 200 deep/ })
  t.throws(() => tag('1' + '+1'.repeat(60_000)), { code: 'ERR_MEMMAP_ARGUMENT', message: /too long/ })
  t.is(
    tag('('.repeat(199) + '1' + ')'.repeat(199))
      .evaluate()
      .item(),
    1n,
  )
})

test('a long sum is computed, up to the limit of depth', (t) => {
  t.deepEqual(
    tag('$' + ' + 1'.repeat(900), a)
      .evaluate()
      .toArray(),
    [901, 902, 903],
  )
  t.throws(() => tag('$' + ' + 1'.repeat(1500), a), {
    code: 'ERR_MEMMAP_ARGUMENT',
    message: /more than 1000 operations/,
  })
  const error = t.throws(() => tag('1 + '.repeat(3000) + '1')) as Error
  t.regex(error.message, /^invalid expression: it has more than 1000 operations; .*\n {2}\.\.\..{100}\.\.\.\n +\^$/)
})

test('an escape that JavaScript does not know is ERR_MEMMAP_ARGUMENT', (t) => {
  t.throws(() => expr`\u{zz}`, { code: 'ERR_MEMMAP_ARGUMENT', message: /an escape in its text is malformed/ })
})

test('a list behind shape that was changed reaches no memory of others', (t) => {
  const small = zeros(3)
  const other = zeros(5)
  ;(small.shape as number[])[0] = 20
  for (const work of [() => small.assign(tag('$ * 0 + 7', small)), () => small.sort(), () => small.cumsum()]) {
    t.throws(work, { code: 'ERR_MEMMAP_SHAPE', message: /reaches beyond the memory of the array/ })
  }
  t.deepEqual(other.toArray(), [0, 0, 0, 0, 0])
})

test('an expression keeps the shape that its arrays had, whatever their files get', async (t) => {
  const path = join(folder(t), 'log.bin')
  writeFileSync(path, new Uint8Array(Float64Array.of(1, 2).buffer))
  const log = memmap(path, { dtype: 'float64' })
  const sum = expr`${log} + 1`
  const both = expr`${log} + ${log}`
  const joined = concat([log, log])
  const pending = [log.promises.sum(), log.promises.copy(), log.promises.median(), sum.promises.evaluate()] as const
  log.append([9])
  t.deepEqual(sum.evaluate().toArray(), [2, 3])
  t.deepEqual(both.evaluate().toArray(), [2, 4])
  t.deepEqual([joined.shape, joined.evaluate().toArray()], [[4], [1, 2, 1, 2]])
  const [total, copy, middle, sums] = await Promise.all(pending)
  t.deepEqual([total, copy.toArray(), middle, sums.toArray()], [3, [1, 2], 1.5, [2, 3]])
  log.append(concat([log, log]))
  log.append(expr`-${log}`)
  t.deepEqual(log.toArray(), [1, 2, 9, 1, 2, 9, 1, 2, 9, -1, -2, -9, -1, -2, -9, -1, -2, -9])
  log.resize(1)
  t.throws(() => sum.sum(), { code: 'ERR_MEMMAP_CLOSED' })
})

test('joins of joins, and arrays joined one by one', (t) => {
  let joined = concat([array([0])])
  for (let i = 1; i < 1500; i++) joined = concat([joined, array([i])])
  t.deepEqual([joined.shape, joined.sum()], [[1500], (1499 * 1500) / 2])
  let deep = concat([zeros([1, 1])])
  const nest = (): unknown => {
    for (let i = 0; i < 300; i++) {
      const [rows, columns] = deep.shape as readonly [number, number]
      deep = i % 2 === 0 ? concat([deep, zeros([1, columns])]) : concat([deep, zeros([rows, 1])], { axis: 1 })
    }
    return deep
  }
  t.throws(nest, {
    code: 'ERR_MEMMAP_ARGUMENT',
    message: /^invalid arrays: they are joined from joined arrays, more than/,
  })
})

// Errors of the operands.

test('operands that are no arrays or scalars are ERR_MEMMAP_ARGUMENT', (t) => {
  for (const value of [[1], null, undefined, 'x', Symbol('x'), () => 1, {}, new Map(), { re: 1 }]) {
    t.throws(
      () => tag('$ + 1', value),
      { instanceOf: MemmapError, code: 'ERR_MEMMAP_ARGUMENT', message: /^invalid operand / },
      inspect(value),
    )
  }
})

test('shapes that do not broadcast are ERR_MEMMAP_BROADCAST', (t) => {
  t.throws(() => expr`${a} + ${zeros(4)}`, { code: 'ERR_MEMMAP_BROADCAST' })
  t.throws(() => expr`where(${a} > 1, ${zeros([2, 1])}, ${zeros([3, 1])})`, { code: 'ERR_MEMMAP_BROADCAST' })
  t.throws(() => zeros(2).assign(expr`${a} + 1`), { code: 'ERR_MEMMAP_BROADCAST' })
  t.deepEqual(expr`${zeros([4, 1])} + ${a}`.shape, [4, 3])
})

test('dtypes without a loop are ERR_MEMMAP_DTYPE, at the place', (t) => {
  const truths = array([true, false])
  const cases: readonly (readonly [text: string, ...values: unknown[]])[] = [
    ['$ - $', truths, truths],
    ['-$', truths],
    ['$ << 1', a],
    ['1 >> $', a],
    ['~$', a],
    ['$ & 1', a],
    ['$ // 1', zeros(2, { dtype: 'complex64' })],
    ['$ % 2', zeros(2, { dtype: 'complex64' })],
    ['floor($)', zeros(2, { dtype: 'complex128' })],
    ['arctan2($, 1)', zeros(2, { dtype: 'complex128' })],
  ]
  for (const [text, ...values] of cases) {
    const error = t.throws(() => tag(text, ...values), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' }, text)
    t.regex(error.message, /is not defined for .*\n.*\n +\^$/, text)
  }
})

test('text and records are ERR_MEMMAP_DTYPE', (t) => {
  for (const dtype of ['S3', 'U2', 'V4', [['x', 'f4']]] as const) {
    const words = zeros(3, { dtype: dtype as 'S3' })
    t.throws(() => expr`${words as never} == 1`, { code: 'ERR_MEMMAP_DTYPE', message: /take a field of records/ })
  }
  t.throws(() => expr`${new DataView(new ArrayBuffer(4))}`, { code: 'ERR_MEMMAP_DTYPE' })
  const points = array(
    [
      [1, 2],
      [3, 4],
    ],
    {
      dtype: [
        ['x', '>f4'],
        ['y', 'i2'],
      ] as never,
    },
  ) as unknown as NDArray
  t.deepEqual(expr`${points.field('x' as never) as NDArray} * 2`.evaluate().toArray(), [2, 6])
})

test('an integer that the dtype beside it does not hold is ERR_MEMMAP_CAST; in a comparison it is compared', (t) => {
  const small = array([0, 255], { dtype: 'uint8' })
  t.throws(() => expr`${small} + 300`, {
    code: 'ERR_MEMMAP_CAST',
    message: /300 is out of bounds for uint8.*\n.*\n +\^$/,
  })
  t.throws(() => expr`${small} * ${-1}`, { code: 'ERR_MEMMAP_CAST' })
  t.throws(() => expr`${zeros(1, { dtype: 'int64' })} + ${2n ** 63n}`, { code: 'ERR_MEMMAP_CAST' })
  t.deepEqual(expr`${small} < 300`.evaluate().toArray(), [true, true])
  t.deepEqual(expr`${small} == ${-1}`.evaluate().toArray(), [false, false])
  t.deepEqual(expr`clip(${small}, -5, 300)`.evaluate().toArray(), [0, 255])
})

test('an integer to a negative power is ERR_MEMMAP_ARGUMENT, of a literal at once and of an array when it is computed', (t) => {
  t.throws(() => expr`${whole} ** -1`, { code: 'ERR_MEMMAP_ARGUMENT', message: /no integer.*\n.*\n +\^$/ })
  const powers = expr`${whole} ** ${array([1, -2, 1], { dtype: 'int32' })}`
  for (const name of ['evaluate', 'sum', 'max', 'toArray', 'median', 'unique', 'argsort'])
    t.throws(() => call(powers, name), { instanceOf: MemmapError, code: 'ERR_MEMMAP_ARGUMENT' }, name)
  t.throws(() => zeros(3).assign(powers), { code: 'ERR_MEMMAP_ARGUMENT' })
  t.deepEqual(expr`(1.0 * ${whole}) ** -1`.evaluate().toArray(), [1, 0.5, 1 / 3])
})

test('an integer to a negative power rejects too', async (t) => {
  const powers = expr`${whole} ** ${array([1, -2, 1], { dtype: 'int32' })}`
  await t.throwsAsync(powers.promises.evaluate(), { code: 'ERR_MEMMAP_ARGUMENT' })
  await t.throwsAsync(powers.promises.sum(), { code: 'ERR_MEMMAP_ARGUMENT' })
  await t.throwsAsync(zeros(3).promises.assign(powers), { code: 'ERR_MEMMAP_ARGUMENT' })
})

test('closed arrays are ERR_MEMMAP_CLOSED, when they are interpolated and when they are read', async (t) => {
  const open = (): Memmap => memmap(hole(t, 64), { dtype: 'float32', shape: [4, 4] }) as unknown as Memmap
  const closed = open()
  const uses: Readonly<Record<string, (made: Expr) => unknown>> = {
    evaluate: (made) => made.evaluate(),
    sum: (made) => made.sum(),
    cumsum: (made) => made.cumsum({ axis: 0 }),
    median: (made) => made.median(),
    histogram: (made) => made.histogram(),
    argsort: (made) => made.argsort(),
    topk: (made) => made.topk(1),
    take: (made) => made.take([0]),
    index: (made) => made.index(0).evaluate(),
    blocks: (made) => [...made.blocks()],
    assign: (made) => zeros([4, 4]).assign(made),
    fill: (made) => zeros(3).fill(made.index(0, 0)),
    save: (made) => save(join(folder(t), 'a.npy'), made),
    expr: (made) => expr`${made} + 1`.evaluate(),
    concat: (made) => concat([made, made]).evaluate(),
    astype: (made) => made.astype('int8').evaluate(),
  }
  for (const [name, use] of Object.entries(uses)) {
    const mapped = open()
    const made = expr`${mapped} * 2 + ${zeros(4)}`
    mapped.close()
    t.throws(() => use(made), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CLOSED' }, name)
    t.is(String(made), 'Expr(shape=(4,4), dtype=float64)')
  }
  closed.close()
  t.throws(() => expr`${closed} + 1`, { code: 'ERR_MEMMAP_CLOSED' })
  t.throws(() => concat([closed]).evaluate(), { code: 'ERR_MEMMAP_CLOSED' })
  const later = open()
  const made = expr`${later} * 2`
  later.close()
  for (const name of ['evaluate', 'sum', 'median', 'histogram', 'argsort', 'unique'])
    await t.throwsAsync(async () => call(made.promises, name), { code: 'ERR_MEMMAP_CLOSED' }, name)
  await t.throwsAsync(made.promises.searchsorted(1), { code: 'ERR_MEMMAP_CLOSED' })
})

test('a typed array whose buffer was transferred is ERR_MEMMAP_CLOSED', (t) => {
  const typed = new Float32Array(4)
  const made = expr`${typed} + 1`
  structuredClone(typed.buffer, { transfer: [typed.buffer] })
  t.throws(() => expr`${typed} + 1`, { code: 'ERR_MEMMAP_CLOSED' })
  t.throws(() => made.evaluate(), { instanceOf: MemmapError })
})

test('Expr is not constructible, and expr is a tag', (t) => {
  t.throws(() => Reflect.construct(Expr, []), { code: 'ERR_MEMMAP_ARGUMENT', message: /not constructible/ })
  for (const text of ['a + b', undefined, null, 1, ['a'], {}, a])
    t.throws(() => (expr as unknown as Method)(text), { code: 'ERR_MEMMAP_ARGUMENT', message: /expr is a tag/ })
  t.throws(() => (expr as unknown as Method)(Object.assign(['', ''], { raw: [] }), a, a), {
    code: 'ERR_MEMMAP_ARGUMENT',
    message: /invalid number of values 2: the template has 1 places/,
  })
  t.throws(() => call(Expr.prototype, 'sum'), { instanceOf: TypeError })
})

test('surplus arguments and unknown options are refused', async (t) => {
  const made = expr`${a} + 1`
  const calls: readonly (readonly [name: string, ...args: unknown[]])[] = [
    ['astype', 'int8', {}],
    ['take', [0], {}, 1],
    ['blocks', {}, 1],
    ['evaluate', {}, 1],
    ['evaluate', { copy: true }],
    ['toArray', 1],
    ['nonzero', 1],
    ['unique', {}],
    ['minmax', {}],
    ...[...Object.keys(REDUCTIONS), ...Object.keys(SCANS)].flatMap(
      (name) =>
        [
          [name, {}, 1],
          [name, { ax: 1 }],
        ] as const,
    ),
    ['quantile', 0.5, {}, 1],
    ['median', {}, 1],
    ['topk', 1, {}, 1],
    ['histogram', {}, 1],
    ['bincount', {}, 1],
    ['searchsorted', 1, {}, 1],
    ['argsort', {}, 1],
  ]
  for (const [name, ...args] of calls)
    t.throws(() => call(made, name, ...args), { instanceOf: MemmapError, code: 'ERR_MEMMAP_ARGUMENT' }, name)
  for (const [name, ...args] of [
    ['evaluate', {}, 1],
    ['evaluate', { x: 1 }],
    ['sum', {}, 1],
    ['quantile', 0.5, {}, 1],
    ['searchsorted', 1, {}, 1],
    ['unique', {}, 1],
  ] as const)
    await t.throwsAsync(async () => call(made.promises, name, ...args), { code: 'ERR_MEMMAP_ARGUMENT' }, name)
})

test('astype refuses what an expression cannot be of', (t) => {
  for (const dtype of ['S3', 'U2', '>f4', [['x', 'f4']]])
    t.throws(() => (expr`${a} + 1` as Expr).astype(dtype as 'int8'), { code: 'ERR_MEMMAP_DTYPE' })
  t.throws(() => expr`${a}`.index([0, 1] as never), { code: 'ERR_MEMMAP_INDEX', message: /take\(\) has positions/ })
  t.throws(() => expr`${a}`.index(3), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => expr`${a}`.take([3]), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => expr`${a}`.take([0], { axis: 1 }), { code: 'ERR_MEMMAP_INDEX' })
})

// When elements are computed.

test('nothing is computed before it is asked for, and each use reads the arrays again', async (t) => {
  const x = array([1, 2, 3])
  const made = expr`${x} ** 2`
  t.is(made.sum(), 14)
  x.set(0, 10)
  t.is(made.sum(), 113)
  x.fill(1)
  t.deepEqual(made.evaluate().toArray(), [1, 1, 1])
  const promised = made.promises.evaluate()
  t.deepEqual((await promised).toArray(), [1, 1, 1])
  x.fill(2)
  t.deepEqual(made.index('1:').evaluate().toArray(), [4, 4])
  const typed = new Float64Array([3])
  const ofTyped = expr`${typed} * 2`
  typed[0] = 4
  t.is(ofTyped.evaluate().get(0), 8)
  t.deepEqual(expr`${a}`.evaluate().toArray(), a.toArray())
  t.not(expr`${a}`.evaluate() as unknown, a as unknown)
})

test('shape, ndim, size and dtype are known at once', (t) => {
  const mapped = memmap(hole(t, 2 ** 34), { dtype: 'uint8', shape: [2 ** 14, 2 ** 20] })
  const made = expr`${mapped} * 2.5`
  t.deepEqual([made.shape, made.ndim, made.size, made.dtype.name], [[2 ** 14, 2 ** 20], 2, 2 ** 34, 'float64'])
  t.is(String(made), 'Expr(shape=(16384,1048576), dtype=float64)')
  t.is(inspect(made), String(made))
  t.is(made.index(0, 0).evaluate().item(), 0)
  t.is(made.index(-1, '-3:').sum(), 0)
  mapped.close()
})

test('JSON.stringify writes the elements', (t) => {
  t.is(JSON.stringify({ made: expr`${a} + 1`, one: expr`${2} * 3.5` }), '{"made":[2,3,4],"one":7}')
})

test('the same template has other dtypes, shapes and scalars each time', (t) => {
  const run = (x: unknown, y: unknown): Expr => expr`(${x as NDArray} + ${y as NDArray}) * 2`
  const values: readonly unknown[] = [
    a,
    whole,
    array([[1], [2]], { dtype: 'int8' }),
    zeros([]),
    2,
    2.5,
    -0,
    NaN,
    true,
    7n,
    { re: 1, im: 2 },
    new Uint8Array([1, 2, 3]),
    expr`${a} + 1`,
    a.index('::-1'),
    array([1, 2, 3], { dtype: '>f4' }),
    array([], { dtype: 'float32' }).reshape([0, 1]),
  ]
  const random = randomFrom(seed())
  for (let round = 0; round < times(1500); round++) {
    const [x, y] = [random.pick(values), random.chance(0.2) ? x0(random) : random.pick(values)]
    t.deepEqual(
      outcome(() => run(x, y).evaluate()),
      outcome(() => tag('($ + $) * 2', x, y).evaluate()),
      `${inspect(x)} ${inspect(y)}`,
    )
  }
  // The same array twice, and then two arrays.
  const sum = (x: NDArray, y: NDArray): Expr => expr`${x} + ${y}`
  const [one, two] = [array([1, 2]), array([10, 20])] as unknown as [NDArray, NDArray]
  t.deepEqual(sum(one, one).evaluate().toArray(), [2, 4])
  t.deepEqual(sum(one, two).evaluate().toArray(), [11, 22])
  t.deepEqual(sum(two, two).evaluate().toArray(), [20, 40])
})

const x0 = (random: Random): number => random.pick([0.5, 1.5, 1e300, 3, 1e10, Infinity, -1])

test('a plan notices scalars by which the tree differs', (t) => {
  const power = (exponent: number): unknown => expr`${a} ** ${exponent}`.evaluate().toArray()
  t.deepEqual(power(2.5), [1, Math.fround(2 ** 2.5), Math.fround(3 ** 2.5)])
  t.deepEqual(power(0.5), [1, Math.fround(Math.SQRT2), Math.fround(Math.sqrt(3))])
  t.deepEqual(power(2), [1, 4, 9])
  const scaled = (by: number): unknown => expr`${whole} * ${by}`.dtype.name
  t.deepEqual([2, 2.5, 2, 0.5].map(scaled), ['int32', 'float64', 'int32', 'float64'])
  const folded = (x: number, y: number): unknown => expr`${a} * (${x} + ${y})`.evaluate().toArray()
  t.deepEqual(folded(0.5, 0.25), [0.75, 1.5, 2.25])
  t.deepEqual(folded(1.5, 0.25), [1.75, 3.5, 5.25])
})

test('a bool is squared as int8, and to other powers as NumPy has it', (t) => {
  const truths = array([true, false])
  const names = [expr`${truths} ** 2`, expr`${truths} ** 2.0`, expr`${truths} ** 3`, expr`${truths} ** 0.5`]
  t.deepEqual(
    names.map((made) => made.dtype.name),
    ['int8', 'float64', 'int64', 'float64'],
  )
})

/** Python's `//` and `%` of floats, with a sign for zeros. */
const PYTHON_DIVISIONS: readonly (readonly [x: string, y: string, quotient: number, rest: number])[] = [
  ['4.0', '-inf', -1, -Infinity],
  ['-4.0', 'inf', -1, Infinity],
  ['4.0', 'inf', 0, 4],
  ['-4.0', '-inf', 0, -4],
  ['7.5', '2', 3, 1.5],
  ['-7.5', '2', -4, 0.5],
  ['7.5', '-2', -4, -0.5],
  ['1.0', '0.1', 9, 0.09999999999999995],
  ['0.0', '-2', -0, -0],
  ['-1e-300', '1e300', -1, 1e300],
  ['6.0', '-2', -3, -0],
]

for (const [x, y, quotient, rest] of PYTHON_DIVISIONS) {
  test(`${x} // ${y} and % are those of Python`, (t) => {
    t.is(tag(`${x} // (${y})`).evaluate().item() as unknown, quotient)
    t.is(tag(`${x} % (${y})`).evaluate().item() as unknown, rest)
  })
}

// Assignment.

test('assign in place', (t) => {
  const x = array([1, 2, 3, 4], { dtype: 'float32' })
  x.assign(expr`${x} * 2 + 1`)
  t.deepEqual(x.toArray(), [3, 5, 7, 9])
  x.assign(expr`${x.index('1:3')} - 1`, ['1:3'] as never).assign(expr`-${x}`)
  t.deepEqual(x.toArray(), [-3, -4, -6, -9])
})

/** The views of an array that overlap each other in different ways. */
function views(base: NDArray): NDArray[] {
  const [rows] = base.shape as [number, number]
  return [
    base,
    base.T,
    base.index('::-1'),
    base.index(':', '::-1'),
    base.T.index('::-1'),
    base.index('1:').index(`:${rows - 1}`),
    base.index(0),
    base.index(':', 0).index(':', newaxis),
    base.index(-1, '::-1'),
    base.index('0:1'),
  ] as NDArray[]
}

test('overlapping assignments are as if the expression was evaluated first', async (t) => {
  const count = views(zeros([2, 2]) as unknown as NDArray).length
  const one = fc.record({
    side: fc.integer({ min: 1, max: 40 }),
    target: fc.nat(count - 1),
    x: fc.nat(count - 1),
    y: fc.nat(count - 1),
    z: fc.nat(count - 1),
    shift: fc.integer({ min: 0, max: 3 }),
    dtype: fc.constantFrom('float64', 'int32', '>i4', 'int8'),
    reinterprets: fc.boolean(),
    mapped: fc.boolean(),
    late: fc.boolean(),
  })
  const path = hole(t, 8 * 43 * 43)
  const property = fc.asyncProperty(
    one,
    async ({ side, target, x, y, z, shift, dtype, reinterprets, mapped, late }) => {
      const make = (isMapped: boolean): NDArray => {
        const shape = [side + shift, side]
        const base = (isMapped
          ? memmap(path, { dtype: dtype as 'int32', shape })
          : zeros(shape, { dtype: dtype as 'int32' })) as unknown as NDArray
        base.assign(arange(base.size).reshape(shape) as unknown as NDArray)
        return base
      }
      const run = async (base: NDArray, isFirst: boolean): Promise<unknown> => {
        // Rows are shifted by slices of the same base.
        const shifted = base.index(`${shift}:`) as NDArray
        const straight = base.index(`:${side}`) as NDArray
        const of = views(straight)
        const other = views(shifted)
        // The same bytes as another dtype.
        const [to, from] = [of[target] as NDArray, other[x] as NDArray]
        const seen = reinterprets && dtype === 'float64' ? to.view('int64') : to
        try {
          const made = expr`${from} * 2 + ${of[y] as NDArray} - ${other[z] as NDArray} // 3`
          if (isFirst) seen.assign(made.evaluate())
          else if (late) await seen.promises.assign(made)
          else seen.assign(made)
        } catch (error) {
          if (!(error instanceof MemmapError)) throw error
          return error.code
        }
        return base.toArray()
      }
      t.deepEqual(await run(make(mapped), false), await run(make(false), true))
    },
  )
  await fc.assert(property, { numRuns: times(1500) })
})

test('a large assignment that shifts its own elements, in one thread and in several', (t) => {
  const length = 3_000_000
  for (const [to, from] of [
    ['1:', ':-1'],
    [':-1', '1:'],
    ['::-1', ':'],
    ['1:', '::-1'],
  ] as const) {
    const x = arange(length, { dtype: 'int32' } as never) as unknown as NDArray<'int32', 1>
    const source = (x.index(from) as unknown as NDArray).index(`:${length - 1}`)
    const first = expr`${source} * 3 - 1`.evaluate()
    const target = x.index(to).index(`:${length - 1}`)
    target.assign(expr`${source} * 3 - 1`)
    t.true(target.equals(first), `${to} ${from}`)
  }
})

test('elements are cast into the dtype, byte order and memory order of the target', (t) => {
  for (const dtype of ['int8', '>i2', 'uint16', '<i4', '>i8', 'float16', '>f4', '>f8', 'complex64', '>c16', 'bool']) {
    for (const order of ['C', 'F'] as const) {
      for (const text of ['$ * 1.5', '$ > 3', '$ // 2', '$']) {
        const x = arange(12).reshape([3, 4])
        const make = (): NDArray => zeros([2, 3, 4], { dtype: dtype as 'int32', order }) as unknown as NDArray
        const made = tag(text, x)
        t.deepEqual(plain(make().assign(made)), plain(make().assign(made.evaluate())), `${dtype} ${order} ${text}`)
      }
    }
  }
  const words = zeros(3, { dtype: 'S4' })
  words.assign(expr`${whole} * 2`)
  t.deepEqual(words.toArray(), ['2', '4', '6'])
})

test('assign takes an expression with every kind of selectors', (t) => {
  const selectors: readonly (readonly unknown[])[] = [
    [0],
    ['1:', '::2'],
    [':', [0, 2]],
    [[true, false, true, true]],
    [[0, 2, 0]],
    ['...', -1],
    [newaxis, 1],
  ]
  for (const one of selectors) {
    const [x, y] = [zeros([4, 3]), zeros([4, 3])]
    const { shape } = x.index(...(one as ['0'])) as unknown as NDArray
    const of = arange(shape.reduce((size, length) => size * length, 1)).reshape([...shape])
    t.deepEqual(
      x.assign(expr`${of} * 2 + 1`, one as never).toArray(),
      y.assign(expr`${of} * 2 + 1`.evaluate() as never, one as never).toArray(),
      inspect(one),
    )
  }
})

test('an expression goes from files into files', async (t) => {
  const at = folder(t)
  const shape = [300, 400]
  const input = openMemmap(join(at, 'in.npy'), { mode: 'w+', dtype: 'uint16', shape })
  input.assign(arange(120_000).reshape(shape) as never)
  const out = openMemmap(join(at, 'out.npy'), { mode: 'w+', dtype: 'float32', shape })
  out.assign(expr`(${input} - ${input.mean()}) / ${input.std()}`)
  t.true(Math.abs(out.mean()) < 1e-5 && Math.abs(out.std() - 1) < 1e-5)
  out.close()
  const again = openMemmap(join(at, 'out.npy'), { mode: 'r+' }) as unknown as NDArray
  t.true(again.equals(expr`(${input} - ${input.mean()}) / ${input.std()}`.astype('float32').evaluate()))
  await again.promises.assign(expr`${again} * 0 + ${input}`)
  t.true(again.equals(input.astype('float32')))
  const readonly = openMemmap(join(at, 'out.npy'), { mode: 'r' }) as unknown as NDArray
  t.throws(() => readonly.assign(expr`${readonly} + 1`), { code: 'ERR_MEMMAP_READONLY' })
  const appended = memmap(join(at, 'rows.bin'), { mode: 'w+', dtype: 'float32', shape: [1, 400] })
  appended.append(expr`${input.slice(0, 2)} * 2` as never)
  t.deepEqual(appended.shape, [3, 400])
  t.is(appended.get(2, 1), 802)
})

test('fill takes an expression without axes', async (t) => {
  const x = zeros(3)
  t.deepEqual(x.fill(expr`${array([1, 2])} * 2`.index(1) as never).toArray(), [4, 4, 4])
  t.deepEqual((await x.promises.fill(expr`${2} + ${0.5}` as never)).toArray(), [2.5, 2.5, 2.5])
  t.throws(() => x.fill(expr`${a} + 1` as never), { code: 'ERR_MEMMAP_CAST' })
  t.deepEqual(
    zeros(2, { dtype: 'int8' })
      .fill(expr`${zeros([])} + 3` as never)
      .toArray(),
    [3, 3],
  )
  t.is(
    zeros([])
      .assign(expr`${zeros([])} + 3`)
      .item(),
    3,
  )
})

test('save, savez and load keep the elements', (t) => {
  const at = folder(t)
  for (const dtype of DTYPES) {
    const x = array(
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      { dtype: dtype as 'int32', order: 'F' },
    )
    const made = expr`where(${x} == 2, ${x}, ${x} * ${x})`
    const expected = plain(made.evaluate({ order: 'C' }))
    save(join(at, 'a.npy'), made)
    t.deepEqual(plain(load(join(at, 'a.npy'))), expected, dtype)
    for (const compress of [false, true]) {
      savez(join(at, 'a.npz'), { made, x, twice: concat([made, made]) }, { compress })
      const archive = load(join(at, 'a.npz')) as unknown as { get(name: string): NDArray }
      t.deepEqual(plain(archive.get('made')), expected, dtype)
      t.deepEqual(plain(archive.get('twice')), plain(concat([made, made]).evaluate()), dtype)
    }
  }
  save(join(at, 'b.npy'), expr`${zeros([0, 3])} + 1`)
  t.deepEqual((load(join(at, 'b.npy')) as unknown as NDArray).shape, [0, 3])
  save(join(at, 'c.npy'), expr`${2} * ${0.25}`)
  t.is((load(join(at, 'c.npy')) as unknown as NDArray).item(), 0.5)
})

test('save over a file that the expression reads leaves the old elements to the map', (t) => {
  const path = join(folder(t), 'a.npy')
  save(path, arange(1000))
  const mapped = load(path, { mmapMode: 'r' }) as unknown as NDArray
  save(path, expr`${mapped} * 2`)
  t.is(Number((load(path) as unknown as NDArray).get(999)), 1998)
  t.is(Number(mapped.get(999)), 999)
})

test('a save that fails leaves the old file', (t) => {
  const path = join(folder(t), 'a.npy')
  save(path, [1, 2])
  const before = readFileSync(path)
  t.throws(() => save(path, expr`${whole} ** ${array([1, -2, 1], { dtype: 'int32' })}`), {
    code: 'ERR_MEMMAP_ARGUMENT',
  })
  t.deepEqual(readFileSync(path), before)
})

// Parts.

test('blocks are the pieces of evaluate(), for and for await', async (t) => {
  const x = arange(60_000).reshape([300, 200])
  const made = expr`${x} * 2 + ${arange(200)}`
  for (const axis of [0, 1]) {
    const whole = made.evaluate()
    const [now, late]: [NDArray[], NDArray[]] = [[], []]
    for (const block of made.blocks({ bytes: 100_000, axis })) now.push(block)
    for await (const block of made.blocks({ bytes: 100_000, axis })) late.push(block)
    t.true(now.length > 3)
    t.deepEqual(now.map(plain), late.map(plain))
    t.true(concat(now, { axis }).evaluate().equals(whole))
  }
  t.deepEqual([...expr`${a} + 1`.blocks()].map(plain), [plain(expr`${a} + 1`.evaluate())])
  t.deepEqual([...expr`${zeros([0, 2])} + 1`.blocks()], [])
  t.throws(() => expr`${a}`.blocks({ axis: 1 }), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => expr`${a}`.blocks({ bytes: -1 }), { code: 'ERR_MEMMAP_ARGUMENT' })
})

test('index is the selection of evaluate()', (t) => {
  const property = fc.property(
    samples(0, 4).chain((one) => fc.tuple(fc.constant(one), basicParts(one.shape), basicParts(one.shape))),
    fc.boolean(),
    ([{ array: x, shape }, parts, more], joined) => {
      const row = shape.length === 0 ? zeros([]) : arange(shape.at(-1) as number)
      const whole = expr`${x} * 2 + ${row} - ${7}`
      const made = joined && shape.length > 0 ? concat([whole, x, expr`${x} > 2`], { axis: shape.length - 1 }) : whole
      const selected = made.index(...selectorsOf(parts)) as Expr
      const evaluated = made.evaluate().index(...selectorsOf(parts)) as NDArray
      t.deepEqual(plain(selected.evaluate({ order: 'C' })), plain(evaluated.copy({ order: 'C' })))
      t.is(Number(selected.sum()), Number(evaluated.sum()))
      t.deepEqual(
        outcome(() => (selected.index(...selectorsOf(more)) as Expr).evaluate({ order: 'C' })),
        outcome(() => (evaluated.index(...selectorsOf(more)) as NDArray).copy({ order: 'C' })),
      )
    },
  )
  fc.assert(property, { numRuns: times(1500) })
})

test('views and joins of expressions go into any order of axes', (t) => {
  const x = arange(12).reshape([3, 4])
  const made = expr`${x} * 2`
  const joins = [
    made,
    concat([made, x]),
    stack([made, made]),
    stack([concat([made, x]), concat([x, made])], { axis: 1 }),
  ]
  for (const one of joins) {
    const whole = one.evaluate({ order: 'C' })
    for (const selectors of [[':2'], [newaxis], ['...', newaxis], [newaxis, ':2'], ['::-1'], ['...', '1:']] as const) {
      const [part, wanted] = [
        one.index(...(selectors as unknown as ['0'])),
        whole.index(...(selectors as unknown as ['0'])),
      ]
      t.deepEqual(part.evaluate({ order: 'F' }).toArray(), wanted.toArray(), inspect(selectors))
      const target = zeros([...wanted.shape], { order: 'F' })
      t.deepEqual(target.assign(part).toArray(), wanted.toArray(), inspect(selectors))
    }
    t.deepEqual(one.evaluate({ order: 'F' }).toArray(), whole.toArray())
  }
})

test('take is that of evaluate()', (t) => {
  const property = fc.property(
    samples(1, 3),
    fc.infiniteStream(fc.nat(1000)),
    fc.integer({ min: 0, max: 6 }),
    ({ array: x, shape }, numbers, count) => {
      const next = (below: number): number => (numbers.next().value as number) % below
      const axis = next(2 * shape.length) - shape.length
      const length = shape.at(axis) as number
      const positions = Array.from({ length: count }, () => next(2 * length) - length)
      const made = expr`${x} * 2 + ${arange(shape.at(-1) as number)}`
      const parts = concat([made, x], { axis: next(shape.length) })
      for (const one of [made, parts]) {
        t.deepEqual(plain(one.take(positions, { axis })), plain(one.evaluate().take(positions, { axis })))
        if (count > 0)
          t.deepEqual(
            plain(one.take(positions[0] as number, { axis })),
            plain(one.evaluate().take(positions[0] as number, { axis })),
          )
        if (count % 2 === 0 && count > 0) {
          const nested = [positions.slice(0, count / 2), positions.slice(count / 2)]
          t.deepEqual(plain(one.take(nested, { axis })), plain(one.evaluate().take(nested, { axis })))
        }
      }
    },
  )
  fc.assert(property, { numRuns: times(500) })
})

test('expressions of expressions', (t) => {
  const x = array([1, 2, 3])
  const shared = expr`${x} * 2`
  const sum = expr`${shared} + ${shared} ** 2 + sqrt(${shared})`
  t.deepEqual(
    sum.evaluate().toArray(),
    [2, 4, 6].map((y) => y + y * y + Math.sqrt(y)),
  )
  // Each doubles: a shared part is computed once, or this would take 2 ** 200 steps.
  let doubled: Expr = expr`${x} + 0`
  for (let round = 0; round < 200; round++) doubled = expr`${doubled} + ${doubled}`
  t.deepEqual(
    doubled.evaluate().toArray(),
    [1, 2, 3].map((y) => y * 2 ** 200),
  )
  let deep: Expr = expr`${x} + 1`
  for (let round = 1; round < 990; round++) deep = expr`${deep} + 1`
  t.deepEqual(deep.evaluate().toArray(), [991, 992, 993])
  t.deepEqual(deep.index('1:').sum(), 992 + 993)
  t.throws(
    () => {
      for (let round = 0; round < 20; round++) deep = expr`${deep} + 1`
    },
    { code: 'ERR_MEMMAP_ARGUMENT', message: /more than 1000 deep; evaluate\(\) one of them first/ },
  )
})

test('hundreds of operands', (t) => {
  for (const count of [64, 65, 300]) {
    const arrays = Array.from({ length: count }, (_, index) => full(5, index, { dtype: 'float64' }))
    const made = tag(Array.from({ length: count }, () => '$').join(' + '), ...arrays)
    const total = (count * (count - 1)) / 2
    t.deepEqual(
      made.evaluate().toArray(),
      Array.from({ length: 5 }, () => total),
    )
    t.is(made.sum(), 5 * total)
    t.is(zeros(5).assign(made).sum(), 5 * total)
  }
})

test('empty arrays and arrays without axes', (t) => {
  const empty = expr`${zeros([0, 3])} + ${arange(3)}`
  t.deepEqual(plain(empty.evaluate()), ['<f8', [0, 3], []])
  t.is(empty.sum(), 0)
  t.deepEqual(plain(empty.sum({ axis: 0 })), ['<f8', [3], [0, 0, 0]])
  t.throws(() => empty.max(), { instanceOf: MemmapError })
  t.deepEqual(plain(empty.unique()), { values: ['<f8', [0], []], counts: ['<i8', [0], []] })
  const single = expr`${zeros([])} + 2`
  t.is(single.evaluate().item(), 2)
  t.is(single.sum(), 2)
  t.is(single.toArray() as unknown, 2)
  t.is(single.ndim, 0)
  t.is(expr`2 + 3`.evaluate().item(), 5n)
  t.is(expr`pi`.dtype.name, 'float64')
  t.is(expr`True`.evaluate().item(), true)
})

// The same as evaluate().

test('every reduction and statistic is that of evaluate(), of each dtype and axis', async (t) => {
  const random = randomFrom(seed())
  const names = [...Object.keys(REDUCTIONS), ...Object.keys(SCANS)]
  const others: readonly (readonly [name: string, ...args: unknown[]])[] = [
    ['median'],
    ['median', { axis: 0, keepdims: true, skipNaN: true }],
    ['quantile', [0.1, 0.5, 0.99]],
    ['quantile', 0.3, { axis: -1, method: 'nearest', skipNaN: true }],
    ['argsort'],
    ['argsort', { axis: 0 }],
    ['topk', 2],
    ['topk', 2, { axis: 0, largest: false }],
    ['nonzero'],
    ['histogram'],
    ['histogram', { bins: 5, range: [0, 50] }],
    ['unique'],
    ['minmax'],
    ['bincount'],
    ['searchsorted', 3],
  ]
  for (const dtype of DTYPES) {
    for (let round = 0; round < times(12); round++) {
      const shape = random.pick([[7], [5, 4], [3, 1, 4], [40, 300], [2, 3, 50], [1000], [0, 3], []])
      const size = shape.reduce((product, length) => product * length, 1)
      const x = array(Array.from({ length: size }, () => random.below(60)) as number[], { dtype: dtype as 'float32' })
      const order = random.pick(['C', 'F'] as const)
      const base = x.reshape(shape).copy({ order }) as unknown as NDArray
      const text = random.pick(['$ * $', 'where($ > 30, $, nan)', '$ | $', '$', 'abs($)', '$ == $'])
      let made: Expr
      try {
        made = tag(
          text,
          ...text
            .split('$')
            .slice(1)
            .map(() => base),
        )
      } catch (error) {
        if (error instanceof MemmapError) continue
        throw error
      }
      const whole = made.evaluate({ order: 'C' })
      const run = async (name: string, ...args: unknown[]): Promise<void> => {
        const title = `${dtype} ${text} (${shape.join()}) ${order} ${name} ${inspect(args)}`
        const expected = outcome(() => call(whole, name, ...args))
        t.deepEqual(
          outcome(() => call(made, name, ...args)),
          expected,
          title,
        )
        if (name in made.promises) {
          const promised = await (call(made.promises, name, ...args) as Promise<unknown>).catch((error: unknown) => {
            if (error instanceof MemmapError) return error.code
            throw error
          })
          t.deepEqual(plain(promised), expected, `promises: ${title}`)
        }
      }
      for (const name of names) {
        const axis =
          shape.length === 0 || random.chance(0.4) ? {} : { axis: random.below(2 * shape.length) - shape.length }
        const isScan = name in SCANS
        const flags = isScan ? {} : { keepdims: random.chance(0.3), skipNaN: random.chance(0.3) }
        await run(name, { ...axis, ...flags })
      }
      for (const one of others) await run(...one)
    }
  }
})

test('bincount and searchsorted of expressions', (t) => {
  const counted = array([0, 1, 1, 3], { dtype: 'uint8' })
  t.deepEqual(expr`${counted} * 2`.bincount({ minlength: 9 }).toArray().map(Number), [1, 0, 2, 0, 0, 0, 1, 0, 0])
  t.deepEqual(plain(expr`${arange(10)} * 2`.searchsorted([3, 4], { side: 'right' })), ['<i8', [2], [2n, 3n]])
})

test('large reductions of an expression are those of evaluate()', async (t) => {
  const x = arange(3_000_000).reshape([3000, 1000])
  const made = expr`sqrt(${x}) * 1.5 - ${arange(1000)}`
  const whole = made.evaluate()
  for (const name of ['sum', 'mean', 'std', 'var', 'min', 'max', 'argmax', 'argmin', 'countNonzero', 'median']) {
    for (const options of [{}, { axis: 0 }, { axis: 1 }]) {
      const expected = plain(call(whole, name, options))
      t.deepEqual(plain(call(made, name, options)), expected, `${name} ${inspect(options)}`)
      t.deepEqual(plain(await call(made.promises, name, options)), expected, `${name} ${inspect(options)}`)
    }
  }
})

test('evaluate has the order that is asked for', (t) => {
  const x = arange(6).reshape([2, 3]).copy({ order: 'F' })
  t.true(expr`${x} + 1`.evaluate().flags.fContiguous)
  t.true(expr`${x} + 1`.evaluate({ order: 'C' }).flags.cContiguous)
  t.true(expr`${arange(6).reshape([2, 3])} + 1`.evaluate({ order: 'F' }).flags.fContiguous)
  for (const order of ['C', 'F', 'A', 'K'] as const)
    t.deepEqual(
      plain(expr`${x} + 1`.evaluate({ order }).astype('int8')),
      plain(
        arange(6)
          .reshape([2, 3])
          .map((value) => Number(value) + 1, { dtype: 'int8' }),
      ),
    )
  t.throws(() => expr`${x}`.evaluate({ order: 'Q' as never }), { code: 'ERR_MEMMAP_ORDER' })
})

test('promises use the arrays of the moment of the call', async (t) => {
  const x = arange(1_000_000)
  const made = expr`${x} + 1`
  const promise = made.promises.sum()
  const total = await promise
  t.is(Number(total), 500_000_500_000)
  t.deepEqual(plain(await stack([a, a]).promises.evaluate()), plain(stack([a, a]).evaluate()))
})

// Random texts.

const RUNS = Number(process.env['MEMMAP_FUZZ'] ?? times(20_000))

const PIECES =
  '+ - * / // % ** & | ^ ~ << >> < <= == != >= > ( ) ( ) , = ! && || 0 1 2 3 7 1.5 .5 1e3 1e400 2_0 99999999999999999999 True False nan inf pi e $ $ $ $ $ $ ( ) sqrt( exp( where( clip( abs( maximum( hypot( isnan( logical_not( real( angle( arctan2( foo( x j'.split(
    ' ',
  )

function grammatical(random: Random, depth: number): string {
  if (depth === 0 || random.chance(0.2)) return random.pick(['$', '$', '$', '2', '1.5', 'pi', 'True', '-3', '0', '255'])
  const inner = (): string => grammatical(random, depth - 1)
  const roll = random.below(5)
  if (roll < 2) return `(${inner()} ${random.pick(PIECES.slice(0, 19).filter((one) => one !== '~'))} ${inner()})`
  if (roll === 2) return `${random.pick(['-', '+', '~', ''])}${inner()}`
  if (roll === 3)
    return `${random.pick(['sqrt', 'exp', 'abs', 'isnan', 'floor', 'logical_not', 'real', 'sign', 'square'])}(${inner()})`
  return random.chance(0.5)
    ? `${random.pick(['maximum', 'fmin', 'hypot', 'logical_and'])}(${inner()}, ${inner()})`
    : `${random.pick(['where', 'clip'])}(${inner()}, ${inner()}, ${inner()})`
}

function randomText(random: Random): string {
  const kind = random.below(4)
  if (kind === 0) return grammatical(random, random.below(5))
  if (kind === 1)
    return Array.from({ length: random.below(12) }, () => random.pick(PIECES)).join(random.pick(['', ' ']))
  if (kind === 2)
    return String.fromCodePoint(
      ...Array.from({ length: random.below(20) }, () =>
        random.chance(0.8) ? 32 + random.below(96) : random.below(random.pick([256, 0x3000, 0x110000])),
      ),
    )
  // A correct text with a character removed, repeated or changed.
  const text = [...grammatical(random, 3)]
  for (let round = random.below(3); round >= 0; round--)
    text.splice(random.below(text.length + 1), random.below(3), ...(random.chance(0.5) ? [random.pick(PIECES)] : []))
  return text.join('')
}

test(`random texts are a result or a MemmapError with a code (${RUNS})`, (t) => {
  const random = randomFrom(seed())
  const values: readonly unknown[] = [
    ...DTYPES.map((dtype) =>
      array(
        [
          [0, 1, 2],
          [3, 100, 7],
        ],
        { dtype: dtype as 'int32' },
      ),
    ),
    zeros([]),
    zeros([0, 3]),
    zeros([5]),
    array([1, 2, 3], { dtype: '>i2' }),
    zeros(3, { dtype: 'M8[s]' }),
    array([1n, 2n, 3n], { dtype: 'm8[ms]' as never }),
    new Float32Array(3),
    2,
    -1,
    0.5,
    NaN,
    10n ** 30n,
    true,
    { re: 1, im: -1 },
    new Date(0),
    'text',
    expr`${whole} + 1`,
    concat([a, whole]).index(':3'),
  ]
  const failures: string[] = []
  let computed = 0
  for (let run = 0; run < RUNS; run++) {
    const text = randomText(random)
    const operands = Array.from({ length: text.split('$').length - 1 }, () => random.pick(values))
    const start = performance.now()
    try {
      const made = tag(text, ...operands)
      const evaluated = made.evaluate()
      if (evaluated.shape.join() !== made.shape.join() || evaluated.dtype.name !== made.dtype.name)
        failures.push(`${text}: ${String(made)} and ${evaluated.dtype.name}`)
      computed++
    } catch (error) {
      if (
        !(error instanceof MemmapError) ||
        !/^ERR_MEMMAP_[A-Z_]+$/.test(error.code) ||
        /undefined|\[object/.test(error.message)
      )
        failures.push(`${JSON.stringify(text)}: ${String(error)}`)
    }
    if (performance.now() - start > timeLimit(1000)) failures.push(`${text}: ${performance.now() - start} ms`)
  }
  t.deepEqual(failures.slice(0, 20), [], `${failures.length}`)
  t.true(computed > RUNS / 20, `${computed} computed`)
})
