import { fieldsInOrder, parseDType } from '../../lib/dtype/index.js'
import type { DType } from '../../lib/dtype/index.js'
import type { NDArray } from '../../lib/index.js'
import { zeros } from '../../lib/index.js'
import { encode } from '../../lib/scalar/index.js'
import type { Random } from './numpy-live.js'

/** An array in the form sent to Python: its memory in C or F order. */
export interface ArrayWire {
  readonly dtype: unknown
  readonly shape: readonly number[]
  readonly order: 'C' | 'F'
  readonly data: string
}

export const NUMBERS = ['?', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8', 'c8', 'c16']
const TEXTS = ['S1', 'S3', 'S7', 'U1', 'U3', '>U2', 'U5', 'V1', 'V3', 'V8']
export const UNITS = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', '25s', '7D', '3M']

/** A numeric dtype in either byte order. */
export function randomNumberDType(random: Random): string {
  return `${random.chance(0.25) ? '>' : '<'}${random.pick(NUMBERS)}`
}

/** Any dtype but records. */
export function randomPlainDType(random: Random): string {
  const kind = random.next()
  if (kind < 0.65) return randomNumberDType(random)
  if (kind < 0.85) return random.pick(TEXTS)
  const unit = random.chance(0.1) ? '' : `[${random.pick(UNITS)}]`
  // NumPy ignores the byte order of dates without a unit when it compares them.
  return `${random.chance(0.2) && unit !== '' ? '>' : '<'}${random.chance(0.5) ? 'M8' : 'm8'}${unit}`
}

/** Any dtype, including records with gaps and explicit offsets, nested records and sub-arrays. */
export function randomDType(random: Random, depth = 0): unknown {
  if (depth > 1 || random.chance(depth === 0 ? 0.8 : 0.85)) return randomPlainDType(random)
  const names = ['x', 'y', 'z'].slice(0, 1 + random.below(3))
  const fields = names.map((name) => {
    const of = randomDType(random, depth + 1)
    return random.chance(0.2) ? [name, of, random.pick([[2], [1], [2, 2]])] : [name, of]
  })
  if (random.chance(0.6)) return fields
  let offset = random.below(3)
  const formats = fields.map(([, of, shape]) => (shape === undefined ? of : [of, shape]))
  const offsets = formats.map((of) => {
    const at = offset
    offset += parseDType(of).itemsize + random.below(3)
    return at
  })
  return { names, formats, offsets, itemsize: offset + random.below(3) }
}

/** A shape: 0-d to 4-d, some without elements. */
export function randomShape(random: Random, most = 4): number[] {
  const ndim = random.pick([0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4].filter((one) => one <= most))
  return Array.from({ length: ndim }, () =>
    random.pick([0, 1, 1, 2, 2, 3, 3, 4, 5, 7].slice(random.chance(0.07) ? 0 : 1)),
  )
}

/** Range of numbers: `tame` ones fit every kind. */
export type Style = 'tame' | 'wild'

export function randomNumber(random: Random, style: Style): number {
  if (style === 'tame') return random.chance(0.5) ? random.below(100) : (random.below(800) - 400) / 4
  if (random.chance(0.25)) return random.pick([NaN, Infinity, -Infinity, 0, -0, 1, 5e-324, 1e300, 65504, 1e-5])
  return (random.next() - 0.5) * 10 ** (random.below(30) - 10)
}

const LETTERS = [...'abcAB01 -']
const WIDE = [...'éß☃中😀']

/** The bytes of one element. */
export function randomElement(random: Random, dtype: DType, style: Style): Uint8Array {
  if (dtype.shape.length > 0) {
    const count = dtype.shape.reduce((size, length) => size * length, 1)
    return Buffer.concat(Array.from({ length: count }, () => randomElement(random, dtype.base, style)))
  }
  if (dtype.names !== null) {
    const bytes = Uint8Array.from({ length: dtype.itemsize }, () => random.below(256))
    for (const field of fieldsInOrder(dtype)) bytes.set(randomElement(random, field.dtype, style), field.offset)
    return bytes
  }
  switch (dtype.kind) {
    case 'b':
      return Uint8Array.of(random.below(2))
    case 'f':
      return encode(dtype, randomNumber(random, style))
    case 'c':
      return encode(dtype, [randomNumber(random, style), randomNumber(random, style)])
    case 'S':
      return encode(dtype, randomText(random, 9, false))
    case 'U':
      return encode(dtype, randomText(random, 6, random.chance(0.3)))
    case 'M':
    case 'm':
      return encode(
        dtype,
        random.chance(0.1)
          ? 'NaT'
          : dtype.kind === 'M' && dtype.unit?.unit === 'generic'
            ? 'NaT'
            : BigInt(random.below(2000) - 1000),
      )
    default: {
      const bytes = Uint8Array.from({ length: dtype.itemsize }, () => (random.chance(0.3) ? 0 : random.below(256)))
      if (style === 'wild' || dtype.kind === 'V') return bytes
      return encode(dtype, dtype.kind === 'i' ? random.below(200) - 100 : random.below(100))
    }
  }
}

export function randomText(random: Random, most: number, wide: boolean): string {
  return Array.from({ length: random.below(most) }, () => random.pick(wide ? WIDE : LETTERS)).join('')
}

export function randomArray(random: Random, spec: unknown, shape: readonly number[], style: Style): ArrayWire {
  const dtype = parseDType(spec)
  const count = shape.reduce((size, length) => size * length, 1)
  const bytes = Buffer.concat(Array.from({ length: count }, () => randomElement(random, dtype, style)))
  return { dtype: spec, shape, order: random.chance(0.7) ? 'C' : 'F', data: bytes.toString('base64') }
}

export function arrayFrom({ dtype, shape, order, data }: ArrayWire): NDArray {
  const array = zeros([...shape], { dtype: dtype as never, order }) as unknown as NDArray
  if (array.nbytes > 0) array.bytes.set(Buffer.from(data, 'base64'))
  return array
}
