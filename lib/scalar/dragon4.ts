// The decimal digits of a binary float, after Steele and White, "How to Print Floating-Point Numbers Accurately", and
// Burger and Dybvig, "Printing Floating-Point Numbers Quickly and Accurately", with the choices of NumPy's Dragon4
// (`numpy/_core/src/multiarray/dragon4.c`) for the shortest digits and for rounding at the cutoff.
import { numberToHalf } from './half.js'

/** The float kinds that differ in their digits. */
export type FloatKind = 'float16' | 'float32' | 'float64'

/** `d.ddd` times ten to the exponent. */
export interface Digits {
  readonly digits: string
  readonly exponent: number
}

/** The cutoff of digits. `'total'` counts from the first digit, `'fraction'` from the decimal point; -1 is no limit. */
export interface Cutoff {
  /** `true`: the shortest digits that no neighbour of the kind shares; `false`: the exact value. */
  readonly unique: boolean
  readonly counts: 'total' | 'fraction'
  readonly max: number
  readonly min: number
}

/** A float as `mantissa * 2^exponent`. */
interface Parts {
  readonly mantissa: bigint
  readonly exponent: number
  /** True at a power of two, where the neighbour below is nearer than the one above. */
  readonly unequal: boolean
}

/** The digits of a finite number that is zero or positive and a value of the kind. */
export function dragon4(x: number, kind: FloatKind, { unique, counts, max, min }: Cutoff): Digits {
  const { mantissa, exponent, unequal } = partsOf(x, kind)
  if (mantissa === 0n) return { digits: '0', exponent: 0 }

  // value / scale is the number; low and high, in the same scale, are half the distance to its neighbours.
  const shift = unequal ? 2n : 1n
  const up = exponent > 0 ? BigInt(exponent) : 0n
  const down = exponent > 0 ? 0n : BigInt(-exponent)
  let value = mantissa << (up + shift)
  let scale = 1n << (down + shift)
  let low = 1n << up
  let high = unequal ? low << 1n : low

  // The exponent of the first digit is at most one more than this.
  const bits = mantissa.toString(2).length - 1
  let position = Math.ceil((bits + exponent) * Math.log10(2) - 0.69)
  if (max >= 0 && counts === 'fraction') position = Math.max(position, 1 - max)
  if (position > 0) scale *= 10n ** BigInt(position)
  else {
    const power = 10n ** BigInt(-position)
    value *= power
    low *= power
    high *= power
  }
  if (value >= scale) position++
  else {
    value *= 10n
    low *= 10n
    high *= 10n
  }

  const first = position - 1
  const end = (count: number): number => (counts === 'total' ? position - count : -count)
  const stop = max >= 0 ? end(max) : -Infinity
  const least = min >= 0 ? Math.min(end(min), position) : position

  const even = mantissa % 2n === 0n
  const digits: number[] = []
  let nearLow = false
  let nearHigh = false
  for (let digitPosition = position - 1; ; digitPosition--) {
    const digit = value / scale
    value %= scale
    digits.push(Number(digit))
    if (unique) {
      nearLow = even ? value <= low : value < low
      nearHigh = even ? value + high >= scale : value + high > scale
      if ((nearLow || nearHigh) && digitPosition <= least) break
    } else if (value === 0n) break
    if (digitPosition === stop) break
    value *= 10n
    low *= 10n
    high *= 10n
  }

  // If both directions are valid, or neither, the last digit rounds to nearest, ties to even.
  const twice = value * 2n
  const nearerDown = twice < scale || (twice === scale && (digits.at(-1) ?? 0) % 2 === 0)
  const roundDown = nearLow === nearHigh ? nearerDown : nearLow
  return roundDown ? { digits: digits.join(''), exponent: first } : carried(digits, first)
}

/** Adds one to the last digit, and carries over nines. */
function carried(digits: number[], exponent: number): Digits {
  while (digits.at(-1) === 9) digits.pop()
  const last = digits.pop()
  if (last === undefined) return { digits: '1', exponent: exponent + 1 }
  return { digits: `${digits.join('')}${last + 1}`, exponent }
}

const scratch = new DataView(new ArrayBuffer(8))

function partsOf(x: number, kind: FloatKind): Parts {
  switch (kind) {
    case 'float16':
      return parts(BigInt(numberToHalf(x)), 10n, 15)
    case 'float32':
      scratch.setFloat32(0, x)
      return parts(BigInt(scratch.getUint32(0)), 23n, 127)
    case 'float64':
      scratch.setFloat64(0, x)
      return parts(scratch.getBigUint64(0), 52n, 1023)
  }
}

function parts(bits: bigint, width: bigint, bias: number): Parts {
  const fraction = bits & ((1n << width) - 1n)
  const biased = Number(bits >> width)
  const step = 1 - bias - Number(width)
  if (biased === 0) return { mantissa: fraction, exponent: step, unequal: false }
  return {
    mantissa: (1n << width) | fraction,
    exponent: step + biased - 1,
    unequal: fraction === 0n && biased !== 1,
  }
}
