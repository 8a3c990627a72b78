import { MemmapError } from '../errors/memmap-error.js'
import type { DTypeFields, Field } from './dtype-fields.js'

/** A field's name, or `[title, name]`. */
export type DescrName = string | [title: string, name: string]

/** NumPy's `dtype.descr`, tuples as lists. */
export type Descr = DescrField[]
/** One field: its name, its dtype, and the shape of a sub-array. An empty name is padding. */
export type DescrField =
  [name: DescrName, dtype: string | Descr] | [name: DescrName, dtype: string | Descr, shape: number[]]

/** A dtype in plain JSON. The object form is for structured dtypes with overlapping or out-of-order fields, which no list has. */
export type DTypeJson = string | Descr | [base: DTypeJson, shape: number[]] | DTypeJsonFields
/** A structured dtype by its fields, each list in the order of `names`. */
export interface DTypeJsonFields {
  /** The name of each field. */
  names: string[]
  /** The dtype of each field. */
  formats: DTypeJson[]
  /** The byte at which each field starts. */
  offsets: number[]
  /** Another name for each field, or null. */
  titles?: (string | null)[]
  /** Bytes of one element. */
  itemsize: number
}

/** `DType.descr`. */
export function descrOf(dtype: DTypeFields): Descr {
  return dtype.names ? fieldList(dtype) : [['', dtype.str]]
}

/** `DType.toJSON`. */
export function toJson(dtype: DTypeFields): DTypeJson {
  if (dtype.shape.length > 0) return [toJson(dtype.base), [...dtype.shape]]
  if (!dtype.names) return dtype.str
  return isListable(dtype) ? fieldList(dtype) : fieldTable(dtype)
}

/** The fields in the order of their names. */
export function fieldsInOrder<Type>({
  names,
  fields,
}: {
  readonly names: readonly string[] | null
  readonly fields: Readonly<Record<string, Field<Type>>> | null
}): (Field<Type> & { readonly name: string })[] {
  if (!names || !fields) return []
  return names.flatMap((name) => {
    const field = fields[name]
    return field ? [{ ...field, name }] : []
  })
}

function fieldList(dtype: DTypeFields): Descr {
  const list: Descr = []
  let end = 0
  for (const { name, title, offset, dtype: type } of fieldsInOrder(dtype)) {
    if (offset < end) {
      throw new MemmapError(
        'ERR_MEMMAP_DTYPE',
        `invalid descr: ${JSON.stringify(name)} starts at byte ${offset}, before byte ${end} where the field before it ends, and a list ` +
          'has no overlapping or out-of-order fields; use toJSON(), which returns names, formats and offsets',
      )
    }
    if (offset > end) list.push(padding(offset - end))
    const key: DescrName = title === undefined ? name : [title, name]
    const element = type.base.names ? fieldList(type.base) : type.base.str
    list.push(type.shape.length > 0 ? [key, element, [...type.shape]] : [key, element])
    end = offset + type.itemsize
  }
  if (dtype.itemsize > end) list.push(padding(dtype.itemsize - end))
  return list
}

function padding(bytes: number): DescrField {
  return ['', `|V${bytes}`]
}

/** Returns true if the list form has every offset: each field starts at or after the end of the one before, at every depth. */
function isListable(dtype: DTypeFields): boolean {
  let end = 0
  return fieldsInOrder(dtype).every(({ name, offset, dtype: type }) => {
    const follows = offset >= end && name !== ''
    end = offset + type.itemsize
    return follows && isListable(type.base)
  })
}

function fieldTable(dtype: DTypeFields): DTypeJsonFields {
  const fields = fieldsInOrder(dtype)
  const titled = fields.some((field) => field.title !== undefined)
  return {
    names: fields.map((field) => field.name),
    formats: fields.map((field) => toJson(field.dtype)),
    offsets: fields.map((field) => field.offset),
    ...(titled && { titles: fields.map((field) => field.title ?? null) }),
    itemsize: dtype.itemsize,
  }
}
