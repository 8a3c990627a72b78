import type { ByteOrder } from './byte-order.js'
import type { Kind } from './table.js'
import type { TimeUnit } from './time-unit.js'

/** One field of a structured dtype: its dtype, and the byte of the record at which it starts. */
export interface Field<Type = DTypeFields> {
  /** The dtype of the field. */
  readonly dtype: Type
  /** The byte of the record at which the field starts. */
  readonly offset: number
  /** Another name of the field. */
  readonly title?: string
}

/** The properties of a {@link DType}, for functions that read one. */
export interface DTypeFields {
  readonly name: string
  readonly str: string
  readonly kind: Kind
  readonly itemsize: number
  readonly alignment: number
  readonly byteOrder: ByteOrder
  readonly isNative: boolean
  readonly names: readonly string[] | null
  readonly fields: Readonly<Record<string, Field>> | null
  readonly base: DTypeFields
  readonly shape: readonly number[]
  /** @internal */
  readonly code: number
  /** @internal */
  readonly swapped: boolean
  /** @internal */
  readonly unit: TimeUnit | null
}
