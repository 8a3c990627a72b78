import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ArrayBase } from '../array/array-base.js'
import { makeArray } from '../array/make-array.js'
import type { DType } from '../dtype/index.js'
import { checkHasMemory, isUint8Array } from '../errors/brands.js'
import { checkBoolean } from '../errors/check-options.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { integerOf, MAX_NDIM, sizeOf } from '../layout/shape.js'
import { stridesOf } from '../layout/strides.js'
import type { Order } from '../layout/strides.js'
import type { Mode, ModeLike, OpenOptions } from '../memory/origin.js'
import { Store } from '../memory/store.js'
import { fromNative, native } from '../native/native.js'
import type { NativeMapping } from '../native/native.js'
import { systemError } from './system-error.js'

/** A file: its path, `file:` URL, descriptor, or the `FileHandle` of `fs.promises.open`. */
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

/** The binding's numbers for the modes. */
const MODE_NUMBER: Readonly<Record<Mode, number>> = { r: 0, 'r+': 1, 'w+': 2, c: 3 }

/** The binding writes here: bytes of the array, bytes in front of it in its first page, mapped bytes, capacity. */
export const mappingInfo = new Float64Array(4)

/** A checked request to open a file; `shape` without the axes of a sub-array, null if it follows from the file. */
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

/** Opens and maps a file and creates its array. */
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
    { filename, offset, mode, start: offset - pageOffset, pageOffset, options, npy, fitted: (shape?.[0] ?? -1) === -1 },
    options.shared === true,
  )
  const layout = { shape: full, byteStrides: stridesOf(full, dtype.base.itemsize, order), position: pageOffset }
  return makeArray(store, dtype.base, layout, null, mode !== 'r')
}

/** A mapped range of a file. */
export interface Range {
  readonly mapping: NativeMapping
  /** The absolute path; null for a descriptor. */
  readonly filename: string | null
  /** Bytes of the array. */
  readonly bytes: number
  /** Position of the array in the range, which begins on a page. */
  readonly pageOffset: number
  /** Bytes of the range. */
  readonly mappedLength: number
}

/**
 * Opens a file and maps `length` bytes; if that is negative, as many whole units as the file has.
 * @param fixed whether mode `r+` must not make the file longer
 * @param header bytes at the start of a new file for which disk space is allocated, in sparse files too
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
  checkPermission(filename, mode)
  const number = MODE_NUMBER[mode]
  let mapping
  try {
    mapping = native.NativeMapping.open(name, number, offset, length, unit, flags, header, mappingInfo)
  } catch (error) {
    throw withWayOut(fromNative(error), mode)
  }
  const [bytes, pageOffset, mappedLength] = [
    mappingInfo[0] as number,
    mappingInfo[1] as number,
    mappingInfo[2] as number,
  ]
  return { mapping, filename, bytes, pageOffset, mappedLength }
}

/** Adds to the error of a file that may not be written that reading it needs another mode. */
function withWayOut(error: unknown, mode: Mode): unknown {
  if (!(error instanceof MemmapError) || mode !== 'r+' || !['EROFS', 'EACCES', 'EPERM'].includes(error.code))
    return error
  const { code, message, path, syscall, errno } = error
  const wayOut = "mode 'r+' writes to the file: open it with mode 'r', or with mode 'c' for changes that stay in memory"
  return new MemmapError(code, `${message}; ${wayOut}`, { path, syscall, errno })
}

/** The bytes that the array needs; negative if it takes as many whole units as the file has. */
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
          ? `shape must be given if mode == 'w+', which sets the size of the file: give the length of each axis`
          : `invalid shape [${shape.join(', ')}]: -1 stands for the rest of the file, whose size mode 'w+' sets; give all lengths`,
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
            `invalid dtype '${dtype.str}' without a shape: its items have no bytes, so their number does not follow from the file; give a length in the dtype, or the shape`,
          )
        : new MemmapError(
            'ERR_MEMMAP_SHAPE',
            `invalid shape [${shape.join(', ')}]: it has no elements, so -1 does not follow from the file; give all lengths`,
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
      `invalid shape of ${length} bytes at offset ${offset}: their sum must be at most 2^53 - 1; give a smaller shape or offset`,
    )
  }
  return { length, unit: 1 }
}

/** @throws MemmapError `ERR_MEMMAP_SHAPE` */
export function checkAxes(ndim: number): void {
  if (ndim > MAX_NDIM) {
    throw new MemmapError('ERR_MEMMAP_SHAPE', `invalid shape with ${ndim} axes: an array has at most ${MAX_NDIM}`)
  }
}

/**
 * Parses a mode and returns its short name.
 * @throws MemmapError `ERR_MEMMAP_MODE`
 */
export function parseMode(mode: unknown): Mode {
  if (typeof mode === 'string' && Object.hasOwn(MODES, mode)) return MODES[mode as ModeLike]
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
      `invalid offset ${inspect(value)}: it must be a whole number of bytes from 0 to 2^53 - 1`,
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
      `invalid access ${inspect(access)}: it must be one of 'normal', 'random', 'sequential'`,
    )
  }
  if (lock === 'shared') flags |= 16
  else if (lock === 'exclusive') flags |= 32
  else if (lock !== undefined) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid lock ${inspect(lock)}: it must be one of 'shared', 'exclusive'`,
    )
  }
  return flags
}

/**
 * Returns the file as the binding takes it, and its absolute path, or null for a descriptor.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function nameOf(file: unknown): [name: string | Uint8Array | number, filename: string | null] {
  if (typeof file === 'number') return [descriptor(file), null]
  if (isUrl(file)) {
    try {
      return nameOf(fileURLToPath(file.href))
    } catch (cause) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `invalid file URL ${inspect(file.href)}: it must start with file: and name a local file`,
        { cause },
      )
    }
  }
  if (typeof file === 'string') {
    checkPath(file, file.includes('\0'))
    // The system rejects an empty path; resolved, it would be the current folder.
    const filename = file === '' ? file : absolute(file)
    return [filename, filename]
  }
  if (isUint8Array(file)) {
    checkHasMemory(file)
    checkPath(file, file.includes(0))
    // A path of bytes that are not UTF-8 has no absolute path as text.
    const text = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString()
    return Buffer.from(text).equals(file) ? nameOf(text) : [file, null]
  }
  if (typeof file === 'object' && file !== null && 'fd' in file) return [descriptor(file.fd), null]
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid file ${inspect(file)}: it must be a path, a file: URL, a descriptor or a FileHandle`,
  )
}

/**
 * The absolute path of the file that the system opens by a path.
 * @throws MemmapError `ENOENT` for a relative path where the current folder was removed
 */
function absolute(path: string): string {
  let lexical
  try {
    lexical = resolve(path)
  } catch (error) {
    throw systemError(error, path)
  }
  if (process.platform === 'win32') return lexical
  // A slash at the end asks for a folder.
  if (path.endsWith('/') && lexical !== '/') return `${lexical}/`
  if (!/(^|\/)\.\.(\/|$)/.test(path)) return lexical
  // The folder above a link is that of the folder to which it leads.
  const literal = isAbsolute(path) ? path : `${process.cwd()}/${path}`
  try {
    // The function of the system, because that of JavaScript begins with resolve().
    const folderOf = (name: string): string => realpathSync.native(dirname(name))
    if (basename(path) !== '..' && folderOf(literal) === folderOf(lexical)) return lexical
  } catch {
    // The system says at the call what is wrong with the path.
  }
  return literal
}

/**
 * Checks the permissions of the process (`node --permission`), which do not bind native code.
 * @throws MemmapError `ERR_ACCESS_DENIED`, as from `node:fs`
 */
function checkPermission(filename: string | null, mode: Mode): void {
  const { permission } = process as { permission?: { has(scope: string, path?: string): boolean } }
  if (permission === undefined || filename === null) return
  const scope = mode === 'r+' || mode === 'w+' ? 'fs.write' : 'fs.read'
  if (permission.has('fs.read', filename) && permission.has(scope, filename)) return
  const missing = permission.has('fs.read', filename) ? '--allow-fs-write' : '--allow-fs-read'
  const hint = missing === '--allow-fs-write' ? ", or open the file with mode 'r'" : ''
  throw new MemmapError(
    'ERR_ACCESS_DENIED',
    `invalid file ${inspect(filename)}: this process has no permission for it; run node with ${missing}${hint}`,
    { path: filename, syscall: 'open' },
  )
}

/** Returns true for a URL of any realm. */
function isUrl(value: unknown): value is URL {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<URL>).href === 'string' &&
    typeof (value as Partial<URL>).protocol === 'string'
  )
}

function descriptor(number: unknown): number {
  // A closed FileHandle has -1, for which the system returns EBADF.
  if (typeof number === 'number' && Number.isInteger(number) && number >= -1 && number < 2 ** 31) return number
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid file descriptor ${inspect(number)}: it must be a whole number from 0 to 2^31 - 1`,
  )
}

function checkPath(path: string | Uint8Array, hasNul: boolean): void {
  if (hasNul) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid path ${inspect(path)}: it must not contain NUL`)
  }
}
