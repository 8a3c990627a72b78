import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dtype as dtypeOf, given } from './dtype/index.js'
import type { Checked, DType, DTypeLike, ModelOf } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { Memmap } from './memmap.js'
import { calling, native } from './native.js'
import type { NativeMapping } from './native.js'
import { makeArray } from './make.js'
import { checkBoolean, checkOptions } from './options.js'
import { MAX_NDIM, integerOf, parseOrder, parseShape, sizeOf, stridesOf } from './shape.js'
import type { Order, OrderLike, ShapeLike } from './shape.js'
import { Store } from './store.js'

/** What happens to the file, by NumPy's short or long names. */
export type Mode = 'r' | 'r+' | 'w+' | 'c'
export type ModeLike = Mode | 'readonly' | 'readwrite' | 'write' | 'copyonwrite'

/** What names a file: a path, a `file:` URL, a descriptor, or the `FileHandle` of `fs.promises.open`. */
export type FileLike = string | URL | Uint8Array | number | { readonly fd: number }

/** The options that open any file. */
export interface OpenOptions {
  /** Leave holes in a file that is made or grown, instead of taking the space now. By default false: a full disk is `ENOSPC`. */
  sparse?: boolean
  /** How the elements will be gone through; `'normal'` by default. */
  access?: 'normal' | 'random' | 'sequential'
  /** Read the pages in before returning. */
  populate?: boolean
  /** Back the array by a SharedArrayBuffer, which Workers share, where the runtime can (`support().sharedBuffers`). */
  shared?: boolean
  /** An advisory lock on the file, held until `close()`. */
  lock?: 'shared' | 'exclusive'
}

/** The options of {@link memmap}. */
export interface MemmapOptions<D = DTypeLike> extends OpenOptions {
  /** What one element is; `'uint8'` by default. */
  dtype?: D
  /** `'r+'` by default. */
  mode?: ModeLike
  /** Where the array begins in the file, in bytes; any alignment. */
  offset?: number | bigint
  /** The length of each axis; by default one axis, as long as the file allows. One length may be -1. */
  shape?: ShapeLike
  /** `'C'` by default. */
  order?: OrderLike
}

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

const OPTIONS = ['dtype', 'mode', 'offset', 'shape', 'order', 'sparse', 'access', 'populate', 'shared', 'lock']

/** What the binding reports of a mapping: length, lead, where it ends in its range, and the bytes of the range. */
export const facts = new Float64Array(4)

/**
 * Opens a file of raw elements as an array, without reading it: NumPy's `numpy.memmap`.
 *
 * | mode | file longer | shorter | missing |
 * |---|---|---|---|
 * | `r`, `c` | a prefix | `ERR_MEMMAP_SIZE` | `ENOENT` |
 * | `r+` | a prefix | grown with zeros | `ENOENT` |
 * | `w+` | cut to size, all zero | all zero | made |
 *
 * A call that throws leaves the bytes and the size of the file as they were.
 *
 * @param file a path, `file:` URL, Buffer path, descriptor or FileHandle; the latter two stay open
 * @throws MemmapError `ERR_MEMMAP_MODE`, `_DTYPE`, `_SHAPE`, `_OFFSET`, `_ORDER`, `_ARGUMENT` for options; `ERR_MEMMAP_SIZE`,
 *   `_EMPTY` where the file does not fit them; `ERR_MEMMAP_LOCKED`; `ERR_MEMMAP_UNSUPPORTED` for pipes and devices; the
 *   system's: `ENOENT`, `EACCES`, `EISDIR`, `ENOSPC`, ...
 * @example
 * const a = memmap('scan.ima', { dtype: '>u2', shape: [256, 256], mode: 'r' })
 * a.get(128, 128) // a number
 * a.close()
 */
export function memmap<const D extends DTypeLike = 'uint8'>(
  file: FileLike,
  options: MemmapOptions<Checked<D>> = {},
): Memmap<ModelOf<D>> {
  checkOptions(options, OPTIONS, 'memmap')
  const mode = parseMode(options.mode === undefined ? 'r+' : options.mode)
  const dtype = options.dtype === undefined ? dtypeOf('uint8') : dtypeOf((options.dtype ?? 'float64') as DTypeLike)
  const offset = parseOffset(options.offset === undefined ? 0 : options.offset)
  // For null, which is Python's None, as NumPy.
  const order = parseOrder(options.order ?? 'C')
  const shape = options.shape == null ? null : parseShape(options.shape, true)
  return openRaw(file, { mode, dtype, offset, shape, order, options }) as unknown as Memmap<ModelOf<D>>
}

/** What is to be opened, all of it understood; `shape` without the axes of a sub-array, null where it follows from the file. */
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
): Memmap {
  const { length, unit } = request(mode, dtype, shape, offset)
  const { mapping, filename, bytes, lead, span } = mapRange(file, mode, offset, length, unit, options, { fixed })
  const axes = shape === null ? [bytes / unit] : shape.map((one) => (one === -1 ? bytes / unit : one))
  const full = dtype.shape.length === 0 ? axes : [...axes, ...dtype.shape]
  const store = Store.ofMapping(
    mapping,
    span,
    { filename, offset, mode, start: offset - lead, lead, options, npy },
    options.shared === true,
  )
  const place = { shape: full, byteStrides: stridesOf(full, dtype.base.itemsize, order), position: lead }
  return makeArray(Memmap, store, dtype.base, place, null, mode !== 'r') as Memmap
}

/** A part of a file in memory. */
export interface Range {
  readonly mapping: NativeMapping
  /** The absolute path; null for a descriptor. */
  readonly filename: string | null
  /** Bytes of what was asked for. */
  readonly bytes: number
  /** Where that begins in the range, which begins on a page. */
  readonly lead: number
  /** Bytes of the range. */
  readonly span: number
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
  const mapping = calling(() => native.NativeMapping.open(name, number, offset, length, unit, flags, header, facts))
  const [bytes, lead, span] = [facts[0] as number, facts[1] as number, facts[2] as number]
  return { mapping, filename, bytes, lead, span }
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
      .join(', ')} (got ${given(mode)})`,
  )
}

/** @throws MemmapError `ERR_MEMMAP_OFFSET` */
function parseOffset(value: unknown): number {
  const offset = integerOf(value)
  if (offset === null || offset < 0) {
    throw new MemmapError(
      'ERR_MEMMAP_OFFSET',
      `offset is a whole number of bytes from 0 to 2^53 - 1 (got ${given(value)})`,
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
      `access is one of 'normal', 'random', 'sequential' (got ${given(access)})`,
    )
  }
  if (lock === 'shared') flags |= 16
  else if (lock === 'exclusive') flags |= 32
  else if (lock !== undefined) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `lock is one of 'shared', 'exclusive' (got ${given(lock)})`)
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
        `${given(file.href)} names no file: a URL of a file starts with file:`,
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
    `a file is a path, a file: URL, a descriptor or a FileHandle (got ${given(file)})`,
  )
}

function descriptor(number: unknown): number {
  // A closed FileHandle has -1, which the system answers with EBADF.
  if (typeof number === 'number' && Number.isInteger(number) && number >= -1 && number < 2 ** 31) return number
  throw new MemmapError('ERR_MEMMAP_ARGUMENT', `a descriptor is a whole number (got ${given(number)})`)
}

function checkPath(path: string | Uint8Array, hasNul: boolean): void {
  if (hasNul) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `a path has no NUL in it (got ${given(path)})`)
  }
}
