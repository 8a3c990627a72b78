/**
 * The text of a `.npy` header, read as NumPy reads it and written byte for byte as NumPy writes it
 * (`numpy/lib/_format_impl.py`).
 * @module
 */
import type { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { MAX_NDIM } from '../../layout/shape.js'
import { tupleRepr } from '../../text/python-repr.js'
import { descrText, dtypeFromDescr, literalText } from './descr.js'
import { parseLiteral } from './literal.js'
import type { PythonLiteral } from './literal.js'
import type { NpyVersion } from './npy-version.js'

/** The values of a header. */
export interface Header {
  readonly dtype: DType
  /** Without the axes of a sub-array. */
  readonly shape: readonly number[]
  readonly fortranOrder: boolean
}

/** The first bytes of every `.npy` file. */
export const MAGIC = Buffer.from('\x93NUMPY', 'latin1')

/** The size of the header is a multiple of this. */
export const ALIGNMENT = 64

/** Digits that fit in the header for the length of the axis that grows: those of the largest count of the smallest item. */
const GROWTH_DIGITS = 21

/**
 * Parses the text of a header.
 * @throws MemmapError `ERR_MEMMAP_NPY`
 */
export function parseHeader(text: string, [major]: NpyVersion): Header {
  const literal = parseLiteral(text, major < 3)
  if (literal.type !== 'dict') throw wrong(`it must be a dict, not a ${literal.type}`)
  const values = new Map<string, PythonLiteral>()
  for (const [key, value] of literal.entries) {
    if (key.type !== 'str') throw wrong(`a key must be text (got ${literalText(key)})`)
    values.set(key.value, value)
  }
  const descr = values.get('descr')
  const order = values.get('fortran_order')
  const shape = values.get('shape')
  if (descr === undefined || order === undefined || shape === undefined || values.size !== 3) {
    throw wrong(`its keys must be 'descr', 'fortran_order' and 'shape' (got ${inspect([...values.keys()])})`)
  }
  if (shape.type !== 'tuple') throw wrong(`its shape must be a tuple of whole numbers (got ${literalText(shape)})`)
  if (order.type !== 'bool') throw wrong(`its fortran_order must be True or False (got ${literalText(order)})`)
  if (shape.items.length > MAX_NDIM)
    throw wrong(`its shape must have at most ${MAX_NDIM} axes (got ${shape.items.length})`)
  const lengths = shape.items.map((length) => {
    if (length.type !== 'int' || length.value < 0n || length.value > Number.MAX_SAFE_INTEGER) {
      throw wrong(`its lengths must be whole numbers from 0 to 2^53 - 1 (got ${literalText(shape)})`)
    }
    return Number(length.value)
  })
  return { dtype: dtypeFromDescr(descr), shape: lengths, fortranOrder: order.value }
}

function wrong(what: string): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_NPY',
    `invalid header: ${what}; the file is damaged, or its writer does not follow NumPy's format`,
  )
}

/**
 * Encodes the first bytes of a `.npy` file, up to its data: byte for byte those of NumPy.
 * @param version by default the lowest that can hold the header
 * @throws MemmapError `ERR_MEMMAP_NPY` if the version cannot hold the header; `ERR_MEMMAP_DTYPE` for overlapping fields
 */
export function encodeHeader(header: Header, version: NpyVersion | null = null): Buffer {
  const { shape, fortranOrder } = header
  const growing = fortranOrder ? shape.at(-1) : shape[0]
  // Spaces for a longer shape, so that growing the file does not move its data.
  const padding = growing === undefined ? 0 : GROWTH_DIGITS - String(growing).length
  const text = `${dictionary(header)}${' '.repeat(padding)}`
  if (version !== null) return wrapped(text, version)
  const major = !isLatin1(text) ? 3 : fits(text, 1) ? 1 : 2
  return wrapped(text, [major, 0])
}

function dictionary({ dtype, shape, fortranOrder }: Header): string {
  const entries = [
    `'descr': ${descrText(dtype)}`,
    `'fortran_order': ${fortranOrder ? 'True' : 'False'}`,
    `'shape': ${tupleRepr(shape)}`,
  ]
  return `{${entries.join(', ')}, }`
}

/**
 * Encodes another header into the space of the old one, with a space at least in front of the line break; returns null if that
 * is too short.
 * @param old all bytes in front of the data
 */
export function headerInPlace(old: Buffer, header: Header): Buffer | null {
  const major = old[6] as number
  const text = dictionary(header)
  const body = encoded(text, major)
  const prefix = prefixOf(major)
  if ((major < 3 && !isLatin1(text)) || prefix + body.length + 2 > old.length) return null
  const file = Buffer.alloc(old.length, ' ')
  old.copy(file, 0, 0, prefix)
  body.copy(file, prefix)
  file[file.length - 1] = 0x0a
  return file
}

function wrapped(text: string, version: NpyVersion): Buffer {
  const [major] = version
  if (major < 3 && !isLatin1(text)) {
    throw new MemmapError(
      'ERR_MEMMAP_NPY',
      `invalid version [${major}, 0]: its headers are latin-1, and a name of the dtype has other characters; omit version, or give [3, 0]`,
    )
  }
  if (!fits(text, major)) {
    throw new MemmapError(
      'ERR_MEMMAP_NPY',
      `invalid version [${major}, 0]: the header is too long for it; omit version, or give [2, 0]`,
    )
  }
  const body = encoded(text, major)
  const prefix = prefixOf(major)
  const file = Buffer.alloc(lengthOf(body.length, major), ' ')
  MAGIC.copy(file)
  file[6] = major
  file[7] = 0
  const length = file.length - prefix
  if (major === 1) file.writeUInt16LE(length, 8)
  else file.writeUInt32LE(length, 8)
  body.copy(file, prefix)
  file[file.length - 1] = 0x0a
  return file
}

/** Bytes in front of the text. */
export function prefixOf(major: number): number {
  return major === 1 ? 10 : 12
}

/** Bytes of the whole header, with at least one space in front of the line break. */
function lengthOf(bytes: number, major: number): number {
  const start = prefixOf(major) + bytes + 1
  return start + ALIGNMENT - (start % ALIGNMENT)
}

function fits(text: string, major: number): boolean {
  return lengthOf(encoded(text, major).length, major) - prefixOf(major) < (major === 1 ? 2 ** 16 : 2 ** 32)
}

function encoded(text: string, major: number): Buffer {
  return Buffer.from(text, major === 3 ? 'utf8' : 'latin1')
}

function isLatin1(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of latin-1
  return !/[^\x00-\xff]/.test(text)
}

/**
 * Parses the option `version`.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function parseVersion(value: unknown): NpyVersion | null {
  if (value === undefined || value === null) return null
  if (Array.isArray(value) && value.length === 2 && [1, 2, 3].includes(value[0] as number) && value[1] === 0) {
    return [value[0] as 1 | 2 | 3, 0]
  }
  throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid version ${inspect(value)}: it must be [1, 0], [2, 0] or [3, 0]`)
}
