/**
 * An array in a file as plain JSON, and back.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { makeArray } from '../array/make-array.js'
import { parseDType } from '../dtype/index.js'
import type { DTypeJson } from '../dtype/index.js'
import { checkOptions } from '../errors/check-options.js'
import { entriesOf } from '../errors/entries.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { extent } from '../layout/layout.js'
import { integerOf, parseShape } from '../layout/shape.js'
import { contiguousOrder } from '../layout/strides.js'
import type { Mode, ModeLike, OpenOptions, Origin } from '../memory/origin.js'
import { Store } from '../memory/store.js'
import { mapRange, OPEN_OPTIONS, parseMode } from './open.js'

/** The description of an array or view, with which any thread or process opens it. Numbers are bytes, except the shape. */
export interface Descriptor {
  /** The absolute path. */
  readonly path: string
  /** NumPy's `dtype.str`, or for records `dtype.descr`; an object if a list cannot express the offsets of the fields. */
  readonly dtype: DTypeJson
  /** The length of each axis. */
  readonly shape: readonly number[]
  /** The step from one entry to the next on each axis. */
  readonly byteStrides: readonly number[]
  /** The offset of the first element in the file. */
  readonly fileOffset: number
  /** `r+` for an array of mode `w+`, because attaching must not clear the file. */
  readonly mode: 'r' | 'r+' | 'c'
  /** The order of contiguous elements; null if they are not contiguous. */
  readonly order: 'C' | 'F' | null
}

/** The options of `Memmap.attach`. */
export interface AttachOptions extends OpenOptions {
  /** By default the descriptor's. */
  mode?: ModeLike
}

/** `Memmap.describe`. */
export function describe(array: ArrayBase): Descriptor {
  array.store.checkOpen()
  const { shape, byteStrides, itemsize, position } = array
  const { filename: path, mode, start } = array.store.origin as Origin
  if (path === null) {
    throw new MemmapError(
      'ERR_MEMMAP_UNSUPPORTED',
      'invalid describe() of an array without a path: it was opened by a descriptor, which is valid in this process only; open the file by its path',
    )
  }
  const order = contiguousOrder(shape, byteStrides, itemsize)
  return {
    path,
    dtype: array.dtype.toJSON(),
    shape: [...shape],
    byteStrides: [...byteStrides],
    fileOffset: start + position,
    mode: mode === 'w+' ? 'r+' : mode,
    order,
  }
}

const OPTIONS = ['mode', ...OPEN_OPTIONS]

/** `Memmap.attach`. */
export function attach(descriptor: unknown, options: AttachOptions): ArrayBase {
  checkOptions(options, OPTIONS, 'attach')
  if (typeof descriptor !== 'object' || descriptor === null || Array.isArray(descriptor)) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid descriptor ${inspect(descriptor)}: it must be an object; pass what describe() returned`,
    )
  }
  const fields = descriptor as Partial<Record<keyof Descriptor, unknown>>
  const { path } = fields
  if (typeof path !== 'string') throw invalidField('path', path, 'text')
  const mode = modeOf(options.mode ?? fields.mode)
  const dtype = parseDType(fields.dtype)
  const shape = [...parseShape(fields.shape)]
  const byteStrides = stridesIn(fields.byteStrides, shape)
  const fileOffset = integerOf(fields.fileOffset)
  if (fileOffset === null || fileOffset < 0) {
    throw invalidField('fileOffset', fields.fileOffset, 'a whole number of bytes from 0 to 2^53 - 1')
  }
  if (dtype.shape.length > 0) {
    throw invalidField(
      'dtype',
      fields.dtype,
      'the dtype of one element, because the axes of a sub-array belong to the shape',
    )
  }

  const { start, length } = extent({ shape, byteStrides, position: fileOffset }, dtype.itemsize)
  if (start < 0 || start + length > Number.MAX_SAFE_INTEGER) {
    throw new MemmapError(
      'ERR_MEMMAP_OFFSET',
      `invalid descriptor with elements from byte ${start} to ${start + length}: they must be within 0 and 2^53 - 1; pass what describe() returned`,
    )
  }
  const { mapping, filename, pageOffset, mappedLength } = mapRange(path, mode, start, length, 1, options, {
    fixed: true,
  })
  const origin = { filename, offset: start, mode, start: start - pageOffset, pageOffset, options, npy: false }
  const store = Store.ofMapping(mapping, mappedLength, origin, options.shared === true)
  // Read-only if several indices have the same element, as in broadcastTo.
  const isUnique = shape.every((one, axis) => one < 2 || byteStrides[axis] !== 0)
  const layout = { shape, byteStrides, position: fileOffset - origin.start }
  return makeArray(store, dtype, layout, null, mode !== 'r' && isUnique)
}

function modeOf(value: unknown): Exclude<Mode, 'w+'> {
  const mode = parseMode(value)
  if (mode !== 'w+') return mode
  throw new MemmapError(
    'ERR_MEMMAP_MODE',
    `invalid mode ${inspect(value)} for attach: it would clear the file; give 'r', 'r+' or 'c'`,
  )
}

function stridesIn(value: unknown, shape: readonly number[]): number[] {
  const strides = Array.isArray(value) ? entriesOf<unknown>(value).map(integerOf) : []
  if (!Array.isArray(value) || strides.length !== shape.length || strides.includes(null)) {
    throw invalidField('byteStrides', value, `a list of whole numbers, one for each of ${shape.length} axes`)
  }
  return strides as number[]
}

function invalidField(name: string, value: unknown, rule: string): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid descriptor ${name} ${inspect(value)}: it must be ${rule}; pass what describe() returned`,
  )
}
