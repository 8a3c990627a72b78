/**
 * Reads and writes the `descr` of a header: a dtype as Python literal.
 * @module
 */
import { parseDType } from '../../dtype/index.js'
import type { Descr, DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { stringRepr, tupleRepr } from '../../text/python-repr.js'
import type { PythonLiteral } from './literal.js'

/**
 * Returns the dtype of a `descr`: NumPy's `descr_to_dtype`. Unnamed bytes between fields are padding.
 * @throws MemmapError `ERR_MEMMAP_NPY`, with the reason as `cause`
 */
export function dtypeFromDescr(descr: PythonLiteral): DType {
  try {
    return dtypeOf(descr)
  } catch (error) {
    if (!(error instanceof MemmapError) || error.code !== 'ERR_MEMMAP_DTYPE') throw error
    throw new MemmapError('ERR_MEMMAP_NPY', `invalid header descr: ${error.message}`, { cause: error })
  }
}

function dtypeOf(descr: PythonLiteral): DType {
  if (descr.type === 'str') return parseDType(descr.value)
  if (descr.type === 'tuple') {
    const [base, shape] = descr.items
    if (base === undefined || shape === undefined) throw wrong('a sub-array must be a dtype and a shape')
    return repeated(dtypeOf(base), shape)
  }
  const names: string[] = []
  const formats: DType[] = []
  const titles: (string | null)[] = []
  const offsets: number[] = []
  let end = 0
  for (const entry of fieldsOf(descr)) {
    const [key, format, shape, ...rest] = partsOf(entry)
    if (key === undefined || format === undefined || rest.length > 0) {
      throw wrong('a field must be a name, a dtype and optionally a shape')
    }
    const dtype = shape === undefined ? dtypeOf(format) : repeated(dtypeOf(format), shape)
    const isPadding = key.type === 'str' && key.value === '' && dtype.kind === 'V' && dtype.names === null
    if (!isPadding) {
      const { name, title } = nameOf(key)
      names.push(name)
      titles.push(title)
      formats.push(dtype)
      offsets.push(end)
    }
    end += dtype.itemsize
  }
  return parseDType({ names, formats, titles, offsets, itemsize: end })
}

/** The entries that Python would iterate over: for a dict, its keys. */
function fieldsOf(descr: PythonLiteral): readonly PythonLiteral[] {
  if (descr.type === 'list') return descr.items
  if (descr.type === 'dict') return descr.entries.map(([key]) => key)
  throw wrong(`a ${descr.type} is neither the name of a dtype nor a list of fields`)
}

/** The parts that Python would unpack: for a string, its characters. */
function partsOf(entry: PythonLiteral): readonly PythonLiteral[] {
  if (entry.type === 'tuple' || entry.type === 'list') return entry.items
  if (entry.type === 'str') return Array.from(entry.value, (value) => ({ type: 'str', value }))
  throw wrong(`a field must be a tuple, not a ${entry.type}`)
}

function nameOf(key: PythonLiteral): { name: string; title: string | null } {
  if (key.type === 'str') return { name: key.value, title: null }
  const [title, name, ...rest] = key.type === 'tuple' ? key.items : []
  if (title === undefined || name?.type !== 'str' || rest.length > 0) {
    throw wrong('the name of a field must be a string, or a title and a name')
  }
  // Python accepts any title; only text can name a field.
  return { name: name.value, title: title.type === 'str' ? title.value : null }
}

function repeated(dtype: DType, shape: PythonLiteral): DType {
  // As in NumPy, which takes it for raw bytes without a length.
  if (dtype.itemsize === 0 && dtype.shape.length > 0) throw wrong('a sub-array without bytes cannot be repeated')
  if (shape.type === 'int') return parseDType([dtype, lengthOf(shape)])
  if (shape.type !== 'tuple' && shape.type !== 'list') throw wrong(`a ${shape.type} is not the shape of a sub-array`)
  return parseDType([dtype, shape.items.map(lengthOf)])
}

function lengthOf(length: PythonLiteral): number {
  if (length.type === 'int' && length.value >= 0n && length.value < 2n ** 31n) return Number(length.value)
  throw wrong('the lengths of a sub-array must be whole numbers from 0 to 2^31 - 1')
}

function wrong(rule: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_NPY', `invalid header descr: ${rule}`)
}

/**
 * Writes the `descr` of a dtype as Python does.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` if fields overlap or are not in the order of their offsets
 */
export function descrText(dtype: DType): string {
  return dtype.names === null ? stringRepr(dtype.str) : listText(dtype.descr)
}

function listText(descr: Descr): string {
  const fields = descr.map(([name, type, shape]) => {
    const key = typeof name === 'string' ? stringRepr(name) : `(${stringRepr(name[0])}, ${stringRepr(name[1])})`
    const format = typeof type === 'string' ? stringRepr(type) : listText(type)
    return shape === undefined ? `(${key}, ${format})` : `(${key}, ${format}, ${tupleRepr(shape)})`
  })
  return `[${fields.join(', ')}]`
}

/** A value of a header, for messages. */
export function literalText(value: PythonLiteral): string {
  switch (value.type) {
    case 'str':
      return inspect(value.value)
    case 'int':
      return String(value.value)
    case 'bool':
      return value.value ? 'True' : 'False'
    case 'tuple':
      return `(${value.items.map(literalText).join(', ')}${value.items.length === 1 ? ',' : ''})`
    default:
      return `a ${value.type}`
  }
}
