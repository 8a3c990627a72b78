import { zlib } from './node-zlib.js'

const TABLE = new Int32Array(256).map((_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** The CRC-32 of bytes that follow others with the CRC `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  // Since Node 20.15.
  const { crc32: native } = zlib() as { crc32?: (bytes: Uint8Array, before: number) => number }
  return (native ?? computed)(bytes, before)
}

/** As {@link crc32}, in JavaScript. */
export function computed(bytes: Uint8Array, before = 0): number {
  let sum = ~before
  for (let i = 0; i < bytes.length; i++) sum = (sum >>> 8) ^ (TABLE[(sum ^ (bytes[i] as number)) & 255] as number)
  return ~sum >>> 0
}
