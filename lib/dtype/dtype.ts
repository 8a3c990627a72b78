import { inspect as nodeInspect } from 'node:util'
import { markOwn } from '../errors/brands.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { FOREIGN_ORDER, NATIVE_ORDER, normalOrder } from './byte-order.js'
import type { ByteOrder } from './byte-order.js'
import { descrOf, toJson } from './descr.js'
import type { Descr, DTypeJson } from './descr.js'
import type { DTypeFields, Field } from './dtype-fields.js'
import { sameDType } from './equal.js'
import type { Kind, NumberName } from './table.js'
import { timeUnitText } from './time-unit.js'
import type { TimeUnit } from './time-unit.js'
import type { DTypeLike, Element, element, literal, LiteralDType } from './types/spec.js'

/** The parts that identify a dtype; the rest of {@link DType} follows from them. */
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
 * The type of one element: NumPy's `dtype`. Immutable; create one with {@link dtype}. `String(d)` is its name.
 *
 * @example
 * const d = dtype('>i2')
 * d.name // 'int16'
 * d.str // '>i2'
 * d.isNative // false on a little-endian machine
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.dtype.html
 * @ts-ignore TS2636, because the compiler cannot prove through conditional types that a dtype is one of any name. */
export class DType<out D extends DTypeLike = DTypeLike> implements DTypeFields {
  /** Types only: the types of an element. */
  declare readonly [element]: Element<D>
  /** Types only: the dtype as it was written. */
  declare readonly [literal]: LiteralDType<D>

  /** NumPy's `dtype.name`: `'float32'`, `'bytes40'`, `'str96'`, `'void64'`, `'datetime64[ns]'`; without the byte order. */
  readonly name: string
  /** NumPy's array-interface string: `'<f4'`, `'|u1'`, `'<M8[ns]'`; `'|V12'` for structured dtypes and sub-arrays. */
  readonly str: string
  /** NumPy's `dtype.kind`: `'b'`, `'i'`, `'u'`, `'f'`, `'c'`, `'M'`, `'m'`, `'S'`, `'U'` or `'V'`. */
  readonly kind: Kind
  /** Bytes of one element; 0 for `'S'`, `'U'` and `'V'` without a length. */
  readonly itemsize: number
  /** The alignment of the type in C, in bytes. */
  readonly alignment: number
  /** `'='` for this machine's order, `'<'` or `'>'` for the other one, `'|'` for kinds without an order. */
  readonly byteOrder: ByteOrder
  /** True if every number in an element is in this machine's order. */
  readonly isNative: boolean
  /** The field names of a structured dtype in their order; null for any other. */
  readonly names: readonly string[] | null
  /** The fields of a structured dtype by name, and by title where a field has one; null for any other. */
  readonly fields: Readonly<Record<string, Field<DType>>> | null
  /** The dtype of one element of a sub-array; the dtype itself for any other. */
  readonly base: DType
  /** The shape of a sub-array; `[]` for any other. */
  readonly shape: readonly number[]
  /** True for a structured dtype with `aligned: true`, laid out as a C compiler would. */
  readonly isAlignedStruct: boolean
  /** @internal The element's kind to the native kernels. */
  readonly code: number
  /** @internal True if the bytes of this dtype (not of its fields) are in the other order. */
  readonly swapped: boolean
  /** @internal The tick of a `datetime64` or `timedelta64`; null for any other. */
  readonly unit: TimeUnit | null

  readonly #parts: DTypeParts
  /** The number in the other byte order, once asked for. */
  #swapped: DType | null = null

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
   * Returns true if both describe the same bytes: kinds, sizes, orders, names, titles and offsets, as NumPy's `==`.
   * @param other a DType or anything that {@link dtype} takes; an invalid dtype is not equal
   * @example
   * dtype('f4').equals('float32') // true
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
   * @example
   * dtype('<i2').newByteOrder('>').str // '>i2'
   * @throws MemmapError `ERR_MEMMAP_DTYPE` for any other order
   */
  newByteOrder(order: '=' | '<' | '>' | 'S' = 'S'): DType {
    if (!['=', '<', '>', 'S'].includes(order)) {
      throw new MemmapError(
        'ERR_MEMMAP_DTYPE',
        `invalid byte order ${inspect(order)}: it must be one of '=', '<', '>', 'S'`,
      )
    }
    const { struct, subarray, byteOrder } = this.#parts
    if (subarray) {
      return new DType({ ...this.#parts, subarray: { ...subarray, base: subarray.base.newByteOrder(order) } })
    }
    if (struct) {
      // The map keeps one entry for a field that is under its name and its title.
      const swapped = new Map<Field<DType>, Field<DType>>()
      const fields: Record<string, Field<DType>> = Object.create(null)
      for (const [key, field] of Object.entries(struct.fields)) {
        const entry = swapped.get(field) ?? Object.freeze({ ...field, dtype: field.dtype.newByteOrder(order) })
        swapped.set(field, entry)
        fields[key] = entry
      }
      return new DType({ ...this.#parts, struct: { ...struct, fields: Object.freeze(fields) } })
    }
    if (byteOrder === '|') return this as DType
    const other = this.swapped ? '=' : FOREIGN_ORDER
    const next = normalOrder(order === 'S' ? other : order)
    return next === byteOrder ? (this as DType) : (this.#swapped ??= new DType({ ...this.#parts, byteOrder: next }))
  }

  /**
   * The dtype's name, as NumPy's `dtype.name`.
   * @example
   * dtype('>i2').toString() // 'int16'
   */
  toString(): string {
    return this.name
  }

  /** @internal The text for `console.log`: the call that creates the dtype. */
  [nodeInspect.custom](): string {
    return `dtype(${inspect(this.toJSON())})`
  }

  /**
   * Plain JSON that {@link dtype} reads back to an equal dtype: `str`, or for a structured dtype `descr`.
   * @example
   * dtype('>i2').toJSON() // '>i2'
   * dtype([['x', '<f4']]).toJSON() // [['x', '<f4']]
   */
  toJSON(): DTypeJson {
    return toJson(this)
  }
}

/** A dtype that needs no check and that a generic function passes on as `D`: the name of a number, or a DType. */
export type DTypeOrName<D extends DTypeLike> = (D & NumberName) | DType<D>

markOwn(DType.prototype)

/** The parser, which {@link DType.equals} needs; `parse.ts` imports this module and therefore registers it. */
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
