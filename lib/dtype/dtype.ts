import { inspect as nodeInspect } from 'node:util'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { FOREIGN_ORDER, NATIVE_ORDER, normalOrder } from './byte-order.js'
import type { ByteOrder } from './byte-order.js'
import { descrOf, toJson } from './descr.js'
import type { Descr, DTypeJson } from './descr.js'
import type { DTypeFields, Field } from './dtype-fields.js'
import { sameDType } from './equal.js'
import type { Kind } from './table.js'
import { timeUnitText } from './time-unit.js'
import type { TimeUnit } from './time-unit.js'
import type { DTypeLike, Element, element, literal, LiteralDType } from './types/spec.js'

/** Everything that tells one dtype from another; the rest of {@link DType} follows from it. */
export interface DTypeParts {
  readonly kind: Kind
  readonly itemsize: number
  readonly alignment: number
  readonly code: number
  readonly byteOrder: ByteOrder
  readonly unit?: TimeUnit
  readonly struct?: {
    readonly names: readonly string[]
    readonly fields: Readonly<Record<string, Field<DType>>>
    readonly aligned: boolean
  }
  readonly subarray?: { readonly base: DType; readonly shape: readonly number[] }
}

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
 * @ts-ignore TS2636, because the compiler cannot prove through conditional types that a dtype is one of any name. */
export class DType<out D extends DTypeLike = DTypeLike> implements DTypeFields {
  declare readonly [element]: Element<D>
  declare readonly [literal]: LiteralDType<D>

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
  readonly fields: Readonly<Record<string, Field<DType>>> | null
  /** The dtype of one element of a sub-array; the dtype itself for any other. */
  readonly base: DType
  /** The shape of a sub-array; `[]` for any other. */
  readonly shape: readonly number[]
  /** Whether the fields were laid out as a C compiler would (`aligned: true`). */
  readonly isAlignedStruct: boolean
  /** @internal The element's kind to the native kernels. */
  readonly code: number
  /** @internal Whether the bytes of this dtype (not of its fields) are in the other order. */
  readonly swapped: boolean
  /** @internal The tick of a `datetime64` or `timedelta64`; null for any other. */
  readonly unit: TimeUnit | null

  readonly #parts: DTypeParts

  /** @internal Use {@link dtype}. */
  constructor(parts: DTypeParts) {
    if (typeof (parts as DTypeParts | undefined)?.kind !== 'string') {
      throw new MemmapError('ERR_MEMMAP_DTYPE', `invalid call of new: DType is not constructible; use dtype('float32')`)
    }
    this.#parts = parts
    this.kind = parts.kind
    this.itemsize = parts.itemsize
    this.alignment = parts.alignment
    this.byteOrder = parts.byteOrder
    this.code = parts.code
    this.unit = parts.unit ?? null
    this.names = parts.struct?.names ?? null
    this.fields = parts.struct?.fields ?? null
    this.base = parts.subarray?.base ?? this
    this.shape = parts.subarray?.shape ?? NO_SHAPE
    this.isAlignedStruct = parts.struct?.aligned ?? false
    this.swapped = parts.byteOrder === '<' || parts.byteOrder === '>'
    this.isNative = parts.subarray
      ? this.base.isNative
      : !this.swapped && (this.names ?? []).every((name) => this.fields?.[name]?.dtype.isNative)
    this.name = nameOf(parts)
    this.str = strOf(parts)
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
      return sameDType(this, parse(other))
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
      throw new MemmapError('ERR_MEMMAP_DTYPE', `byte order must be one of '=', '<', '>', 'S' (got ${inspect(order)})`)
    }
    const { struct, subarray, byteOrder } = this.#parts
    if (subarray) {
      return new DType({ ...this.#parts, subarray: { ...subarray, base: subarray.base.newByteOrder(order) } })
    }
    if (struct) {
      // Through a map, so that a field keeps one entry under its name and its title.
      const turned = new Map<Field<DType>, Field<DType>>()
      const fields: Record<string, Field<DType>> = Object.create(null)
      for (const [key, field] of Object.entries(struct.fields)) {
        const entry = turned.get(field) ?? Object.freeze({ ...field, dtype: field.dtype.newByteOrder(order) })
        turned.set(field, entry)
        fields[key] = entry
      }
      return new DType({ ...this.#parts, struct: { ...struct, fields: Object.freeze(fields) } })
    }
    if (byteOrder === '|') return this as DType
    const other = this.swapped ? '=' : FOREIGN_ORDER
    const next = normalOrder(order === 'S' ? other : order)
    return next === byteOrder ? (this as DType) : new DType({ ...this.#parts, byteOrder: next })
  }

  /** The dtype's name, as NumPy's `dtype.name`. */
  toString(): string {
    return this.name
  }

  /** @internal What `console.log` shows: the call that makes it. */
  [nodeInspect.custom](): string {
    return `dtype(${inspect(this.toJSON())})`
  }

  /** Plain JSON that {@link dtype} reads back to an equal dtype: `str`, or for a structured dtype `descr`. */
  toJSON(): DTypeJson {
    return toJson(this)
  }
}

/** Set by `parse.ts`, which makes DTypes: {@link DType.equals} takes whatever `dtype` takes. */
let parse: (spec: DTypeLike) => DType

/** Registers the parser of dtypes. */
export function registerParser(parser: (spec: unknown) => DType): void {
  parse = parser
}

const STEMS: Readonly<Record<Kind, string>> = {
  b: 'bool',
  i: 'int',
  u: 'uint',
  f: 'float',
  c: 'complex',
  S: 'bytes',
  U: 'str',
  V: 'void',
  M: 'datetime',
  m: 'timedelta',
}

/** NumPy's `dtype.name`, a "bit name" (`_name_get` in `numpy/_core/_dtype.py`). */
function nameOf({ kind, itemsize, unit }: DTypeParts): string {
  const unsized = itemsize === 0 && 'SUV'.includes(kind)
  const bits = kind === 'b' || unsized ? '' : itemsize * 8
  return `${STEMS[kind]}${bits}${unit ? timeUnitText(unit) : ''}`
}

/** NumPy's `dtype.str`. */
function strOf({ kind, itemsize, byteOrder, unit }: DTypeParts): string {
  const order = byteOrder === '=' ? NATIVE_ORDER : byteOrder
  const size = kind === 'U' ? itemsize / 4 : itemsize
  return `${order}${kind}${size}${unit ? timeUnitText(unit) : ''}`
}
