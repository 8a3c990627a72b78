import type { NumberMethod } from '../../dtype/index.js'

/** The view for aligned elements in native order, by DataView's name for them. The view of halves has their bits. */
export const VIEW_OF = {
  Int8: 'i8',
  Uint8: 'u8',
  Int16: 'i16',
  Uint16: 'u16',
  Int32: 'i32',
  Uint32: 'u32',
  BigInt64: 'i64',
  BigUint64: 'u64',
  Float16: 'u16',
  Float32: 'f32',
  Float64: 'f64',
} as const satisfies Readonly<Record<NumberMethod, string>>
