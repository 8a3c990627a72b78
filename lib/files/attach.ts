/**
 * An array in a file as plain JSON, and back.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { makeArray } from '../array/make-array.js'
import { parseDType } from '../dtype/index.js'
import type { DTypeJson } from '../dtype/index.js'
import { checkOptions } from '../errors/check-options.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { extent } from '../layout/layout.js'
import { integerOf, parseShape } from '../layout/shape.js'
import { contiguousOrder } from '../layout/strides.js'
import type { Mode, ModeLike, OpenOptions, Origin } from '../memory/origin.js'
import { Store } from '../memory/store.js'
import { mapRange, OPEN_OPTIONS, parseMode } from './open.js'

/** What is needed to open an array or view again, anywhere. All numbers count bytes but those of the shape. */
export interface Descriptor {
  /** The absolute path. */
  readonly path: string
  /** NumPy's `dtype.str`, or for records `dtype.descr`; an object where no list can place the fields. */
  readonly dtype: DTypeJson
  readonly shape: readonly number[]
  readonly byteStrides: readonly number[]
  /** Where the first element lies in the file. */
  readonly fileOffset: number
  /** `w+` travels as `r+`: a file is made once. */
  readonly mode: 'r' | 'r+' | 'c'
  /** The order in which elements follow one another; null where only the strides tell. */
  readonly order: 'C' | 'F' | null
}

/** The options of `Memmap.attach`, besides those that open any file. */
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
      'the array was opened by a descriptor, which means nothing elsewhere: open the file by its path',
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
    throw wrong('descriptor', descriptor, 'an object that describe() gave')
  }
  const fields = descriptor as Partial<Record<keyof Descriptor, unknown>>
  const { path } = fields
  if (typeof path !== 'string') throw wrong('path', path, 'text')
  const mode = modeOf(options.mode ?? fields.mode)
  const dtype = parseDType(fields.dtype)
  const shape = [...parseShape(fields.shape)]
  const byteStrides = stridesIn(fields.byteStrides, shape)
  const fileOffset = integerOf(fields.fileOffset)
  if (fileOffset === null || fileOffset < 0) throw wrong('fileOffset', fields.fileOffset, 'a whole number of bytes')
  if (dtype.shape.length > 0)
    throw wrong('dtype', fields.dtype, 'that of one element: the axes of a sub-array belong to the shape')

  const { start, length } = extent({ shape, byteStrides, position: fileOffset }, dtype.itemsize)
  if (start < 0 || start + length > Number.MAX_SAFE_INTEGER) {
    throw new MemmapError(
      'ERR_MEMMAP_OFFSET',
      `the elements reach from byte ${start} to ${start + length}: they lie within a file of at most 2^53 - 1 bytes`,
    )
  }
  const { mapping, filename, pageOffset, mappedLength } = mapRange(path, mode, start, length, 1, options, {
    fixed: true,
  })
  const origin = { filename, offset: start, mode, start: start - pageOffset, pageOffset, options, npy: false }
  const store = Store.ofMapping(mapping, mappedLength, origin, options.shared === true)
  // As in broadcastTo: an element that stands in several places is not stored to.
  const once = shape.every((one, axis) => one < 2 || byteStrides[axis] !== 0)
  const layout = { shape, byteStrides, position: fileOffset - origin.start }
  return makeArray(store, dtype, layout, null, mode !== 'r' && once)
}

function modeOf(value: unknown): Exclude<Mode, 'w+'> {
  const mode = parseMode(value)
  if (mode !== 'w+') return mode
  throw new MemmapError(
    'ERR_MEMMAP_MODE',
    `mode ${inspect(value)} would make the file, and attach never makes, grows or clears one: give 'r', 'r+' or 'c'`,
  )
}

function stridesIn(value: unknown, shape: readonly number[]): number[] {
  const strides = Array.isArray(value) ? value.map(integerOf) : []
  if (!Array.isArray(value) || strides.length !== shape.length || strides.includes(null)) {
    throw wrong('byteStrides', value, `a list of whole numbers, one for each of ${shape.length} axes`)
  }
  return strides as number[]
}

function wrong(name: string, value: unknown, rule: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_ARGUMENT', `${name} of a descriptor is ${rule} (got ${inspect(value)})`)
}
