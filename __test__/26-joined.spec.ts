/** concat and stack: NumPy's dtypes, shapes and elements, selections and reductions of joined arrays, and joins of many parts. */
import { join } from 'node:path'
import test from 'ava'
import {
  arange,
  array,
  concat,
  expr,
  full,
  load,
  memmap,
  MemmapError,
  NDArray,
  newaxis,
  openMemmap,
  save,
  slice,
  stack,
  zeros,
} from '../lib/index.js'
import type { Expr, Memmap } from '../lib/index.js'
import { folder, hole } from './support/files.js'
import { arrayFrom, NUMBERS, randomArray, UNITS } from './support/live-arrays.js'
import type { ArrayWire } from './support/live-arrays.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const SCRIPT = `
import base64, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')

def part(p):
    w = p['wire']
    a = np.frombuffer(base64.b64decode(w['data']), w['dtype']).reshape(w['shape'], order=w['order'])
    if p['view']: a = a[tuple(slice(None, None, step) for step in p['view'])]
    return a.transpose(p['axes'])

def answer(one):
    try:
        a = getattr(np, one['name'])([part(p) for p in one['parts']], axis=one['axis'])
        then = one['next']
        if then['op'] == 'index': a = a[(*(s if isinstance(s, int) else None if s is None else slice(*s) for s in then['at']), ...)]
        elif then['op'] == 'take': a = np.take(a, then['positions'], axis=then['axis'])
        elif then['op'] == 'reduce': a = getattr(np, then['name'])(a, axis=then['axis'])
        a = np.asarray(a)
        d = a.dtype.newbyteorder('=')
        return dict(dtype=d.str, shape=list(a.shape), data=base64.b64encode(np.ascontiguousarray(a.astype(d)).tobytes()).decode())
    except Exception as e:
        return dict(error=type(e).__name__ + ': ' + str(e))

json.dump([answer(one) for one in json.load(sys.stdin)], sys.stdout)
`

interface Part {
  readonly wire: ArrayWire
  /** A step along each axis; none for all of the array. */
  readonly view: readonly number[] | null
  readonly axes: readonly number[]
}

type Then =
  | { readonly op: 'nothing' }
  | { readonly op: 'index'; readonly at: readonly (number | null | readonly (number | null)[])[] }
  | { readonly op: 'take'; readonly positions: readonly number[]; readonly axis: number }
  | { readonly op: 'reduce'; readonly name: string; readonly axis: number | null }

interface Question {
  readonly name: 'concatenate' | 'stack'
  readonly axis: number
  readonly parts: readonly Part[]
  readonly next: Then
}

interface Answer {
  readonly error?: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: string
}

/** A part of a shape, in any memory order and with gaps. */
function randomPart(random: Random, dtype: string, shape: readonly number[]): Part {
  const view = random.chance(0.3) ? shape.map(() => random.pick([1, -1, 2])) : null
  const wide = shape.map((length, axis) => (view?.[axis] === 2 ? Math.max(0, 2 * length - 1) : length))
  const axes = shape.map((_, axis) => axis)
  const isTurned = random.chance(0.3)
  // The memory has the axes in reverse.
  const memory = isTurned ? wide.toReversed() : wide
  const wire = randomArray(random, dtype, memory, 'tame')
  return {
    wire,
    view: view === null ? null : isTurned ? view.toReversed() : view,
    axes: isTurned ? axes.toReversed() : axes,
  }
}

function partOf({ wire, view, axes }: Part): NDArray {
  const whole = arrayFrom(wire)
  const seen = view === null ? whole : whole.index(...view.map((step) => slice(undefined, undefined, step)))
  return axes.length === 0 ? seen : (seen as NDArray).transpose([...axes])
}

function kindsOf(random: Random): readonly string[] {
  const roll = random.next()
  if (roll < 0.3) return [random.pick(NUMBERS)]
  if (roll < 0.7) return NUMBERS
  if (roll < 0.8) return UNITS.map((unit) => `M8[${unit}]`)
  // Years and months have no length in days.
  if (roll < 0.9) return ['h', 'm', 's', 'ms', 'us', '25s', 'D', '7D'].map((unit) => `m8[${unit}]`)
  return random.chance(0.5) ? ['S1', 'S3', 'S7'] : ['S3', 'U1', 'U3', 'U5']
}

function question(random: Random): Question {
  const kinds = kindsOf(random)
  const ndim = random.pick([1, 1, 2, 2, 3, 4])
  const shape = Array.from({ length: ndim }, () => (random.chance(0.07) ? 0 : 1 + random.below(5)))
  const name = random.chance(0.3) ? 'stack' : 'concatenate'
  const axes = name === 'stack' ? ndim + 1 : ndim
  const axis = random.below(2 * axes) - axes
  const along = axis < 0 ? axis + axes : axis
  const parts = Array.from({ length: 1 + random.below(random.chance(0.1) ? 20 : 4) }, () => {
    const own = name === 'stack' ? shape : shape.with(along, random.chance(0.15) ? 0 : random.below(6))
    const kind = random.pick(kinds)
    const dtype = `${random.chance(0.3) ? '>' : '<'}${kind}`
    return randomPart(random, dtype, random.chance(0.01) ? own.with(0, 9) : own)
  })
  const result =
    name === 'stack'
      ? shape.toSpliced(along, 0, parts.length)
      : shape.with(
          along,
          parts.reduce((sum, part) => sum + lengthOf(part, along), 0),
        )
  return { name, axis, parts, next: thenOf(random, result, /[SU]/.test(kinds[0] as string), kinds) }
}

function lengthOf({ wire, view, axes }: Part, axis: number): number {
  const at = axes[axis] as number
  const length = wire.shape[at] as number
  return view === null ? length : Math.ceil(length / Math.abs(view[at] as number))
}

function thenOf(random: Random, shape: readonly number[], isText: boolean, kinds: readonly string[]): Then {
  const roll = random.next()
  if (roll < 0.25) return { op: 'nothing' }
  if (roll < 0.6 || isText) {
    const bound = (length: number): number | null =>
      random.chance(0.4) ? null : random.below(2 * length + 3) - length - 1
    const at = shape
      .slice(0, random.below(shape.length + 1))
      .map((length) =>
        random.chance(0.3) && length > 0
          ? random.below(2 * length) - length
          : [bound(length), bound(length), random.pick([null, 1, 2, 3, -1, -2])],
      )
    return { op: 'index', at: random.chance(0.2) ? [null, ...at] : at }
  }
  const axis = random.below(2 * shape.length) - shape.length
  if (roll < 0.8) {
    const length = shape.at(axis) as number
    const count = length === 0 ? 0 : random.below(7)
    return { op: 'take', axis, positions: Array.from({ length: count }, () => random.below(2 * length) - length) }
  }
  // Sums of floats round differently.
  const isWhole = kinds.every((kind) => /^[?iu]/.test(kind))
  const names = (kinds[0] as string).startsWith('M')
    ? ['min', 'max', 'argmax']
    : ['min', 'max', 'argmin', 'count_nonzero', ...(isWhole ? ['sum', 'cumsum'] : [])]
  return { op: 'reduce', name: random.pick(names), axis: random.chance(0.3) ? null : axis }
}

const OURS: Readonly<Record<string, string>> = { count_nonzero: 'countNonzero' }

function ask({ name, axis, parts, next: then }: Question): unknown {
  const arrays = parts.map(partOf)
  const joined: Expr = name === 'stack' ? stack(arrays, { axis }) : concat(arrays, { axis })
  switch (then.op) {
    case 'nothing':
      return joined.evaluate({ order: 'C' })
    case 'index':
      return joined
        .index(
          ...(then.at.map((one) =>
            one === null
              ? newaxis
              : typeof one === 'number'
                ? one
                : slice(one[0] ?? undefined, one[1] ?? undefined, one[2] ?? undefined),
          ) as unknown as ['0']),
        )
        .evaluate({ order: 'C' })
    case 'take':
      return joined.take([...then.positions], { axis: then.axis })
    case 'reduce': {
      const method = (joined as unknown as Record<string, (options: object) => unknown>)[OURS[then.name] ?? then.name]
      return method?.call(joined, then.axis === null ? {} : { axis: then.axis })
    }
  }
}

function difference(ours: unknown, numpy: Answer): string | null {
  const theirs = arrayFrom({ dtype: numpy.dtype, shape: numpy.shape, order: 'C', data: numpy.data })
  if (!(ours instanceof NDArray)) {
    const same = String(ours) === String(theirs.item()) || Number(ours) === Number(theirs.item())
    return same || JSON.stringify(ours) === JSON.stringify(theirs.item())
      ? null
      : `${String(ours)} not ${numpy.dtype} ${String(theirs.item())}`
  }
  if (ours.dtype.str !== numpy.dtype) return `dtype ${ours.dtype.str} not ${numpy.dtype}`
  if (ours.shape.join() !== numpy.shape.join()) return `shape ${ours.shape.join()} not ${numpy.shape.join()}`
  if (ours.size === 0) return null
  if (Buffer.from(ours.copy({ order: 'C' }).bytes).equals(Buffer.from(numpy.data, 'base64'))) return null
  return `${ours.repr()} not ${theirs.repr()}`
}

live('joins of random arrays, and what is selected of them, agree with NumPy', (t, python) => {
  const random = randomFrom(seed())
  const questions = Array.from({ length: times(4000) }, () => question(random))
  const answers = askPython<Answer[]>(python, SCRIPT, questions)
  const failures: string[] = []
  let compared = 0
  for (const [index, one] of questions.entries()) {
    const numpy = answers[index] as Answer
    const show = (what: string): void => {
      const parts = one.parts.map(
        ({ wire, view, axes }) => `${String(wire.dtype)}(${wire.shape})${wire.order} ${view} ${axes}`,
      )
      failures.push(`${index}: ${one.name} axis ${one.axis} [${parts.join('; ')}] ${JSON.stringify(one.next)}: ${what}`)
    }
    try {
      const ours = ask(one)
      if (numpy.error !== undefined) show(`NumPy fails: ${numpy.error}`)
      else {
        compared++
        const found = difference(ours, numpy)
        if (found !== null) show(found)
      }
    } catch (error) {
      if (!(error instanceof MemmapError) || numpy.error === undefined) show(String(error))
    }
  }
  t.deepEqual(failures.slice(0, 20), [], `${failures.length} of ${questions.length}`)
  t.true(compared > 0.9 * questions.length, `${compared} compared`)
})

type Method = (...args: unknown[]) => unknown
const refused = (code: string, message?: RegExp): object => ({
  instanceOf: MemmapError,
  code,
  ...(message && { message }),
})

test('arrays that do not fit are refused', (t) => {
  const call = (of: unknown, ...args: unknown[]): unknown => (of as Method)(...args)
  for (const of of [concat, stack]) {
    t.throws(() => call(of, []), refused('ERR_MEMMAP_ARGUMENT', /needs at least one array/))
    for (const value of [1, 'x', null, undefined, [1], new Map()])
      t.throws(() => call(of, [value]), refused('ERR_MEMMAP_ARGUMENT', /takes a list of arrays/))
    for (const value of [zeros(2), undefined, 1, 'ab'])
      t.throws(() => call(of, value), refused('ERR_MEMMAP_ARGUMENT', /takes a list of arrays/))
    t.throws(() => call(of, [zeros(2), zeros([2, 2])]), refused('ERR_MEMMAP_SHAPE'))
    t.throws(() => call(of, [zeros(2)], { axis: 2 }), refused('ERR_MEMMAP_INDEX'))
    t.throws(() => call(of, [zeros(2)], { axis: -3 }), refused('ERR_MEMMAP_INDEX'))
    t.throws(() => call(of, [zeros(2)], { axis: 0.5 }), refused('ERR_MEMMAP_INDEX'))
    t.throws(() => call(of, [zeros(2)], { axes: 0 }), refused('ERR_MEMMAP_ARGUMENT'))
    t.throws(() => call(of, [zeros(2)], {}, 1), refused('ERR_MEMMAP_ARGUMENT'))
    t.throws(() => call(of, zeros(2), zeros(2)), refused('ERR_MEMMAP_ARGUMENT'))
    t.throws(() => call(of, [zeros(2, { dtype: 'M8[s]' }), zeros(2)]), refused('ERR_MEMMAP_DTYPE', /no common one/))
    t.throws(
      () => call(of, [zeros(2, { dtype: [['x', 'f4']] as never }), zeros(2)]),
      refused('ERR_MEMMAP_DTYPE', /no common one/),
    )
    t.throws(() => call(of, [new DataView(new ArrayBuffer(8))]), refused('ERR_MEMMAP_DTYPE'))
  }
  t.throws(() => concat([zeros([2, 3]), zeros([2, 4])]), refused('ERR_MEMMAP_SHAPE', /all axes but axis 0/))
  t.throws(() => concat([zeros([])]), refused('ERR_MEMMAP_SHAPE', /use stack\(\)/))
  t.throws(() => stack([zeros(2), zeros(3)]), refused('ERR_MEMMAP_SHAPE', /use concat\(\)/))
  const deep = zeros(Array.from({ length: 64 }, () => 1)) as unknown as NDArray
  t.throws(() => stack([deep, deep]), refused('ERR_MEMMAP_SHAPE', /64 axes/))
  t.is(concat([deep, deep]).shape[0], 2)
  const closed = memmap(hole(t, 8), { dtype: 'uint8' })
  closed.close()
  t.throws(() => concat([closed]).evaluate(), refused('ERR_MEMMAP_CLOSED'))
})

test('records and raw bytes join where their dtype is the same', (t) => {
  const points = array(
    [
      [1, 2],
      [3, 4],
    ],
    {
      dtype: [
        ['x', '<f4'],
        ['y', '<i2'],
      ] as never,
    },
  ) as unknown as NDArray
  t.deepEqual(concat([points, points]).evaluate().toArray(), [...(points.toArray() as []), ...(points.toArray() as [])])
  t.deepEqual(concat([points, points]).take([3, 0]).toArray(), [
    { x: 3, y: 4 },
    { x: 1, y: 2 },
  ] as never)
  t.deepEqual(concat([points, points]).index('::-1').evaluate().shape, [4])
  const raw = array([Uint8Array.of(1, 2)] as never, { dtype: 'V2' }) as unknown as NDArray
  t.deepEqual(concat([raw, raw]).evaluate().toArray(), [Uint8Array.of(1, 2), Uint8Array.of(1, 2)] as never)
})

test('typed arrays and expressions join, and are computed when they are read', (t) => {
  const x = array([1, 2, 3], { dtype: 'float32' })
  const all = concat([x, new Uint8Array([4, 5]), expr`${x} * 10`])
  t.is(all.dtype.name, 'float32')
  t.deepEqual(all.evaluate().toArray(), [1, 2, 3, 4, 5, 10, 20, 30])
  x.set(0, 7)
  t.deepEqual(all.evaluate().toArray(), [7, 2, 3, 4, 5, 70, 20, 30])
  t.is(Number(expr`${all} + 1`.sum()), Number(all.sum()) + 8)
  t.deepEqual(concat([all, all]).index('7:9').evaluate().toArray(), [30, 7])
  t.deepEqual(stack([all, all], { axis: -1 }).index(-1).evaluate().toArray(), [30, 30])
  t.deepEqual(all.take([7, 0, -1]).toArray(), [30, 7, 30])
  t.deepEqual(
    stack([expr`${x}`, expr`-${x}`])
      .max({ axis: 0 })
      .toArray(),
    [7, 2, 3],
  )
  t.deepEqual(
    stack([zeros([]), full([], 2)])
      .evaluate()
      .toArray(),
    [0, 2],
  )
})

test('a join goes in place and overlapping into its own parts, as if evaluated first', (t) => {
  for (const [text, of] of [
    ['reversed', (x: NDArray) => [x.index('3:'), x.index(':3')]],
    ['turned', (x: NDArray) => [x.index('::-1').index(':2'), x.index(':4')]],
    ['twice', (x: NDArray) => [x.index(':3'), expr`${x.index(':3') as NDArray} * 2`]],
  ] as const) {
    const [one, other] = [0, 1].map(() => arange(12).reshape([6, 2]) as unknown as NDArray) as [NDArray, NDArray]
    one.assign(concat(of(one) as NDArray[]))
    other.assign(concat(of(other) as NDArray[]).evaluate())
    t.deepEqual(one.toArray(), other.toArray(), text)
  }
})

test('thousands of parts', (t) => {
  const parts = Array.from({ length: 5000 }, (_, index) => full([2, 3], index, { dtype: 'int32' }))
  const all = concat(parts)
  t.deepEqual(all.shape, [10_000, 3])
  t.is(Number(all.sum()), (6 * (4999 * 5000)) / 2)
  t.deepEqual(all.take([9999, 5000, 0]).toArray(), [
    [4999, 4999, 4999],
    [2500, 2500, 2500],
    [0, 0, 0],
  ])
  t.deepEqual(all.index('::-1000', 0).evaluate().toArray().map(Number).slice(0, 3), [4999, 4499, 3999])
  t.is(all.index(7777, 1).evaluate().item(), 3888)
  t.deepEqual(all.max({ axis: 0 }).toArray(), [4999, 4999, 4999])
  t.deepEqual(stack(parts, { axis: 1 }).shape, [2, 5000, 3])
  t.deepEqual(stack(parts, { axis: 1 }).index(1, -1).evaluate().toArray(), [4999, 4999, 4999])
  t.is(Number(expr`${all} % 2`.sum()), 3 * 5000)
})

test('take along axis 0 reads only the parts that it takes from', (t) => {
  const parts: Memmap[] = Array.from(
    { length: 4 },
    () => memmap(hole(t, 2 ** 30), { dtype: 'float32', shape: [2 ** 20, 256] }) as unknown as Memmap,
  )
  const all = concat(parts)
  t.deepEqual(all.shape, [2 ** 22, 256])
  const start = performance.now()
  t.deepEqual(all.take([0, 2 ** 22 - 1, 2 ** 21]).shape, [3, 256])
  t.true(performance.now() - start < 5000)
  parts[1]?.close()
  t.deepEqual(all.take([0, 2 ** 22 - 1]).shape, [2, 256])
  t.throws(() => all.take([2 ** 20]), refused('ERR_MEMMAP_CLOSED'))
})

test('ten files become one', async (t) => {
  const at = folder(t)
  const paths = Array.from({ length: 10 }, (_, index) => join(at, `${index}.npy`))
  for (const [index, path] of paths.entries())
    save(
      path,
      arange(300)
        .reshape([100, 3])
        .map((value) => Number(value) + 1000 * index, { dtype: index % 2 === 0 ? '>f4' : 'int16' }),
    )
  const parts = paths.map((path) => openMemmap(path, { mode: 'r' }) as unknown as NDArray)
  save(join(at, 'all.npy'), concat(parts))
  const all = load(join(at, 'all.npy'), { mmapMode: 'r' }) as unknown as Memmap
  t.deepEqual([all.shape, all.dtype.str], [[1000, 3], '<f4'])
  for (const [index, part] of parts.entries()) t.true(all.slice(100 * index, 100 * index + 100).equals(part))
  t.true(all.equals(await concat(parts).promises.evaluate()))
  let rows = 0
  for (const block of concat(parts).blocks({ bytes: 3000 })) rows += block.shape[0] as number
  t.is(rows, 1000)
})
