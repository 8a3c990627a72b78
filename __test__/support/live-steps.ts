/** Random steps of a chain: mostly valid in NumPy, and some that it rejects. */
import { hasPadding } from '../../lib/ops/cast/records.js'
import { parseDType } from '../../lib/dtype/index.js'
import type { DType } from '../../lib/dtype/index.js'
import type { NDArray } from '../../lib/index.js'
import {
  NUMBERS,
  UNITS,
  randomArray,
  randomDType,
  randomNumber,
  randomNumberDType,
  randomPlainDType,
  randomText,
} from './live-arrays.js'
import type { Style } from './live-arrays.js'
import type { Step } from './live-chain.js'
import type { Random } from './numpy-live.js'

export class Steps {
  constructor(
    private readonly random: Random,
    private readonly style: Style,
  ) {}

  /** A step that gives another array. */
  onward(array: NDArray): Step {
    const { random } = this
    const { ndim, dtype } = array
    const steps: (() => Step)[] = [
      () => ({ op: 'index', at: this.selectors(array, 0) }),
      () => ({ op: 'index', at: this.selectors(array, 0.15) }),
      () => ({ op: 'index', at: this.selectors(array, 0.15) }),
      () => ({ op: 'index', at: this.selectors(array, 0.5) }),
      () => ({ op: 'slice', args: [this.bound(5), this.bound(5), random.pick([null, null, 1, 2, -1, -2])] }),
      () => ({ op: 'T' }),
      () => ({ op: 'transpose', args: [this.permutation(ndim)] }),
      () => ({ op: 'swapAxes', args: [this.axis(ndim), this.axis(ndim)] }),
      () => ({
        op: 'moveAxis',
        args: random.chance(0.7) ? [this.axis(ndim), this.axis(ndim)] : [this.axes(ndim), this.axes(ndim)],
      }),
      () => ({
        op: 'squeeze',
        args: random.chance(0.5) ? [] : [random.chance(0.7) ? this.axis(ndim) : this.axes(ndim)],
      }),
      () => ({ op: 'expandDims', args: [random.chance(0.7) ? this.axis(ndim + 1) : this.axes(ndim + 2).slice(0, 2)] }),
      () => ({ op: 'flip', args: random.chance(0.3) ? [] : [random.chance(0.7) ? this.axis(ndim) : this.axes(ndim)] }),
      () => ({ op: 'reshape', args: [this.reshaped(array), random.pick(['C', 'C', 'F', 'A'])] }),
      () => ({ op: 'reshape', args: [this.reshaped(array), random.pick(['C', 'C', 'F', 'A'])] }),
      () => ({ op: 'ravel', args: [random.pick(['C', 'C', 'F', 'A'])] }),
      () => ({ op: 'flatten', args: [random.pick(['C', 'F', 'A', 'K'])] }),
      () => ({
        op: 'diagonal',
        args: [random.below(5) - 2, this.axis(Math.max(2, ndim)), this.axis(Math.max(2, ndim))],
      }),
      () => ({ op: 'broadcastTo', args: [this.broadcastShape(array)] }),
      // Bytes between fields are unspecified.
      () => (!hasPadding(dtype) ? { op: 'view', args: [this.viewDType(dtype)] } : { op: 'T' }),
      () => ({ op: 'copy', args: [random.pick(['C', 'F', 'A', 'K'])] }),
      () => this.cast(dtype),
      () => ({ op: 'byteswap', args: [false] }),
      () => ({ op: 'take', args: this.takeArguments(array) }),
      () => ({ op: 'mask', args: [randomArray(random, '?', array.shape.slice(0, random.below(ndim + 1)), 'tame')] }),
    ]
    if (dtype.names !== null) {
      const names = dtype.names
      const field = (): Step => ({ op: 'field', args: [random.chance(0.95) ? random.pick(names) : 'none'] })
      steps.push(field, field, field, field)
    }
    if ('biufc'.includes(dtype.kind)) steps.push(() => ({ op: random.pick(['real', 'imag']) }))
    return random.pick(steps)()
  }

  /** A step that stores. */
  store(array: NDArray, base: NDArray): Step {
    const { random } = this
    if (random.chance(0.05)) return { op: 'byteswap', args: [true], aside: true }
    if (random.chance(0.08)) return { op: 'fill', value: this.scalar(array.dtype) }
    const at = this.selectors(array, 0.25)
    if (random.chance(0.25)) {
      const overlap = this.overlapping(array, base)
      if (overlap !== undefined) return overlap
    }
    const selected = this.shapeOf(array, at)
    const nowhere = selected?.includes(0) === true
    return { op: 'assign', at, value: this.value(array.dtype, selected), ...(nowhere && { nowhere }) }
  }

  /** A step that only reads. */
  look(array: NDArray, base: NDArray): Step {
    const { random } = this
    const other = (): unknown => (random.chance(0.2) ? { self: [] } : this.comparand(array))
    return random.pick<() => Step>([
      () => ({ op: 'compare', args: [random.pick(['<', '<=', '==', '!=', '>=', '>'])], value: other(), aside: true }),
      () => ({ op: 'compare', args: [random.pick(['==', '!='])], value: { self: [] }, aside: true }),
      () => ({ op: 'equals', value: other(), aside: true }),
      () => ({ op: 'equals', value: this.wireOf(base, array.dtype), aside: true }),
      () => ({
        op: 'allClose',
        args: [random.pick([1e-5, 0, 0.5]), random.pick([1e-8, 0, 1]), random.chance(0.5)],
        // NumPy takes a scalar that the dtype cannot hold as infinitely close.
        value: random.chance(0.2) ? random.below(100) : this.comparand(array, false),
        aside: true,
      }),
    ])()
  }

  /** Selectors for some axes of an array; `listed` is the probability of a list. */
  selectors(array: NDArray, listed: number): unknown[] {
    const { random } = this
    const at: unknown[] = []
    const ndim = array.ndim
    let axis = 0
    const most = random.chance(0.03) ? ndim + 1 : random.below(ndim + 1)
    let ellipsis = false
    // Index lists have lengths that broadcast.
    const length = 1 + random.below(3)
    while (axis < most) {
      const size = array.shape[axis] ?? 3
      const kind = random.next()
      if (kind < listed) {
        const levels = Math.min(ndim - axis, 1 + random.below(2))
        if (random.chance(0.3) && levels > 0) {
          const shape = array.shape.slice(axis, axis + levels)
          if (random.chance(0.05)) shape[0] = (shape[0] as number) + 1
          at.push(this.mask(shape))
          axis += levels
        } else {
          at.push(this.positions(size, length))
          axis++
        }
      } else if (kind < listed + (1 - listed) * 0.4) {
        at.push(this.sliceOf(size))
        axis++
      } else if (kind < listed + (1 - listed) * 0.75) {
        at.push(this.index(size))
        axis++
      } else if (kind < listed + (1 - listed) * 0.9) {
        at.push(null)
      } else if (!ellipsis || random.chance(0.03)) {
        at.push('...')
        ellipsis = true
        // Selectors behind an ellipsis select from the last axes.
        axis = Math.max(axis, ndim - random.below(2))
      }
    }
    if (listed > 0 && random.chance(0.03)) at.push(random.chance(0.5))
    return at
  }

  private index(size: number): number {
    const { random } = this
    if (random.chance(0.03) || size === 0) return random.pick([size, -size - 1])
    return random.below(2 * size) - size
  }

  private bound(size: number): number | null {
    return this.random.chance(0.35) ? null : this.random.below(3 * size + 2) - size - 1
  }

  private sliceOf(size: number): unknown {
    const { random } = this
    if (random.chance(0.2)) return { s: [null, null, null] }
    return { s: [this.bound(size), this.bound(size), random.pick([null, null, 1, 2, 3, -1, -2, 100])] }
  }

  private positions(size: number, length: number): unknown {
    const { random } = this
    const one = (): number => (size === 0 || random.chance(0.01) ? size : random.below(2 * size) - size)
    const list = (count: number): number[] => Array.from({ length: size === 0 ? 0 : count }, one)
    const kind = random.next()
    if (kind < 0.6) return { l: list(random.chance(0.3) ? 1 : length) }
    if (kind < 0.7) return { l: Array.from({ length: 2 }, () => list(random.chance(0.3) ? 1 : length)) }
    if (kind < 0.75) return { l: [] }
    const dtype = random.pick(['i8', '<i4', '>i2', 'u1', 'i1'])
    const shape = [random.chance(0.3) ? 1 : length]
    const values =
      dtype === 'u1'
        ? list(shape[0] as number)
            .map(Math.abs)
            .map((value) => Math.min(value, Math.max(0, size - 1)))
        : list(shape[0] as number)
    const buffer = encodeIntegers(dtype, values)
    return { a: { dtype, shape: [values.length], order: 'C', data: buffer } }
  }

  private mask(shape: readonly number[]): unknown {
    const { random } = this
    const wire = randomArray(random, '?', shape, 'tame')
    // An empty list is one of integers, not of booleans.
    if (random.chance(0.5) || shape.includes(0)) return { a: wire }
    const flat = [...Buffer.from(wire.data, 'base64')].map(Boolean)
    return { l: nest(flat, shape) }
  }

  private axis(ndim: number): number {
    const { random } = this
    if (random.chance(0.03) || ndim === 0) return ndim + random.below(2)
    return random.below(2 * ndim) - ndim
  }

  private axes(ndim: number): number[] {
    const { random } = this
    const all = shuffled(
      random,
      Array.from({ length: ndim }, (_, axis) => axis),
    ).slice(0, random.below(ndim + 1))
    if (random.chance(0.05) && all.length > 0) all.push(all[0] as number)
    return all.map((axis) => (random.chance(0.3) ? axis - ndim : axis))
  }

  private permutation(ndim: number): number[] {
    const { random } = this
    const order = shuffled(
      random,
      Array.from({ length: ndim }, (_, axis) => axis),
    ).map((axis) => (random.chance(0.2) ? axis - ndim : axis))
    if (random.chance(0.04)) order.push(0)
    return order
  }

  private reshaped(array: NDArray): number[] {
    const { random } = this
    let rest = array.size
    const shape: number[] = []
    while (rest > 1 && random.chance(0.8)) {
      const divisors = Array.from({ length: rest }, (_, n) => n + 1).filter((n) => rest % n === 0)
      const length = random.pick(divisors)
      shape.push(length)
      rest /= length
    }
    if (array.size === 0) shape.push(0, ...(random.chance(0.5) ? [random.below(3)] : []))
    else if (rest > 1 || shape.length === 0) shape.push(rest)
    if (random.chance(0.15)) shape.splice(random.below(shape.length + 1), 0, 1)
    if (random.chance(0.15) && shape.length > 0) shape[random.below(shape.length)] = -1
    if (random.chance(0.03)) shape.push(2)
    return shape
  }

  private broadcastShape({ shape }: NDArray): number[] {
    const { random } = this
    const wide = shape.map((length) => (length === 1 && random.chance(0.6) ? random.below(4) : length))
    while (random.chance(0.3) && wide.length < 6) wide.unshift(random.below(4))
    if (random.chance(0.05)) wide.push(2)
    return wide
  }

  private viewDType(dtype: DType): unknown {
    const { random } = this
    if (random.chance(0.5)) {
      const size = dtype.itemsize * random.pick([1, 1, 1, 2, 0.5, 4, 0.25])
      const fits = [...NUMBERS, 'M8[s]', 'm8[ns]', '>i4', '>f8', 'S4', 'U1', 'V8', 'S2'].filter(
        (one) => parseDType(one).itemsize === size,
      )
      if (fits.length > 0) return random.pick(fits)
    }
    if (random.chance(0.1)) return [randomNumberDType(random), random.pick([[2], [1], [2, 2]])]
    const any = randomDType(random)
    return hasPadding(parseDType(any)) ? randomNumberDType(random) : any
  }

  private cast(dtype: DType): Step {
    const { random } = this
    const to = this.castDType(dtype)
    // NumPy 2.4.6 leaves elements of some sub-arrays unset in other orders.
    const order = parseDType(to).shape.length > 0 ? 'C' : random.pick(['C', 'F', 'A', 'K'])
    return { op: 'astype', args: [to, order] }
  }

  /** Casts that test something. Not text to numbers, which we reject on purpose. */
  private castDType(dtype: DType): unknown {
    const { random } = this
    const wild = this.style === 'wild'
    if (dtype.names !== null) return wild || random.chance(0.7) ? dtype.toJSON() : randomDType(random)
    if (wild && 'fc'.includes(dtype.kind))
      return random.pick(['f2', 'f4', 'f8', '>f4', '>f8', 'c8', '>c16', 'i4', 'u1', 'i8', '?'])
    if ('SU'.includes(dtype.kind)) return random.pick(['S1', 'S5', 'U2', '>U6', 'S', 'U', 'V3', 'V'])
    if (dtype.kind === 'V') return random.pick(['V1', 'V5', 'V', dtype.str])
    // NumPy truncates the last digit of a year that just fits.
    if (random.chance(0.2))
      return random.pick(['S', 'U', 'V', 'V5', '>U40', ...(dtype.kind === 'M' ? [] : ['S3', 'U4'])])
    if (random.chance(0.1)) return [randomNumberDType(random), random.pick([[2], [1], [2, 2]])]
    if (random.chance(0.1)) return randomDType(random)
    if ('Mm'.includes(dtype.kind)) {
      if (random.chance(0.3)) return random.pick(['M8', 'm8', 'i8', 'f8', '?'])
      return `${random.pick(['<', '>'])}${random.pick(['M8', 'm8'])}[${random.pick(UNITS)}]`
    }
    return random.chance(0.15) ? randomPlainDType(random) : randomNumberDType(random)
  }

  private takeArguments(array: NDArray): unknown[] {
    const { random } = this
    const axis = random.chance(0.3) ? null : this.axis(array.ndim)
    const size = axis === null ? array.size : (array.shape.at(axis) ?? 0)
    const one = (): number => this.index(size)
    const indices = random.pick([
      one(),
      Array.from({ length: 1 + random.below(4) }, one),
      [
        [one(), one()],
        [one(), one()],
      ],
      [],
    ])
    return [indices, axis]
  }

  /** A value that mostly fits a dtype. */
  scalar(dtype: DType): unknown {
    const { random } = this
    if (dtype.shape.length > 0) {
      if (random.chance(0.4)) return this.scalar(dtype.base)
      return nestWith(dtype.shape, () => this.scalar(dtype.base))
    }
    if (dtype.names !== null) {
      const fields = dtype.names.map((name) => dtype.fields?.[name]?.dtype as DType)
      // A list of lists might be records; an object is not.
      const isPlain = fields.every(({ names, shape, kind }) => names === null && shape.length === 0 && kind !== 'c')
      const names = isPlain && random.chance(0.5) ? null : dtype.names
      return { r: { names, values: fields.map((field) => this.scalar(field)) } }
    }
    switch (dtype.kind) {
      case 'b':
        return random.chance(0.5)
      case 'i':
      case 'u': {
        const bits = 8 * dtype.itemsize - (dtype.kind === 'i' ? 1 : 0)
        if (random.chance(0.2))
          return { i: String(2n ** BigInt(bits) - BigInt(random.below(3)) + (random.chance(0.2) ? 1n : 0n)) }
        if (random.chance(0.1)) return { f: String((random.below(200) - 20) / 4) }
        return random.below(100) - (dtype.kind === 'i' || random.chance(0.02) ? 50 : 0)
      }
      case 'f':
        return numberWire(randomNumber(random, this.style))
      case 'c':
        if (random.chance(0.4)) return numberWire(randomNumber(random, this.style))
        return { c: [floatText(randomNumber(random, this.style)), floatText(randomNumber(random, this.style))] }
      case 'S':
        if (random.chance(0.3)) return { b: Buffer.from(randomText(random, 6, false)).toString('hex') }
        return randomText(random, 6, random.chance(0.05))
      case 'U':
        return randomText(random, 6, random.chance(0.3))
      case 'V':
        return { b: Buffer.from(Array.from({ length: random.below(10) }, () => random.below(256))).toString('hex') }
      case 'M':
        if (random.chance(0.3)) return random.pick(['2020-02-29', '1969-12-31T23:59:59.5', '0001', 'NaT', '2020-13'])
        return random.below(2000) - 1000
      case 'm':
        return random.chance(0.1) ? 'NaT' : random.below(2000) - 1000
    }
  }

  /** A value for elements of this shape: a scalar, lists or an array, that broadcasts. */
  private value(dtype: DType, shape: readonly number[] | undefined): unknown {
    const { random } = this
    if (shape === undefined || random.chance(0.3)) return this.scalar(dtype)
    const from = random.chance(0.4) ? shape.slice(random.below(shape.length + 1)) : shape
    const lengths = from.map((length) => (random.chance(0.15) ? 1 : length))
    if (random.chance(0.1)) lengths.unshift(1)
    // NumPy accepts some shapes that do not broadcast where nothing is stored.
    if (random.chance(0.03) && !lengths.includes(0)) lengths.push(2)
    if (random.chance(0.35) && dtype.names === null) return nestWith(lengths, () => this.scalar(dtype))
    return {
      a: randomArray(random, random.chance(0.3) ? dtype.toJSON() : this.sourceDType(dtype), lengths, this.style),
    }
  }

  /** A dtype to store into another. */
  private sourceDType(dtype: DType): unknown {
    const { random } = this
    // NumPy 2.4.6 crashes when it stores text into some records.
    if (dtype.names !== null)
      return this.style === 'wild' || random.chance(0.5) ? dtype.toJSON() : randomNumberDType(random)
    switch (dtype.kind) {
      case 'S':
      case 'U':
        return random.pick(['S2', 'S6', 'U2', '>U6', 'i4', 'f4', '?', 'M8[D]', 'm8[s]'])
      case 'V':
        return random.pick(['V1', 'V3', 'V8', 'S3', '>i4', 'u1', 'U1'])
      case 'M':
      case 'm':
        return random.pick([`M8[${random.pick(UNITS)}]`, `>m8[${random.pick(UNITS)}]`, 'i4', 'i8'])
      default:
        return random.chance(0.1) ? randomPlainNumbersOrTimes(random) : randomNumberDType(random)
    }
  }

  /** `a[1:] = a[:-1]` and the like: source and target overlap. */
  private overlapping(array: NDArray, base: NDArray): Step | undefined {
    const { random } = this
    // For other dtypes the bytes are unspecified.
    if (
      array.base !== base ||
      !array.dtype.equals(base.dtype) ||
      String(array.shape) !== String(base.shape) ||
      array.ndim === 0
    )
      return undefined
    const axis = random.below(array.ndim)
    const before = Array.from({ length: axis }, () => ({ s: [null, null, null] }))
    const [to, from] = random.pick<[unknown, unknown]>([
      [{ s: [1, null, null] }, { s: [null, -1, null] }],
      [{ s: [null, -1, null] }, { s: [1, null, null] }],
      [{ s: [null, null, null] }, { s: [null, null, -1] }],
      [{ s: [null, null, 2] }, { s: [null, null, 2] }],
      [{ s: [null, null, -1] }, { s: [null, null, null] }],
    ])
    return { op: 'assign', at: [...before, to], value: { self: [{ op: 'index', at: [...before, from] }] } }
  }

  /** An operand to compare with. */
  private comparand(array: NDArray, single = true): unknown {
    const { random } = this
    const { dtype, shape } = array
    const kind = dtype.kind
    if (single && random.chance(0.3) && 'biufc'.includes(kind)) {
      return kind === 'b'
        ? random.chance(0.5)
        : random.chance(0.1)
          ? { i: String(2n ** BigInt(random.below(70))) }
          : numberWire(randomNumber(random, this.style))
    }
    const lengths = shape.slice(random.below(shape.length + 1)).map((length) => (random.chance(0.2) ? 1 : length))
    const spec = random.chance(0.4)
      ? dtype.toJSON()
      : 'biufc'.includes(kind)
        ? randomNumberDType(random)
        : 'SU'.includes(kind)
          ? random.pick(['S2', 'U2', '>U3', 'S5'])
          : 'Mm'.includes(kind)
            ? `${random.chance(0.8) ? kind : 'm'}8[${random.pick(UNITS)}]`
            : randomPlainDType(random)
    return { a: randomArray(random, spec, lengths, this.style) }
  }

  private wireOf(base: NDArray, dtype: DType): unknown {
    return base.dtype.equals(dtype)
      ? { self: [] }
      : { a: randomArray(this.random, dtype.toJSON(), base.shape, this.style) }
  }

  /** The shape that selectors select; undefined if they are invalid. */
  private shapeOf(array: NDArray, at: readonly unknown[]): readonly number[] | undefined {
    try {
      return this.select(array, at).shape
    } catch {
      return undefined
    }
  }

  /** Set by the tests, because live-chain.ts interprets selectors. */
  select: (array: NDArray, at: readonly unknown[]) => NDArray = () => {
    throw new TypeError('no selection')
  }
}

function randomPlainNumbersOrTimes(random: Random): string {
  return random.pick(['M8[s]', 'm8[D]', 'i4', 'f8'])
}

/** A JavaScript number in Python: integers become int. */
export function numberWire(value: number): unknown {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : { f: floatText(value) }
}

function floatText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value).replace('Infinity', 'inf')
}

function shuffled<T>(random: Random, list: T[]): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[list[i], list[j]] = [list[j] as T, list[i] as T]
  }
  return list
}

function nest(flat: readonly unknown[], shape: readonly number[]): unknown {
  const [length, ...rest] = shape
  if (length === undefined) return flat[0]
  const step = flat.length / length
  return Array.from({ length }, (_, i) => nest(flat.slice(i * step, (i + 1) * step), rest))
}

function nestWith(shape: readonly number[], make: () => unknown): unknown {
  const [length, ...rest] = shape
  return length === undefined ? make() : Array.from({ length }, () => nestWith(rest, make))
}

function encodeIntegers(spec: string, values: readonly number[]): string {
  const { itemsize, str } = parseDType(spec)
  const bytes = Buffer.alloc(values.length * itemsize)
  values.forEach((value, i) => {
    let rest = BigInt.asUintN(8 * itemsize, BigInt(value))
    for (let byte = 0; byte < itemsize; byte++) {
      const at = str.startsWith('>') ? itemsize - 1 - byte : byte
      bytes[i * itemsize + at] = Number(rest & 255n)
      rest >>= 8n
    }
  })
  return bytes.toString('base64')
}
