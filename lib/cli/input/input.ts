/**
 * Opens the files that commands read: `.npy`, members of `.npz`, and raw files by their description.
 * @module
 */
import { existsSync, statSync } from 'node:fs'
import { NpzFile } from '../../api/npz-file.js'
import { parseDType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { MAGIC } from '../../files/npy/header.js'
import { openNpy } from '../../files/npy/open-npy.js'
import { isZip, MAX_HEADER_SIZE } from '../../files/npy/read-header.js'
import { openRaw } from '../../files/open.js'
import { reading } from '../../files/source.js'
import { parseOrder } from '../../layout/strides.js'
import type { Memmap } from '../../memmap.js'
import type { NDArray } from '../../ndarray.js'
import { UsageError } from '../exit.js'
import { parseCount, parseDTypeText, parseShapeText } from './values.js'

/** The options that describe a raw file, as text, and the field of records to read. */
export interface RawOptions {
  readonly dtype?: string
  readonly shape?: string
  readonly offset?: string
  readonly order?: string
  readonly field?: string
}

/** The format of a file, by its first bytes. */
export type FileFormat = 'npy' | 'npz' | 'raw'

/** An open file. */
export interface Input {
  /** As the user named it. */
  readonly name: string
  readonly path: string
  readonly format: FileFormat
  /** The version of a `.npy` file, such as `1.0`. */
  readonly version: string | null
  readonly member: string | null
  /** Mapped; a compressed member is in memory if it is small, else in a temporary file. */
  readonly array: NDArray
  readonly close: () => void
}

/** Bytes of the largest compressed member that is read into memory. */
const IN_MEMORY = 2 ** 26

const RAW = ['dtype', 'shape', 'offset', 'order'] as const

/** Splits `several.npz:x` into path and member; the name of an existing file is a path as a whole. */
export function splitMember(name: string): { path: string; member: string | null } {
  if (existsSync(name)) return { path: name, member: null }
  for (let at = name.indexOf(':', 1); at > 0; at = name.indexOf(':', at + 1)) {
    const path = name.slice(0, at)
    if (/\.npz$/i.test(path) || statSync(path, { throwIfNoEntry: false })?.isFile() === true)
      return { path, member: name.slice(at + 1) }
  }
  return { path: name, member: null }
}

/** Detects the format of a file, and the version of a `.npy`. */
export function formatOf(path: string): { format: FileFormat; version: string | null; size: number } {
  const { start, size } = reading(path, (source) => ({ start: source.read(0, 8), size: source.size }))
  if (start.subarray(0, MAGIC.length).equals(MAGIC)) {
    return { format: 'npy', version: start.length < 8 ? null : `${start[6]}.${start[7]}`, size }
  }
  // A file with this name and other bytes is damaged; its reader reports how.
  if (/\.npy$/i.test(path)) return { format: 'npy', version: null, size }
  if (isZip(start) || /\.npz$/i.test(path)) return { format: 'npz', version: null, size }
  return { format: 'raw', version: null, size }
}

/**
 * Opens the input of a command.
 * @param asBytes whether to open a raw file without a description as bytes
 */
export async function openInput(name: string, raw: RawOptions, asBytes = false): Promise<Input> {
  return naming(name, () => opened(name, raw, asBytes))
}

/** Adds the name of the file to errors. */
export async function naming<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MemmapError) || error.path !== undefined || !error.code.startsWith('ERR_MEMMAP_'))
      throw error
    throw new UsageError(`${name}: ${error.message} [${error.code}]`, { cause: error })
  }
}

async function opened(name: string, raw: RawOptions, asBytes: boolean): Promise<Input> {
  const { path, member } = splitMember(name)
  const { format, version } = formatOf(path)
  if (format !== 'raw') checkNotRaw(name, raw)
  if (member !== null && format !== 'npz') {
    throw new UsageError(`invalid member '${member}': '${path}' is not a .npz file`)
  }
  if (format === 'raw') return input(name, path, format, null, null, openDescribed(path, raw, asBytes), raw)
  if (format === 'npy')
    return input(name, path, format, version, null, openNpy(path, 'r', MAX_HEADER_SIZE, {}) as Memmap, raw)
  const file = NpzFile.open(path, 'r', MAX_HEADER_SIZE)
  const chosen = member ?? onlyMember(file, name)
  const info = file.member(chosen)
  if (!info.stored && info.size > IN_MEMORY) {
    const { inflated } = await import('./inflated.js')
    const { array, remove } = await inflated(path, chosen, info)
    return input(name, path, format, version, chosen, array, raw, remove)
  }
  const array = file.get(chosen, { mmapMode: info.stored ? 'r' : null }) as NDArray
  return input(name, path, format, version, chosen, array, raw)
}

function input(
  name: string,
  path: string,
  format: FileFormat,
  version: string | null,
  member: string | null,
  whole: NDArray,
  { field }: RawOptions,
  afterwards = (): void => {},
): Input {
  const close = (): void => {
    if ('close' in whole) (whole as Memmap).close()
    afterwards()
  }
  try {
    const array = field === undefined ? whole : fieldOf(whole, field)
    return { name, path, format, version, member, array, close }
  } catch (error) {
    close()
    throw error
  }
}

/** A field, or a field of a field with a dot between their names. */
function fieldOf(array: NDArray, field: string): NDArray {
  if (array.dtype.names === null) {
    throw new UsageError(
      `invalid --field ${inspect(field)}: the elements must be records (they are ${array.dtype.name})`,
    )
  }
  if (array.dtype.names.includes(field)) return array.field(field)
  return field.split('.').reduce((from, name) => from.field(name), array)
}

function onlyMember(file: NpzFile, name: string): string {
  const [first, ...others] = file.files
  if (first !== undefined && others.length === 0) return first
  throw new UsageError(
    first === undefined
      ? `invalid file '${name}': it has no arrays`
      : `invalid file '${name}': it has ${file.files.length} arrays; name one, as in '${name}:${first}' (${file.files.join(', ')})`,
  )
}

/** Rejects a description of a file that has a header. */
function checkNotRaw(name: string, raw: RawOptions): void {
  const option = RAW.find((one) => raw[one] !== undefined)
  if (option === undefined) return
  throw new UsageError(`invalid --${option} for '${name}': it describes raw files, and this file has a header; omit it`)
}

function openDescribed(path: string, raw: RawOptions, asBytes: boolean): NDArray {
  const { dtype, shape, offset, order } = raw
  if (!asBytes && RAW.every((option) => raw[option] === undefined)) {
    throw new UsageError(
      `invalid file '${path}': it is not a .npy or .npz file; describe its elements, as in --dtype float32 --shape 3,4`,
    )
  }
  const options = { access: 'sequential' } as const
  return openRaw(path, {
    mode: 'r',
    dtype: dtype === undefined ? parseDType('uint8') : parseDTypeText(dtype),
    offset: offset === undefined ? 0 : parseCount(offset, '--offset'),
    shape: shape === undefined ? null : parseShapeText(shape, 'one'),
    order: parseOrderOption(order),
    options,
  }) as NDArray
}

/** Parses the option `--order`; C by default. */
export function parseOrderOption(order: string | undefined): 'C' | 'F' {
  if (order !== undefined && !/^[CFcf]$/.test(order)) {
    throw new UsageError(`invalid --order ${inspect(order)}: it must be C or F`)
  }
  return parseOrder(order ?? 'C')
}
