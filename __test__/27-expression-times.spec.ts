/** Dates and durations in expressions beside NumPy: units mixed, NaT, integers as ticks. */
import test from 'ava'
import { array, expr, MemmapError, zeros } from '../lib/index.js'
import type { Expr, NDArray } from '../lib/index.js'
import { arrayFrom, randomArray } from './support/live-arrays.js'
import type { ArrayWire } from './support/live-arrays.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const SCRIPT = `
import base64, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
NAMES = {n: getattr(np, n) for n in 'abs negative sign minimum maximum fmin fmax clip where isnan isinf isfinite logical_not'.split()}
NAMES['isnan'] = lambda a: np.isnat(a) if np.asarray(a).dtype.kind in 'Mm' else np.isnan(a)

def operand(w):
    if 'python' in w: return eval(w['python'])
    return np.frombuffer(base64.b64decode(w['data']), w['dtype']).reshape(w['shape'], order=w['order'])

def answer(one):
    try:
        a = np.asarray(eval(one['python'], {**NAMES, **{f'v{i}': operand(o) for i, o in enumerate(one['operands'])}}))
        d = a.dtype.newbyteorder('=')
        return dict(dtype=d.str, shape=list(a.shape), data=base64.b64encode(np.ascontiguousarray(a.astype(d)).tobytes()).decode())
    except Exception as e:
        return dict(error=type(e).__name__ + ': ' + str(e))

json.dump([answer(one) for one in json.load(sys.stdin)], sys.stdout)
`

interface Question {
  readonly strings: readonly string[]
  readonly python: string
  readonly order: readonly number[]
  readonly operands: readonly (ArrayWire | { readonly python: string })[]
}

interface Answer {
  readonly error?: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: string
}

const FIXED = ['h', 'm', 's', 'ms', 'us', '25s', 'D', '7D', 'W']
const CALENDAR = ['Y', 'M', '3M', ...FIXED]
const OPERATORS = ['+', '-', '+', '-', '<', '<=', '==', '!=', '>=', '>', '*']

class Writer {
  readonly operands: (ArrayWire | { python: string })[] = []
  constructor(
    private readonly random: Random,
    private readonly shape: readonly number[],
  ) {}

  operand(kind: 'M' | 'm' | 'i' | 'b'): string {
    const { random } = this
    if (kind === 'i' && random.chance(0.3)) {
      this.operands.push({ python: String(random.below(9) - 4) })
      return `$${this.operands.length - 1}$`
    }
    // Years and months have no length in days, which durations need.
    const unit = random.pick(kind === 'M' ? CALENDAR : FIXED)
    const name =
      kind === 'i' ? random.pick(['i1', 'u1', 'i2', 'i4', 'i8', 'u4']) : kind === 'b' ? '?' : `${kind}8[${unit}]`
    const shape = this.shape.map((length) => (random.chance(0.2) ? 1 : length)).slice(random.chance(0.2) ? 1 : 0)
    this.operands.push(randomArray(random, `${random.chance(0.25) ? '>' : '<'}${name}`, shape, 'tame'))
    return `$${this.operands.length - 1}$`
  }

  /** A tree, most of whose operations NumPy has. */
  tree(depth: number): string {
    const { random } = this
    const leaf = (): string => this.operand(random.pick(['M', 'M', 'm', 'm', 'm', 'i', 'i', 'b'] as const))
    if (depth === 0) return leaf()
    const inner = (): string => (random.chance(0.6) ? leaf() : this.tree(depth - 1))
    const same = (): string => {
      const kind = random.pick(['M', 'm'] as const)
      return `${this.operand(kind)}, ${this.operand(random.chance(0.9) ? kind : 'i')}`
    }
    const roll = random.next()
    if (roll < 0.5) return `(${inner()} ${random.pick(OPERATORS)} ${inner()})`
    if (roll < 0.65)
      return `${random.pick(['abs', 'negative', 'sign', 'isnan', 'isfinite', 'isinf'])}(${random.chance(0.5) ? this.operand('m') : inner()})`
    if (roll < 0.8) return `${random.pick(['minimum', 'maximum', 'fmin', 'fmax'])}(${same()})`
    if (roll < 0.85) return `clip(${this.operand('m')}, ${same()})`
    if (roll < 0.9) return `(-${inner()})`
    return `where(${this.operand('b')}, ${same()})`
  }
}

function question(random: Random): Question {
  const writer = new Writer(random, random.pick([[], [1], [6], [3, 4], [2, 1, 3], [0], [500]]))
  const text = writer.tree(1 + random.below(2))
  const parts = text.split(/\$(\d+)\$/)
  return {
    strings: parts.filter((_, index) => index % 2 === 0),
    order: parts.filter((_, index) => index % 2 === 1).map(Number),
    python: text.replace(/\$(\d+)\$/g, 'v$1'),
    operands: writer.operands,
  }
}

function evaluate({ strings, order, operands }: Question): NDArray {
  const values = operands.map((one) => ('python' in one ? Number(one.python) : arrayFrom(one)))
  const made: Expr = expr(
    Object.assign([...strings], { raw: strings }) as never,
    ...(order.map((index) => values[index]) as never[]),
  )
  return made.evaluate({ order: 'C' })
}

live('random expressions of dates and durations agree with NumPy', (t, python) => {
  const random = randomFrom(seed())
  const questions = Array.from({ length: times(4000) }, () => question(random))
  const answers = askPython<Answer[]>(
    python,
    SCRIPT,
    questions.map(({ python, operands }) => ({ python, operands })),
  )
  const failures: string[] = []
  let compared = 0
  for (const [index, one] of questions.entries()) {
    const numpy = answers[index] as Answer
    const show = (what: string): void => {
      const operands = one.operands.map((of) => ('python' in of ? of.python : `${String(of.dtype)}(${of.shape})`))
      failures.push(`${index}: ${one.python} [${operands.join('; ')}]: ${what}`)
    }
    let ours: NDArray
    try {
      ours = evaluate(one)
    } catch (error) {
      // A date is never equal to what is no date: NumPy has False, which hides a mistake.
      const isUnequal = /(not_)?equal is not defined for/.test(String(error))
      if (!(error instanceof MemmapError) || (numpy.error === undefined && !isUnequal)) show(String(error))
      continue
    }
    if (numpy.error !== undefined) {
      show(`${ours.dtype.str}, and NumPy fails: ${numpy.error}`)
      continue
    }
    // NumPy's sign of NaT is -1.
    if (one.python.includes('sign')) continue
    compared++
    const theirs = arrayFrom({ dtype: numpy.dtype, shape: numpy.shape, order: 'C', data: numpy.data })
    if (ours.dtype.str !== numpy.dtype) show(`dtype ${ours.dtype.str}, and NumPy has ${numpy.dtype}`)
    else if (ours.shape.join() !== numpy.shape.join())
      show(`shape ${ours.shape.join()}, and NumPy has ${numpy.shape.join()}`)
    else if (ours.size > 0 && !Buffer.from(ours.bytes).equals(Buffer.from(numpy.data, 'base64')))
      show(`${ours.repr()}, and NumPy has ${theirs.repr()}`)
  }
  t.deepEqual(failures.slice(0, 30), [], `${failures.length} of ${questions.length}`)
  t.true(compared > questions.length / 3, `${compared} compared`)
})

test('dates from JavaScript', (t) => {
  const days = array(['2026-01-01', '2026-02-01', 'NaT'], { dtype: 'M8[D]' })
  t.deepEqual(expr`${days} >= ${new Date('2026-01-15')}`.evaluate().toArray(), [false, true, false])
  t.is(expr`${new Date(5)} - ${new Date(2)}`.evaluate().dtype.str, '<m8[ms]')
  t.is(expr`${days} - ${days}`.dtype.str, '<m8[D]')
  t.deepEqual(expr`isnan(${days})`.evaluate().toArray(), [false, false, true])
  t.is(expr`${days} + 1`.index(0).evaluate().item() as unknown, BigInt(Date.UTC(2026, 0, 2) / 86_400_000))
})

test('what NumPy has not for dates is ERR_MEMMAP_DTYPE, at the place', (t) => {
  const days = zeros(2, { dtype: 'M8[D]' })
  const hours = zeros(2, { dtype: 'm8[h]' })
  for (const run of [
    () => expr`${days} + ${days}`,
    () => expr`${hours} - ${days}`,
    () => expr`${days} * 2`,
    () => expr`${days} < 1.5`,
    () => expr`${days} < ${hours}`,
    () => expr`maximum(${days}, ${hours})`,
    () => expr`clip(${hours}, ${days}, ${days})`,
    () => expr`sqrt(${hours})`,
    () => expr`floor(${hours})`,
    () => expr`${hours} // 2`,
    () => expr`${hours} / ${hours}`,
    () => expr`${hours} % ${hours}`,
    () => expr`${hours} ** 2`,
    () => expr`hypot(${hours}, ${hours})`,
    () => expr`real(${hours})`,
    () => expr`${zeros(2, { dtype: 'M8[h]' })} + ${zeros(2, { dtype: 'm8[Y]' })}`,
    () => expr`-${days}`,
    () => expr`${days} & 1`,
    () => expr`${zeros(2, { dtype: 'm8[Y]' })} + ${hours}`,
  ]) {
    const error = t.throws(run, { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
    t.regex(error.message, /\n.*\n +\^$/)
  }
})
