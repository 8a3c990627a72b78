import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ArrayBase } from '../array/array-base.js'
import { makeArray } from '../array/make-array.js'
import { DType } from '../dtype/index.js'
import { checkBoolean } from '../errors/check-options.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { integerOf, MAX_NDIM, sizeOf } from '../layout/shape.js'
import { stridesOf } from '../layout/strides.js'
import type { Order } from '../layout/strides.js'
import type { Mode, ModeLike, OpenOptions } from '../memory/origin.js'
import { Store } from '../memory/store.js'
import { native, unwrapNative } from '../native/native.js'
import type { NativeMapping } from '../native/native.js'

/** What names a file: a path, a `file:` URL, a descriptor, or the `FileHandle` of `fs.promises.open`. */
export type FileLike = string | URL | Uint8Array | number | { readonly fd: number }

/** The names of {@link OpenOptions}. */
export const OPEN_OPTIONS = ['sparse', 'access', 'populate', 'shared', 'lock']

const MODES: Readonly<Record<ModeLike, Mode>> = {
  r: 'r',
  c: 'c',
  'r+': 'r+',
  'w+': 'w+',
  readonly: 'r',
  copyonwrite: 'c',
  readwrite: 'r+',
  write: 'w+',
}

/** The numbers by which the binding knows the modes. */
const MODE_NUMBER: Readonly<Record<Mode, number>> = { r: 0, 'r+': 1, 'w+': 2, c: 3 }

/** Receives from the binding: bytes of the array, bytes in front of it in its first page, mapped bytes, capacity. */
export const mappingInfo = new Float64Array(4)

/** A checked request to open a file; `shape` without the axes of a sub-array, null where it follows from the file. */
export interface Opening {
  /** Whether it is the data of a `.npy` file. */
  readonly npy?: boolean
  /** Whether mode `r+` must not make the file longer. */
  readonly fixed?: boolean
  readonly mode: Mode
  readonly dtype: DType
  readonly offset: number
  readonly shape: readonly number[] | null
  readonly order: Order
  readonly options: OpenOptions
}

/** Opens, maps and makes the array. */
export function openRaw(
  file: FileLike,
  { mode, dtype, offset, shape, order, options, npy = false, fixed = false }: Opening,
): ArrayBase {
  const { length, unit } = request(mode, dtype, shape, offset)
  const { mapping, filename, bytes, pageOffset, mappedLength } = mapRange(file, mode, offset, length, unit, options, {
    fixed,
  })
  const axes = shape === null ? [bytes / unit] : shape.map((one) => (one === -1 ? bytes / unit : one))
  const full = dtype.shape.length === 0 ? axes : [...axes, ...dtype.shape]
  const store = Store.ofMapping(
    mapping,
    mappedLength,
    { filename, offset, mode, start: offset - pageOffset, pageOffset, options, npy },
    options.shared === true,
  )
  const layout = { shape: full, byteStrides: stridesOf(full, dtype.base.itemsize, order), position: pageOffset }
  return makeArray(store, dtype.base, layout, null, mode !== 'r')
}

/** A part of a file in memory. */
export interface Range {
  readonly mapping: NativeMapping
  /** The absolute path; null for a descriptor. */
  readonly filename: string | null
  /** Bytes of what was asked for. */
  readonly bytes: number
  /** Where that begins in the range, which begins on a page. */
  readonly pageOffset: number
  /** Bytes of the range. */
  readonly mappedLength: number
}

/**
 * Opens and maps `length` bytes, or where that is negative as many whole units as there are.
 * @param fixed whether mode `r+` must not make the file longer
 * @param header bytes at the start of a file that is made whose space is taken even where it is sparse
 */
export function mapRange(
  file: FileLike,
  mode: Mode,
  offset: number,
  length: number,
  unit: number,
  options: OpenOptions,
  { fixed = false, header = 0 }: { readonly fixed?: boolean; readonly header?: number } = {},
): Range {
  const flags = flagsOf(options) | (fixed ? 64 : 0)
  const [name, filename] = nameOf(file)
  const number = MODE_NUMBER[mode]
  const mapping = unwrapNative(() =>
    native.NativeMapping.open(name, number, offset, length, unit, flags, header, mappingInfo),
  )
  const [bytes, pageOffset, mappedLength] = [
    mappingInfo[0] as number,
    mappingInfo[1] as number,
    mappingInfo[2] as number,
  ]
  return { mapping, filename, bytes, pageOffset, mappedLength }
}

/** The bytes that the array needs; negative where it takes what there is, in whole units. */
function request(
  mode: Mode,
  dtype: DType,
  shape: readonly number[] | null,
  offset: number,
): { length: number; unit: number } {
  if (shape === null || shape.includes(-1)) {
    if (mode === 'w+') {
      throw new MemmapError(
        'ERR_MEMMAP_SHAPE',
        shape === null
          ? `shape must be given if mode == 'w+', which sets the size of the file`
          : `shape [${shape.join(', ')}] leaves a length to the file, whose size mode 'w+' sets: give all of them`,
      )
    }
    const unit =
      sizeOf(
        (shape ?? []).filter((one) => one !== -1),
        dtype.itemsize,
      ) * dtype.itemsize
    if (unit === 0) {
      throw shape === null || dtype.itemsize === 0
        ? new MemmapError(
            'ERR_MEMMAP_DTYPE',
            `items of dtype '${dtype.str}' have no bytes, so the file does not tell how many there are: give a length in the dtype, or the shape`,
          )
        : new MemmapError(
            'ERR_MEMMAP_SHAPE',
            `shape [${shape.join(', ')}] has no elements whatever -1 stands for: give all lengths`,
          )
    }
    checkAxes((shape ?? [0]).length + dtype.shape.length)
    return { length: -1, unit }
  }
  checkAxes(shape.length + dtype.shape.length)
  const length = sizeOf(shape, dtype.itemsize) * dtype.itemsize
  if (offset + length > Number.MAX_SAFE_INTEGER) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `offset ${offset} and ${length} bytes of data exceed 2^53 - 1: give a smaller shape or offset`,
    )
  }
  return { length, unit: 1 }
}

export function checkAxes(ndim: number): void {
  if (ndim > MAX_NDIM)
    throw new MemmapError('ERR_MEMMAP_SHAPE', `an array has at most ${MAX_NDIM} axes, and this would have ${ndim}`)
}

/**
 * The mode, by its short name.
 * @throws MemmapError `ERR_MEMMAP_MODE`
 */
export function parseMode(mode: unknown): Mode {
  const known = typeof mode === 'string' && Object.hasOwn(MODES, mode) ? MODES[mode as ModeLike] : undefined
  if (known !== undefined) return known
  throw new MemmapError(
    'ERR_MEMMAP_MODE',
    `mode must be one of ${Object.keys(MODES)
      .map((name) => `'${name}'`)
      .join(', ')} (got ${inspect(mode)})`,
  )
}

/** @throws MemmapError `ERR_MEMMAP_OFFSET` */
export function parseOffset(value: unknown): number {
  const offset = integerOf(value)
  if (offset === null || offset < 0) {
    throw new MemmapError(
      'ERR_MEMMAP_OFFSET',
      `offset is a whole number of bytes from 0 to 2^53 - 1 (got ${inspect(value)})`,
    )
  }
  return offset
}

function flagsOf({ sparse, access, populate, shared, lock }: OpenOptions): number {
  checkBoolean('sparse', sparse)
  checkBoolean('populate', populate)
  checkBoolean('shared', shared)
  let flags = (sparse ? 1 : 0) | (populate ? 2 : 0)
  if (access === 'random') flags |= 4
  else if (access === 'sequential') flags |= 8
  else if (access !== undefined && access !== 'normal') {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `access is one of 'normal', 'random', 'sequential' (got ${inspect(access)})`,
    )
  }
  if (lock === 'shared') flags |= 16
  else if (lock === 'exclusive') flags |= 32
  else if (lock !== undefined) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `lock is one of 'shared', 'exclusive' (got ${inspect(lock)})`)
  }
  return flags
}

/**
 * The file as the binding takes it, and its absolute path; null for a descriptor.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function nameOf(file: unknown): [name: string | Uint8Array | number, filename: string | null] {
  if (typeof file === 'number') return [descriptor(file), null]
  if (file instanceof URL) {
    try {
      return nameOf(fileURLToPath(file))
    } catch (cause) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `${inspect(file.href)} names no file: a URL of a file starts with file:`,
        { cause },
      )
    }
  }
  if (typeof file === 'string') {
    checkPath(file, file.includes('\0'))
    // An empty path is for the system to refuse; resolved, it would be the current folder.
    const filename = file === '' ? file : resolve(file)
    return [filename, filename]
  }
  if (file instanceof Uint8Array) {
    checkPath(file, file.includes(0))
    // A path of bytes need not be text; where it is, the name is absolute as any other.
    const text = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString()
    return Buffer.from(text).equals(file) ? nameOf(text) : [file, null]
  }
  if (typeof file === 'object' && file !== null && 'fd' in file) return [descriptor(file.fd), null]
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `a file is a path, a file: URL, a descriptor or a FileHandle (got ${inspect(file)})`,
  )
}

function descriptor(number: unknown): number {
  // A closed FileHandle has -1, which the system answers with EBADF.
  if (typeof number === 'number' && Number.isInteger(number) && number >= -1 && number < 2 ** 31) return number
  throw new MemmapError('ERR_MEMMAP_ARGUMENT', `a descriptor is a whole number (got ${inspect(number)})`)
}

function checkPath(path: string | Uint8Array, hasNul: boolean): void {
  if (hasNul) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `a path has no NUL in it (got ${inspect(path)})`)
  }
}
