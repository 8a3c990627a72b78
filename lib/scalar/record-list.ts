import { isArrayValue } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { isDate } from '../errors/brands.js'

/**
 * Returns true if a list is one record by position, rather than an axis of records, because JavaScript has no tuples. A list is
 * a record if an entry is no list or object, or if each entry is a value that its field takes.
 */
export function isRecordList(list: readonly unknown[], dtype: DType | undefined): boolean {
  const names = dtype?.names
  if (names == null || list.length === 0) return false
  if (isRecordOf(names, firstLeaf(list))) return false
  if (list.some((entry) => !Array.isArray(entry) && !isObject(entry) && !isAxis(entry))) return true
  return list.length === names.length && names.every((name, index) => takes(dtype?.fields?.[name]?.dtype, list[index]))
}

function firstLeaf(list: readonly unknown[]): unknown {
  let leaf: unknown = list
  while (Array.isArray(leaf)) leaf = leaf[0]
  return leaf
}

/** Returns true if a value is an object, or are the elements of an array, with all of these fields. */
function isRecordOf(names: readonly string[], value: unknown): boolean {
  if (isArrayValue(value)) return names.every((name) => value.dtype.names?.includes(name) === true)
  return isObject(value) && names.length > 0 && names.every((name) => Object.hasOwn(value, name))
}

/** Returns true if an array is an axis of records, or of values that are stored in all fields of one: it is not a scalar. */
function isAxis(value: unknown): boolean {
  return isArrayValue(value) && (value.ndim > 0 || value.dtype.names !== null)
}

/** Returns true if a list, array or object can be the value of a field. */
function takes(field: DType | undefined, value: unknown): boolean {
  if (field === undefined) return false
  if (isArrayValue(value)) {
    const isFieldOfIt = field.base.names !== null || value.dtype.names === null
    return isFieldOfIt && value.ndim <= field.shape.length && (value.ndim > 0 || field.shape.length === 0)
  }
  if (field.shape.length > 0) return Array.isArray(value) || takes(field.base, value)
  if (field.names !== null) return true
  return field.kind === 'c' ? isComplex(value) : field.kind === 'M' && isDate(value)
}

function isComplex(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 2 && value.every((part) => typeof part !== 'object')
  return isObject(value) && 're' in value && 'im' in value
}

function isObject(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !isArrayValue(value)
  )
}
