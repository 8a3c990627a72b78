/** What one element is to the native kernels. `Time` is an int64 with a NaT; `Opaque` is bytes that only move. */
export const Code = {
  Bool: 0,
  I8: 1,
  U8: 2,
  I16: 3,
  U16: 4,
  I32: 5,
  U32: 6,
  I64: 7,
  U64: 8,
  F16: 9,
  F32: 10,
  F64: 11,
  C64: 12,
  C128: 13,
  Time: 14,
  Opaque: 15,
} as const

/** One of the numbers of {@link Code}. */
export type Code = (typeof Code)[keyof typeof Code]
