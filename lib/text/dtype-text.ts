// The dtype in the repr of an array (`dtype_short_repr` in `numpy/_core/arrayprint.py`, `numpy/_core/_dtype.py`).
import { fieldsInOrder } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { stringRepr, tupleRepr } from './python-repr.js'

/** The dtypes that the text of the elements implies. */
const IMPLIED = new Set(['bool', 'int64', 'float64', 'complex128'])

/** Returns true if the repr of an array leaves its dtype out. */
export function isImplied(dtype: DType): boolean {
  return IMPLIED.has(dtype.name) && dtype.isNative
}

/** The text after `dtype=`: `float32`, `'>f4'`, `'datetime64[ns]'`, `[('x', '<f4')]`. */
export function shortRepr(dtype: DType): string {
  if (dtype.names) return structText(dtype, dtype.isAlignedStruct)
  if ('SUV'.includes(dtype.kind) || !dtype.isNative) return `'${dtype.str}'`
  return /^[a-z][a-z0-9]*$/.test(dtype.name) ? dtype.name : `'${dtype.name}'`
}

/** The list form where the fields are packed, else the table. */
function structText(dtype: DType, showAligned: boolean): string {
  return !showAligned && isPacked(dtype) ? listText(dtype) : tableText(dtype, showAligned)
}

/** A dtype inside a structured one. */
function elementText(dtype: DType): string {
  if (dtype.names) return structText(dtype, false)
  if (dtype.shape.length > 0) return `(${elementText(dtype.base)}, ${tupleRepr(dtype.shape)})`
  if (dtype.kind === 'b') return "'?'"
  return `'${dtype.str.replace(/^\|/, '').replace(/^([<>]?[SUV])0$/, '$1')}'`
}

/** Returns true if every field starts at the end of the one before, aligned if the dtype is, without padding after the last. */
function isPacked(dtype: DType): boolean {
  const aligned = dtype.isAlignedStruct
  const align = (position: number, step: number): number => (aligned ? Math.ceil(position / step) * step : position)
  let end = 0
  for (const field of fieldsInOrder(dtype)) {
    if (field.offset !== align(end, field.dtype.alignment)) return false
    end = field.offset + field.dtype.itemsize
  }
  return align(end, dtype.alignment) === dtype.itemsize
}

function listText(dtype: DType): string {
  const items = fieldsInOrder(dtype).map(({ name, title, dtype: type }) => {
    const key = title === undefined ? stringRepr(name) : `(${stringRepr(title)}, ${stringRepr(name)})`
    const shape = type.shape.length > 0 ? `, ${tupleRepr(type.shape)}` : ''
    return `(${key}, ${elementText(type.base)}${shape})`
  })
  return `[${items.join(', ')}]`
}

function tableText(dtype: DType, showAligned: boolean): string {
  const fields = fieldsInOrder(dtype)
  const parts = {
    names: fields.map(({ name }) => stringRepr(name)),
    formats: fields.map((field) => elementText(field.dtype)),
    offsets: fields.map(({ offset }) => offset),
    titles: fields.map(({ title }) => (title === undefined ? 'None' : stringRepr(title))),
  }
  const titled = fields.some(({ title }) => title !== undefined)
  const lists = Object.entries(parts).flatMap(([key, list]) =>
    key === 'titles' && !titled ? [] : `'${key}': [${list.join(', ')}]`,
  )
  const aligned = showAligned ? ", 'aligned': True" : ''
  return `{${lists.join(', ')}, 'itemsize': ${dtype.itemsize}${aligned}}`
}
