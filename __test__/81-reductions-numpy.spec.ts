import { inspect } from 'node:util'
import { parseDType } from '../lib/dtype/index.js'
import { MemmapError, NDArray } from '../lib/index.js'
import { OPTION_NAMES } from '../lib/ops/reduce/options.js'
import { REDUCTIONS, SCANS } from '../lib/ops/table.js'
import type { Reduction } from '../lib/ops/table.js'
import { arrayFrom, randomArray, randomNumberDType, randomPlainDType, randomShape } from './support/live-arrays.js'
import type { ArrayWire } from './support/live-arrays.js'
import { SCRIPT, take } from './support/live-chain.js'
import type { Case, Outcome, Step } from './support/live-chain.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const SEED = seed()
const ROUNDS = times(Number(process.env['MEMMAP_ROUNDS'] ?? 6000))

/** The reductions of the table; a new row is tried here without a change. */
const NAMES = Object.keys(REDUCTIONS) as Reduction[]
const WITH_DTYPE = NAMES.filter((name) => OPTION_NAMES[REDUCTIONS[name].takes].includes('dtype'))
const WITH_NAN = NAMES.filter((name) => OPTION_NAMES[REDUCTIONS[name].takes].includes('skipNaN'))

/** The distance from 1 to the next number. */
const EPSILON: Readonly<Record<string, number>> = {
  float16: 2 ** -10,
  float32: 2 ** -23,
  float64: 2 ** -52,
  complex64: 2 ** -23,
  complex128: 2 ** -52,
}

/** An array, a view of it, and a reduction. */
interface Question {
  readonly wire: ArrayWire
  readonly views: readonly Step[]
  readonly reduction: Step
}

function question(random: Random): Question {
  const isNumber = random.chance(0.85)
  const dtype = isNumber ? randomNumberDType(random) : randomPlainDType(random)
  const long = random.chance(0.1)
  const shape = long ? random.pick([[5000], [130, 40], [3, 9, 130], [2000, 3]]) : randomShape(random)
  const style = random.chance(0.75) ? 'tame' : 'wild'
  const wire = randomArray(random, dtype, shape, style)
  const views = randomViews(random, shape)
  const ndim = views.length === 0 ? shape.length : Math.max(1, shape.length - 1)
  const reduction = randomReduction(random, ndim, style === 'tame')
  // NumPy drops imaginary parts midway, and sums empty text.
  if (!isNumber || parseDType(dtype).kind === 'c' || (isSpread(reduction) && isComplex(reduction)))
    delete reduction.options?.['dtype']
  return { wire, views, reduction }
}

function isComplex({ options = {} }: Step): boolean {
  return options['dtype'] !== undefined && parseDType(options['dtype']).kind === 'c'
}

function randomViews(random: Random, shape: readonly number[]): Step[] {
  const views: Step[] = []
  if (random.chance(0.5)) return views
  const part = (): unknown => ({ s: [random.pick([null, 1]), null, random.pick([null, 2, -1, -3])] })
  if (random.chance(0.5)) views.push({ op: 'index', at: shape.map(part) })
  if (random.chance(0.4)) views.push({ op: 'T' })
  if (random.chance(0.2) && shape.length > 1) views.push({ op: 'swapAxes', args: [0, -1] })
  if (random.chance(0.2)) views.push({ op: 'index', at: [{ s: [null, null, null] }].slice(0, shape.length) })
  return views
}

function randomReduction(random: Random, ndim: number, tame: boolean): Step {
  const scan = random.chance(0.1)
  const name = scan ? random.pick(Object.keys(SCANS)) : random.pick(NAMES)
  const options: Record<string, unknown> = {}
  const axis = (): number => (random.chance(0.03) ? ndim + 1 : random.below(2 * Math.max(1, ndim)) - ndim)
  if (random.chance(0.6)) options['axis'] = axis()
  else if (!scan && !name.startsWith('arg') && random.chance(0.4)) {
    options['axis'] = Array.from({ length: ndim }, (_, at) => at).filter(() => random.chance(0.5))
  }
  if (!scan && random.chance(0.25)) options['keepdims'] = true
  // Casting a float beyond an integer's range is undefined in C, and NumPy's integer means wrap before they divide.
  if ((scan || WITH_DTYPE.includes(name as Reduction)) && random.chance(0.2)) {
    options['dtype'] = tame && name !== 'mean' ? randomNumberDType(random) : random.pick(['f4', 'f8', 'c16'])
  }
  if ((name === 'var' || name === 'std') && random.chance(0.4)) options['ddof'] = random.pick([0, 1, 2, 0.5])
  if (WITH_NAN.includes(name as Reduction) && random.chance(0.25)) options['skipNaN'] = true
  return scan ? { op: name, options } : { op: 'reduce', name, options }
}

/** Exact sums; undefined for other reductions. */
function exactStep({ wire, reduction }: Question): Step | undefined {
  const { name, options = {} } = reduction
  if ((name !== 'sum' && name !== 'mean') || parseDType(wire.dtype).kind !== 'f' || options['dtype'] !== undefined)
    return undefined
  const { axis, skipNaN = false } = options
  return {
    op: 'exactly',
    options: { ...(axis !== undefined && { axis }), skipNaN, mean: name === 'mean' },
    aside: true,
  }
}

interface Answer {
  readonly outcomes: readonly Outcome[]
}

live('random reductions agree with NumPy, to the bit where memory is contiguous', (t, python) => {
  const random = randomFrom(SEED)
  const questions = Array.from({ length: ROUNDS }, () => question(random))
  const cases = questions.map((one): Case => {
    const { wire, views, reduction } = one
    const exact = exactStep(one)
    const steps = [...views, { ...reduction, aside: true }, ...(exact ? [exact] : [])]
    return {
      memory: wire.data,
      offset: 0,
      dtype: wire.dtype,
      shape: wire.shape,
      order: wire.order,
      writeable: true,
      steps,
    }
  })
  const answers = askPython<Answer[]>(python, SCRIPT, cases)
  const failures: string[] = []
  questions.forEach((one, number) => {
    const { wire, views, reduction } = one
    const base = arrayFrom(wire)
    const array = views.reduce((view, step) => take(view, step, base) as NDArray, base)
    const { outcomes } = answers[number] as Answer
    const [numpy, exact] = outcomes.slice(views.length)
    const found = judge(array, reduction, numpy as Outcome, exact)
    if (found === undefined) return
    const { data, ...rest } = wire
    const shown = inspect({ ...rest, views, reduction, data: data.slice(0, 400) }, { depth: 9, breakLength: 200 })
    failures.push(`case ${number}: ${found}\n${shown}`)
  })
  t.is(
    failures.length,
    0,
    `seed ${SEED}, ${failures.length} of ${ROUNDS} cases differ:\n${failures.slice(0, 5).join('\n\n')}`,
  )
  t.log(`${ROUNDS} cases, seed ${SEED}`)
})

/** NumPy truncates var and std to an integer dtype. */
const ON_PURPOSE = /: (var|std) is a fraction/

/** The error of our result; undefined if there is none. */
function judge(array: NDArray, step: Step, numpy: Outcome, exact: Outcome | undefined): string | undefined {
  let found: unknown
  try {
    found = take(array, step, array)
  } catch (error) {
    if (!(error instanceof MemmapError)) throw error
    return 'error' in numpy || ON_PURPOSE.test(error.message)
      ? undefined
      : `only we refuse: ${error.code}: ${error.message}`
  }
  if ('error' in numpy) return `only NumPy refuses: ${numpy.error}`
  if (!('data' in numpy)) return `NumPy ${JSON.stringify(numpy)}`
  const dtype = parseDType(numpy.dtype)
  const theirs = valuesOf(numpy)
  const mine = found instanceof NDArray ? [...found.values()] : [found]
  if (found instanceof NDArray) {
    if (!found.dtype.equals(dtype)) return `dtype ${found.dtype.str}, NumPy ${dtype.str}`
    if (String(found.shape) !== String(numpy.shape)) return `shape ${found.shape}, NumPy ${numpy.shape}`
    const strides = (list: readonly number[]): string => String(list.filter((_, axis) => numpy.shape[axis] !== 1))
    if (hasLayout(step) && !numpy.shape.includes(0) && strides(found.byteStrides) !== strides(numpy.strides)) {
      return `strides ${found.byteStrides}, NumPy ${numpy.strides}`
    }
  } else {
    if (numpy.shape.length > 0) return `a scalar, NumPy shape ${numpy.shape}`
    const counts = ['argmin', 'argmax', 'countNonzero'].includes(step.name ?? '')
    if (counts) theirs[0] = Number(theirs[0])
    if (typeof found !== typeof theirs[0]) return `a ${typeof found}, NumPy ${dtype.str}`
  }
  const exactly = exact === undefined ? [] : (valuesOf(exact) as number[])
  for (const [index, value] of mine.entries()) {
    if (!close(array, step, dtype.name, value, theirs[index], exactly[index])) {
      return `${inspect(value)} at ${index}, NumPy ${inspect(theirs[index])}, exactly ${exactly[index]}`
    }
  }
  return undefined
}

function valuesOf(outcome: Outcome): unknown[] {
  if (!('data' in outcome)) return []
  const { dtype, shape, data } = outcome
  return [...arrayFrom({ dtype, shape, order: 'C', data }).values()]
}

/** Whether NumPy computes the result in one step; otherwise through copies, each with its own layout. */
function hasLayout(step: Step): boolean {
  return !isSpread(step) && step.name !== 'countNonzero' && step.options?.['skipNaN'] !== true
}

function isSpread({ name }: Step): boolean {
  return name === 'var' || name === 'std'
}

/** Returns true if two results are equal, or, for floats, if ours is as accurate as NumPy's. */
function close(
  array: NDArray,
  step: Step,
  dtype: string,
  mine: unknown,
  theirs: unknown,
  exact: number | undefined,
): boolean {
  if (typeof mine === 'object' && mine !== null && typeof theirs === 'object' && theirs !== null) {
    const [a, b] = [mine, theirs] as { re: number; im: number }[]
    const isNaN = (value: { re: number; im: number } | undefined): boolean =>
      Number.isNaN(value?.re) || Number.isNaN(value?.im)
    if (isNaN(a) && isNaN(b)) return true
    const size = Math.hypot(b?.re ?? 0, b?.im ?? 0)
    return (
      near(array, step, dtype, a?.re ?? 0, b?.re ?? 0, size) && near(array, step, dtype, a?.im ?? 0, b?.im ?? 0, size)
    )
  }
  if (typeof mine !== 'number' || typeof theirs !== 'number') return mine === theirs || isAmongInfinities(array, step)
  if (Object.is(mine, theirs)) return true
  if (isIdentical(array, step)) return false
  if (exact === undefined || Number.isNaN(exact)) {
    return near(array, step, dtype, mine, theirs, Math.abs(theirs)) || isBetter(array, step, dtype, mine, theirs)
  }
  const epsilon = EPSILON[dtype] ?? 0
  // As accurate as NumPy's, up to the last bit at each level of the pairwise tree.
  return Math.abs(mine - exact) <= Math.abs(theirs - exact) + epsilon * magnitude(array, step)
}

/** NumPy documents of nanargmin: "The results cannot be trusted if a slice contains only NaNs and Infs". */
function isAmongInfinities(array: NDArray, { name = '', options = {} }: Step): boolean {
  return name.startsWith('arg') && options['skipNaN'] === true && largest(array) === Infinity
}

/** NumPy and we add contiguous elements in the same pairwise order; elsewhere the order is unspecified. */
function isIdentical(array: NDArray, { name, options = {} }: Step): boolean {
  if (name !== 'sum' && name !== 'mean') return false
  if (
    !array.dtype.isNative ||
    !array.flags.cContiguous ||
    options['dtype'] !== undefined ||
    options['skipNaN'] === true
  )
    return false
  const { axis } = options
  return array.dtype.kind === 'f' && (axis === undefined || axis === -1 || axis === array.ndim - 1)
}

/** The sum of magnitudes; for means, divided. */
function magnitude(array: NDArray, { name }: Step): number {
  let sum = 0
  let largest = 0
  for (const value of array.values()) {
    const size = Math.abs(value as number)
    if (!Number.isFinite(size)) continue
    sum += size
    largest = Math.max(largest, size)
  }
  return name === 'mean' ? 4 * largest : 2 * sum
}

function near(
  array: NDArray,
  { name = 'scan' }: Step,
  dtype: string,
  mine: number,
  theirs: number,
  size: number,
): boolean {
  // Zeros of either sign are equal.
  if (Object.is(mine, theirs) || mine === theirs) return true
  if (['min', 'max'].includes(name)) return false
  // An intermediate product may overflow in one order and not in another.
  if (
    name.endsWith('prod') &&
    array.size > 2 &&
    [mine, theirs].some((one) => !(Math.abs(one) > 1e-30 && Math.abs(one) < 1e30))
  )
    return true
  if (!Number.isFinite(mine) || !Number.isFinite(theirs)) return overflows(array) || name === 'scan'
  const epsilon = EPSILON[dtype] ?? 0
  const count = Math.max(4, array.size)
  const spread = name === 'sum' || name === 'mean' || name === 'scan' ? largest(array) : size
  return Math.abs(mine - theirs) <= 4 * epsilon * count * Math.max(size, spread)
}

/**
 * Returns true if a variance or product is nearer to that in float64 than NumPy's, which may overflow or lose precision in a
 * narrower dtype.
 */
function isBetter(
  array: NDArray,
  { name = '', options = {} }: Step,
  dtype: string,
  mine: number,
  theirs: number,
): boolean {
  if ((name !== 'var' && name !== 'std' && name !== 'prod') || array.dtype.kind === 'c') return false
  if (dtype === 'float64' && array.itemsize === 8) return false
  const wide = take(
    array.astype('float64') as never,
    { op: 'reduce', name, options: { ...options, dtype: 'float64' } },
    array,
  )
  const all = wide instanceof NDArray ? ([...wide.values()] as number[]) : [wide as number]
  const smallest = dtype === 'float16' ? 2 ** -24 : 0
  return all.some((one) => {
    const away = Math.abs(mine - one)
    // 0 / 0, where NumPy divides a rounding error.
    if (Number.isNaN(mine) && Number.isNaN(one)) return true
    return away <= 1e-3 * Math.abs(one) + smallest && away <= Math.abs(theirs - one) + smallest
  })
}

/** Returns true if sums and squares may overflow in one order and not in another. */
function overflows(array: NDArray): boolean {
  return largest(array) > 100
}

function largest(array: NDArray): number {
  let most = 0
  for (const value of array.values()) {
    const size =
      typeof value === 'object' && value !== null && 're' in value
        ? Math.hypot(Number(value.re), Number(value.im))
        : Math.abs(Number(value))
    if (size > most) most = size
  }
  return most
}
