import { TIME_CODE } from '../dtype/index.js'
import type { AnyScalar, DType } from '../dtype/index.js'
import { bytesCodec, unicodeCodec, voidCodec } from './bytes.js'
import type { Codec, StoreElement } from './codec.js'
import { numberCodec } from './number.js'
import { recordCodec, subArrayCodec } from './record.js'
import { timeCodec } from './time.js'

export type { Codec, StoreElement } from './codec.js'

/** Reads the element at a byte position. */
export type Reader = (view: DataView, position: number) => AnyScalar

/** Checks and converts a value, then stores it at a byte position. */
export type Writer = (view: DataView, position: number, value: unknown) => void

const codecs = new WeakMap<DType, Codec>()

/** Returns the codec of a dtype, which is created once for each dtype. */
export function codecOf(dtype: DType): Codec {
  const cached = codecs.get(dtype)
  if (cached) return cached
  const codec = makeCodec(dtype)
  codecs.set(dtype, codec)
  return codec
}

/**
 * Returns the function that reads one element, at any byte position: 8-byte integers and ticks as bigint, complex `{ re, im }`,
 * `S` (latin-1) and `U` as strings without trailing NULs, `V` as a copy in a Uint8Array, structured as a plain object.
 */
export function reader(dtype: DType): Reader {
  return codecOf(dtype).read
}

/**
 * Returns the function that writes one element. It checks the value before any byte changes.
 * @throws MemmapError `ERR_MEMMAP_CAST` with the value, the dtype, the rule and the way out
 */
export function writer(dtype: DType): Writer {
  return codecOf(dtype).write
}

/** Checks and converts a value once, for storing it many times. Same errors as {@link writer}. */
export function prepare(dtype: DType, value: unknown): StoreElement {
  return codecOf(dtype).prepare(value)
}

/** Encodes one element to bytes. Same errors as {@link writer}; padding is zero. */
export function encode(dtype: DType, value: unknown): Uint8Array {
  const store = prepare(dtype, value)
  const bytes = new Uint8Array(dtype.itemsize)
  store(new DataView(bytes.buffer), 0)
  return bytes
}

function makeCodec(dtype: DType): Codec {
  if (dtype.shape.length > 0) return subArrayCodec(dtype, codecOf(dtype.base))
  if (dtype.names) return recordCodec(dtype, codecOf)
  if (dtype.kind === 'S') return bytesCodec(dtype)
  if (dtype.kind === 'U') return unicodeCodec(dtype)
  if (dtype.kind === 'V') return voidCodec(dtype)
  return dtype.code === TIME_CODE ? timeCodec(dtype) : numberCodec(dtype)
}
