/** Random expressions beside NumPy: dtypes, shapes, and values to the bit where IEEE 754 defines them. */
import test from 'ava'
import { concat, expr, MemmapError, NDArray, stack, zeros } from '../lib/index.js'
import type { Expr } from '../lib/index.js'
import { arrayFrom, randomArray } from './support/live-arrays.js'
import type { ArrayWire } from './support/live-arrays.js'
import { take } from './support/live-chain.js'
import type { Step } from './support/live-chain.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const SEED = seed()
const ROUNDS = times(3000)

const SCRIPT = `
import base64, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
NAMES = {n: getattr(np, n) for n in ('abs sign negative reciprocal square sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan '
  'arctan2 sinh cosh tanh arcsinh arccosh arctanh hypot floor ceil trunc rint minimum maximum fmin fmax clip where isnan isinf isfinite '
  'logical_and logical_or logical_xor logical_not real imag conj angle nan inf pi e').split()}

def operand(o):
    if 'wire' not in o: return eval(o['python'])
    w = o['wire']
    a = np.frombuffer(base64.b64decode(w['data']), w['dtype']).reshape(w['shape'], order=w['order'])
    for step in o['view']:
        a = a.T if step['op'] == 'T' else a[tuple(slice(*s['s']) for s in step['at'])]
    return a

def answer(one):
    try:
        values = {f'v{i}': operand(o) for i, o in enumerate(one['operands'])}
        r = np.asarray(eval(one['python'], {'np': np, **NAMES, **values}))
        if one['into']:
            t = np.zeros(r.shape, one['into'])
            t[...] = r
            r = t
        name = r.dtype.newbyteorder('=').name
        return dict(dtype=name, shape=list(r.shape), data=base64.b64encode(np.ascontiguousarray(r.astype(r.dtype.newbyteorder('<'))).tobytes()).decode())
    except Exception as e:
        return dict(error=type(e).__name__ + ': ' + str(e))

json.dump([answer(one) for one in json.load(sys.stdin)], sys.stdout)
`

/** An array, or a scalar with its text in Python. */
type OperandWire = { readonly wire: ArrayWire; readonly view: readonly Step[] } | { readonly python: string }

interface Question {
  /** The template's text, around the operands. */
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
  readonly python: string
  readonly operands: readonly OperandWire[]
  /** The dtype of the array to which the result is assigned. */
  readonly into: string | null
  /** False where libraries differ in the last digits. */
  readonly exact: boolean
}

interface Answer {
  readonly error?: string
  readonly dtype: string
  readonly shape: number[]
  readonly data: string
}

const KINDS = ['?', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8', 'c8', 'c16']
const BINARY = ['+', '-', '*', '/', '//', '%', '&', '|', '^', '<<', '>>', '<', '<=', '==', '!=', '>=', '>']
const UNARY =
  'abs sign negative square floor ceil trunc rint isnan isinf isfinite logical_not real imag conj sqrt'.split(' ')
const CALLS = 'minimum maximum fmin fmax logical_and logical_or logical_xor'.split(' ')
const INEXACT =
  'cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh angle'.split(
    ' ',
  )

class Writer {
  readonly values: unknown[] = []
  readonly operands: OperandWire[] = []
  exact = true
  constructor(
    private readonly random: Random,
    private readonly shape: readonly number[],
    private readonly kinds: readonly string[],
  ) {}

  /** The text with `$i$` for each operand. */
  tree(depth: number): string {
    const { random } = this
    if (depth === 0 || random.chance(0.1)) return this.leaf()
    const roll = random.next()
    if (roll < 0.55) return `(${this.tree(depth - 1)} ${random.pick(BINARY)} ${this.tree(depth - 1)})`
    if (roll < 0.7) return `${random.pick(UNARY)}(${this.tree(depth - 1)})`
    if (roll < 0.8) return `(${random.pick(['-', '+', '~'])}${this.tree(depth - 1)})`
    if (roll < 0.9) return `${random.pick(CALLS)}(${this.tree(depth - 1)}, ${this.tree(depth - 1)})`
    return `${random.pick(this.kinds.some((kind) => kind.startsWith('c')) ? ['where'] : ['where', 'clip'])}(${this.tree(depth - 1)}, ${this.tree(depth - 1)}, ${this.tree(depth - 1)})`
  }

  leaf(): string {
    const { random } = this
    if (random.chance(0.2))
      return random.pick(['2', '3', '0', '1', '2.0', '0.5', '1e3', 'True', 'pi', 'inf', '7', '-1'])
    return `$${this.operand()}$`
  }

  operand(): number {
    const { random } = this
    if (this.operands.length > 0 && random.chance(0.3)) return random.below(this.operands.length)
    if (random.chance(0.15)) {
      const value = random.pick<number | boolean | bigint>([2, 3, -4, 0.25, 100, true, 5n, -1.5])
      this.values.push(value)
      this.operands.push({ python: value === true ? 'True' : String(value) })
      return this.operands.length - 1
    }
    const dtype = `${random.chance(0.25) ? '>' : '<'}${random.pick(this.kinds)}`
    const shape = this.shape.slice(random.chance(0.2) ? random.below(this.shape.length + 1) : 0)
    const broadcast = shape.map((length) => (random.chance(0.15) ? 1 : length))
    // The argument of a large complex number is lost in its functions.
    const style = random.chance(0.6) || dtype.includes('c') ? 'tame' : 'wild'
    const wire = randomArray(random, dtype, broadcast, style)
    const view: Step[] = random.chance(0.2)
      ? [{ op: 'index', at: broadcast.map(() => ({ s: [null, null, random.pick([1, -1])] })) }]
      : []
    const base = arrayFrom(wire)
    this.values.push(view.reduce((one, step) => take(one, step, base) as NDArray, base))
    this.operands.push({ wire, view })
    return this.operands.length - 1
  }
}

function question(random: Random): Question {
  const shape = random.pick<number[]>([[], [1], [7], [33], [5, 4], [3, 1, 4], [2, 3, 5], [700], [40, 50], [0], [3, 0]])
  const kinds = random.chance(0.4) ? [random.pick(KINDS)] : random.chance(0.5) ? KINDS.slice(0, 12) : KINDS
  const writer = new Writer(random, shape, kinds)
  let text = writer.tree(1 + random.below(3))
  if (random.chance(0.25)) {
    writer.exact = false
    const other = writer.leaf()
    text = random.chance(0.2)
      ? `${random.pick(['hypot', 'arctan2'])}(${text}, ${other})`
      : random.chance(0.2)
        ? `(${text}) ** ${other}`
        : `${random.pick(INEXACT)}(${text})`
  }
  const parts = text.split(/\$(\d+)\$/)
  const strings = parts.filter((_, index) => index % 2 === 0)
  const order = parts.filter((_, index) => index % 2 === 1).map(Number)
  return {
    strings,
    values: order.map((index) => writer.values[index]),
    python: text.replace(/\$(\d+)\$/g, 'v$1'),
    operands: writer.operands,
    into: writer.exact && random.chance(0.15) ? random.pick(['<f4', '<f8', '>f8', '<c16', '|b1']) : null,
    // The absolute value of a complex number is a root.
    exact: writer.exact && !kinds.some((kind) => kind.startsWith('c')),
  }
}

function evaluate({ strings, values, into }: Question): NDArray {
  const made: Expr = expr(Object.assign([...strings], { raw: strings }) as never, ...(values as never[]))
  return into === null ? made.evaluate() : zeros(made.shape, { dtype: into as 'float32' }).assign(made)
}

/** The number of different floats between two, NaN and zeros aside; 0 for equal numbers. */
function ulps(a: number, b: number, isSingle: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) === Number.isNaN(b) ? 0 : Infinity
  if (a === b) return 0
  if (!Number.isFinite(a) || !Number.isFinite(b)) {
    // The largest number beside infinity.
    const most = isSingle ? 3.4e38 : 1.79e308
    return Math.min(Math.abs(a), Math.abs(b)) > most && Math.sign(a) === Math.sign(b) ? 1 : Infinity
  }
  const size = Math.max(Math.abs(a), Math.abs(b))
  const least = isSingle ? 2 ** -149 : 2 ** -1074
  const step = Math.max(least, 2 ** (Math.floor(Math.log2(size)) - (isSingle ? 23 : 52)))
  return Math.abs(a - b) / step
}

/** How two results of a dtype differ; null where they do not. */
function difference(ours: NDArray, numpy: NDArray, exact: boolean, extremes: boolean): string | null {
  const { kind, name, itemsize } = ours.dtype
  const mine = ours.astype(ours.dtype.newByteOrder('=')).ravel()
  const theirs = numpy.ravel()
  if (!'fc'.includes(kind)) {
    if (mine.equals(theirs)) return null
    const at = Number(mine.compare('!=', theirs).argmax())
    return `element ${at}: ${String(mine.get(at))} and NumPy has ${String(theirs.get(at))}`
  }
  const parts = (array: NDArray): number[] =>
    (kind === 'c' ? [array.real, array.imag] : [array]).flatMap(
      (part) => [...part.astype('float64').values()] as number[],
    )
  const [left, right] = [parts(mine), parts(theirs)]
  const isSingle = name === 'float32' || name === 'complex64' || name === 'float16'
  for (const [index, value] of left.entries()) {
    const other = right[index] as number
    if (Object.is(value, other)) continue
    // The sign of a zero among extremes is open.
    if (value === other && (!exact || extremes)) continue
    if (exact && kind === 'f') {
      if (value === 0 && other === 0)
        return `element ${index}: ${Object.is(value, -0) ? '-0' : '0'} and NumPy has the other zero`
      return `element ${index}: ${value} and NumPy has ${other}`
    }
    // NumPy's own vector functions are within 4 ulp, and a complex number is as accurate as its larger part.
    const allowed = name === 'float16' ? 2 ** 14 : 6
    if (ulps(value, other, isSingle) <= allowed) continue
    // NumPy's exp2 of a complex number multiplies it by log(2) first, which cancels the argument of a large one.
    if (kind === 'c') {
      const size = Math.hypot(
        ...[index % (left.length / 2), (index % (left.length / 2)) + left.length / 2].map((at) => right[at] as number),
      )
      if (Math.abs(value - other) <= size * (itemsize === 8 ? 1e-5 : 1e-13)) continue
      if (!Number.isFinite(size)) continue
    }
    return `element ${index}: ${value} and NumPy has ${other}`
  }
  return null
}

live('random expressions agree with NumPy', (t, python) => {
  const random = randomFrom(SEED)
  const questions = Array.from({ length: ROUNDS }, () => question(random))
  const answers = askPython<Answer[]>(
    python,
    SCRIPT,
    questions.map(({ python, operands, into }) => ({ python, operands, into })),
  )
  const failures: string[] = []
  let compared = 0
  questions.forEach((one, number) => {
    const numpy = answers[number] as Answer
    const dtypes = one.operands
      .map((operand) =>
        'wire' in operand
          ? `${String(operand.wire.dtype)}(${operand.wire.shape.join('x')})${operand.wire.order}${operand.view.length > 0 ? JSON.stringify(operand.view[0]) : ''}`
          : operand.python,
      )
      .join(' ')
    const show = (what: string): void =>
      void failures.push(`${number}: ${one.python} [${dtypes}] ${one.into ?? ''}: ${what}`)
    let ours: NDArray
    try {
      ours = evaluate(one)
    } catch (error) {
      if (!(error instanceof MemmapError)) throw error
      // NumPy raises no integer to a negative power if there are no elements.
      if (numpy.error === undefined && !numpy.shape.includes(0)) show(error.message.split('\n')[0] as string)
      return
    }
    // Python refuses to compute with its own scalars alone.
    if (/ZeroDivisionError|OverflowError: \(34|negative shift count/.test(numpy.error ?? '')) return
    if (numpy.error !== undefined) return show(`NumPy fails: ${numpy.error}`)
    if (ours.dtype.name !== numpy.dtype) return show(`dtype ${ours.dtype.name}, and NumPy has ${numpy.dtype}`)
    if (ours.shape.join() !== numpy.shape.join())
      return show(`shape ${ours.shape.join()}, and NumPy has ${numpy.shape.join()}`)
    const theirs = arrayFrom({ dtype: numpy.dtype, shape: numpy.shape, order: 'C', data: numpy.data } as never)
    compared++
    const found = difference(ours, theirs, one.exact, /m[ai][xn]|clip/.test(one.python))
    if (found !== null) show(found)
  })
  t.deepEqual(failures.slice(0, 40), [], `${failures.length} of ${ROUNDS}`)
  t.true(compared > ROUNDS / 3, `${compared} compared`)
})

test('concat and stack exist', (t) => {
  t.is(typeof concat, 'function')
  t.is(typeof stack, 'function')
})
