// IEEE 754 half precision by its bits, because Node 20 and 22 have no Float16Array and no DataView.getFloat16, and unaligned or
// byte-swapped elements need the bits on every runtime.
import { NATIVE_ORDER } from '../dtype/index.js'

const single = new Float32Array(1)
const singleBits = new Uint32Array(single.buffer)
const double = new Float64Array(1)
const doubleWords = new Uint32Array(double.buffer)
const HIGH = NATIVE_ORDER === '<' ? 1 : 0
const LOW = 1 - HIGH

/** 2^-24, the smallest half and the step between subnormal ones. */
const TINY = 2 ** -24
/** Adding and subtracting 2^52 rounds a smaller positive double to a whole number, ties to even. */
const TO_WHOLE = 2 ** 52

/** Converts the 16 bits of a half to its number; every half is exact as a double. */
export function halfToNumber(bits: number): number {
  const exponent = bits & 0x7c00
  if (exponent === 0) {
    const magnitude = (bits & 0x3ff) * TINY
    return bits & 0x8000 ? -magnitude : magnitude
  }
  // A single has wider fields: bias 127 instead of 15, 23 bits of fraction instead of 10.
  const wideExponent = exponent === 0x7c00 ? 0x7f800000 : (exponent + (112 << 10)) << 13
  singleBits[0] = ((bits & 0x8000) << 16) | wideExponent | ((bits & 0x3ff) << 13)
  return single[0] as number
}

/**
 * The numbers of all halves, for loops over single elements; zeros until {@link fillHalfTable} runs. A table, because V8 compiles
 * a lookup without branches and keeps it in registers.
 */
export const halves = new Float32Array(new ArrayBuffer(65536 * 4))

/** Fills {@link halves}, once. */
export function fillHalfTable(): void {
  if (halves[0x3c00] === 1) return
  for (let bits = 0; bits < 65536; bits++) halves[bits] = halfToNumber(bits)
}

/** Converts a double to the 16 bits of the nearest half, ties to even, in one rounding; from 65520 on to infinity. */
export function numberToHalf(value: number): number {
  double[0] = value
  const high = doubleWords[HIGH] as number
  const sign = (high >>> 16) & 0x8000
  const exponent = ((high >>> 20) & 0x7ff) - 1023
  if (exponent < -14) return sign | (Math.abs(value) / TINY + TO_WHOLE - TO_WHOLE)
  // NumPy's NaN. The sign is dropped, because JavaScript does not distinguish NaNs.
  if (value !== value) return 0x7e00
  if (exponent > 15) return sign | 0x7c00
  const fraction = (high >>> 10) & 0x3ff
  const rest = high & 0x3ff
  const half = rest === 0x200 && doubleWords[LOW] === 0
  const up = half ? fraction & 1 : rest >= 0x200 ? 1 : 0
  // Rounding up the largest fraction carries into the exponent, and from the largest half to infinity.
  return sign | ((((exponent + 15) << 10) | fraction) + up)
}
