import { inspect } from 'node:util'
import { MemmapError } from '../errors.js'
import { FOREIGN_ORDER, normalOrder } from './byte-order.js'
import type { ByteOrder } from './byte-order.js'
import type { Code } from './code.js'
import { descrOf, toJson } from './descr.js'
import type { Descr, DTypeJson } from './descr.js'
import { sameDType } from './equal.js'
import { given } from './given.js'
import { nameOf, strOf } from './names.js'
// parse.ts makes DTypes, so this import is circular; each uses the other inside functions only.
import { parseDType } from './parse.js'
import type { TimeUnit } from './time-unit.js'
import type { Model } from './models.js'
import type { DTypeLike } from './types.js'

/** NumPy's one-letter kinds: bool, int, uint, float, complex, bytes, str, void (raw, structured, sub-array), datetime, timedelta. */
export type Kind = 'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'U' | 'V' | 'M' | 'm'

/** One field of a structured dtype: its dtype, and where it starts in the record, in bytes. */
export interface Field {
  readonly dtype: DType
  readonly offset: number
  readonly title?: string
}

/** Everything that tells one dtype from another; the rest of {@link DType} follows from it. */
export interface DTypeLayout {
  readonly kind: Kind
  readonly itemsize: number
  readonly alignment: number
  readonly code: Code
  readonly byteOrder: ByteOrder
  readonly unit?: TimeUnit
  readonly struct?: {
    readonly names: readonly string[]
    readonly fields: Readonly<Record<string, Field>>
    readonly aligned: boolean
  }
  readonly subarray?: { readonly base: DType; readonly shape: readonly number[] }
}

declare const model: unique symbol

const NO_SHAPE: readonly number[] = Object.freeze([])

/**
 * What one element is: NumPy's `dtype`. Immutable; made by {@link dtype}. `String(d)` is its name.
 *
 * @example
 * const d = dtype('>i2')
 * d.name // 'int16'
 * d.str // '>i2'
 * d.isNative // false on a little-endian machine
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.dtype.html
 */
export class DType<M extends Model = Model> {
  /** Carries the TypeScript side of an element; there is no such property. */
  declare readonly [model]?: M

  /** NumPy's `dtype.name`: `'float32'`, `'bytes40'`, `'str96'`, `'void64'`, `'datetime64[ns]'`; without the byte order. */
  readonly name: string
  /** NumPy's array-interface string: `'<f4'`, `'|u1'`, `'<M8[ns]'`; `'|V12'` for structured dtypes and sub-arrays. */
  readonly str: string
  readonly kind: Kind
  /** Bytes of one element; 0 for `'S'`, `'U'` and `'V'` without a length. */
  readonly itemsize: number
  /** Bytes that the address of an element of C should be a multiple of. */
  readonly alignment: number
  readonly byteOrder: ByteOrder
  /** Whether every number in an element is in this machine's order. */
  readonly isNative: boolean
  /** The field names of a structured dtype in their order; null for any other. */
  readonly names: readonly string[] | null
  /** The fields of a structured dtype by name, and by title where a field has one; null for any other. */
  readonly fields: Readonly<Record<string, Field>> | null
  /** The dtype of one element of a sub-array; the dtype itself for any other. */
  readonly base: DType
  /** The shape of a sub-array; `[]` for any other. */
  readonly shape: readonly number[]
  /** Whether the fields were laid out as a C compiler would (`aligned: true`). */
  readonly isAlignedStruct: boolean
  /** @internal The element's kind to the native kernels. */
  readonly code: Code
  /** @internal Whether the bytes of this dtype (not of its fields) are in the other order. */
  readonly swapped: boolean
  /** @internal The tick of a `datetime64` or `timedelta64`; null for any other. */
  readonly unit: TimeUnit | null

  readonly #layout: DTypeLayout

  /** @internal Use {@link dtype}. */
  constructor(layout: DTypeLayout) {
    if (typeof (layout as DTypeLayout | undefined)?.kind !== 'string') {
      throw new MemmapError('ERR_MEMMAP_DTYPE', `new makes no dtype: dtype('float32') and the like do`)
    }
    this.#layout = layout
    this.kind = layout.kind
    this.itemsize = layout.itemsize
    this.alignment = layout.alignment
    this.byteOrder = layout.byteOrder
    this.code = layout.code
    this.unit = layout.unit ?? null
    this.names = layout.struct?.names ?? null
    this.fields = layout.struct?.fields ?? null
    this.base = layout.subarray?.base ?? this
    this.shape = layout.subarray?.shape ?? NO_SHAPE
    this.isAlignedStruct = layout.struct?.aligned ?? false
    this.swapped = layout.byteOrder === '<' || layout.byteOrder === '>'
    this.isNative = layout.subarray
      ? this.base.isNative
      : !this.swapped && (this.names ?? []).every((name) => this.fields?.[name]?.dtype.isNative)
    this.name = nameOf(layout)
    this.str = strOf(layout)
    Object.freeze(this)
  }

  /**
   * NumPy's `dtype.descr`, tuples as lists: `[['x', '<f4'], ['', '|V3'], ['y', '<i2', [2]]]`, where `''` is padding and a
   * list in place of the name is `[title, name]`.
   * @throws MemmapError `ERR_MEMMAP_DTYPE` where fields overlap or are not in the order of their offsets
   */
  get descr(): Descr {
    return descrOf(this)
  }

  /**
   * Whether both describe the same bytes: kinds, sizes, orders, names, titles and offsets, as NumPy's `==`.
   * @param other a DType or anything that {@link dtype} takes; what it refuses is not equal
   */
  equals(other: DTypeLike): boolean {
    try {
      return sameDType(this, parseDType(other))
    } catch {
      return false
    }
  }

  /**
   * The same dtype in another byte order, fields and sub-arrays included; kinds without an order stay as they are.
   * @param order `'='` native, `'<'` little, `'>'` big, `'S'` the other one for every number
   * @throws MemmapError `ERR_MEMMAP_DTYPE` for any other order
   */
  newByteOrder(order: '=' | '<' | '>' | 'S' = 'S'): DType {
    if (!['=', '<', '>', 'S'].includes(order)) {
      throw new MemmapError('ERR_MEMMAP_DTYPE', `byte order must be one of '=', '<', '>', 'S' (got ${given(order)})`)
    }
    const { struct, subarray, byteOrder } = this.#layout
    if (subarray) {
      return new DType({ ...this.#layout, subarray: { ...subarray, base: subarray.base.newByteOrder(order) } })
    }
    if (struct) {
      // Through a map, so that a field keeps one entry under its name and its title.
      const turned = new Map<Field, Field>()
      const fields: Record<string, Field> = Object.create(null)
      for (const [key, field] of Object.entries(struct.fields)) {
        const entry = turned.get(field) ?? Object.freeze({ ...field, dtype: field.dtype.newByteOrder(order) })
        turned.set(field, entry)
        fields[key] = entry
      }
      return new DType({ ...this.#layout, struct: { ...struct, fields: Object.freeze(fields) } })
    }
    if (byteOrder === '|') return this as DType
    const other = this.swapped ? '=' : FOREIGN_ORDER
    const next = normalOrder(order === 'S' ? other : order)
    return next === byteOrder ? (this as DType) : new DType({ ...this.#layout, byteOrder: next })
  }

  /** The dtype's name, as NumPy's `dtype.name`. */
  toString(): string {
    return this.name
  }

  /** @internal What `console.log` shows: the call that makes it. */
  [inspect.custom](): string {
    return `dtype(${given(this.toJSON())})`
  }

  /** Plain JSON that {@link dtype} reads back to an equal dtype: `str`, or for a structured dtype `descr`. */
  toJSON(): DTypeJson {
    return toJson(this)
  }
}
