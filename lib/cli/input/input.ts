/**
 * Files that commands read: `.npy`, members of `.npz`, and raw files with what describes them.
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
import { NDArray } from '../../ndarray.js'
import { UsageError } from '../exit.js'
import { parseCount, parseDTypeText, parseShapeText } from './values.js'

/** The options that describe a raw file, as they were given; and the field of records that is meant. */
export interface RawOptions {
  readonly dtype?: string
  readonly shape?: string
  readonly offset?: string
  readonly order?: string
  readonly field?: string
}

/** What a file is, by its first bytes. */
export type FileFormat = 'npy' | 'npz' | 'raw'

/** A file that is open. */
export interface Input {
  /** As the user named it. */
  readonly name: string
  readonly path: string
  readonly format: FileFormat
  /** The version of a `.npy` file, such as `1.0`. */
  readonly version: string | null
  readonly member: string | null
  /** Mapped; what is compressed is in memory where it is small, and in a temporary file otherwise. */
  readonly array: NDArray
  readonly close: () => void
}

/** Bytes of a compressed member up to which it is read into memory. */
const IN_MEMORY = 2 ** 26

const RAW = ['dtype', 'shape', 'offset', 'order'] as const

/** `several.npz:x` in its parts; a name that is a file is taken whole. */
export function splitMember(name: string): { path: string; member: string | null } {
  if (existsSync(name)) return { path: name, member: null }
  for (let at = name.indexOf(':', 1); at > 0; at = name.indexOf(':', at + 1)) {
    const path = name.slice(0, at)
    if (/\.npz$/i.test(path) || statSync(path, { throwIfNoEntry: false })?.isFile() === true)
      return { path, member: name.slice(at + 1) }
  }
  return { path: name, member: null }
}

/** What a file is, and the version of a `.npy`. */
export function formatOf(path: string): { format: FileFormat; version: string | null; size: number } {
  const { start, size } = reading(path, (source) => ({ start: source.read(0, 8), size: source.size }))
  if (start.subarray(0, MAGIC.length).equals(MAGIC)) {
    return { format: 'npy', version: start.length < 8 ? null : `${start[6]}.${start[7]}`, size }
  }
  // What is called so and is not is damaged, and the reader says how.
  if (/\.npy$/i.test(path)) return { format: 'npy', version: null, size }
  if (isZip(start) || /\.npz$/i.test(path)) return { format: 'npz', version: null, size }
  return { format: 'raw', version: null, size }
}

/**
 * Opens what a command reads.
 * @param guess whether a raw file without a description is taken for bytes
 */
export async function openInput(name: string, raw: RawOptions, guess = false): Promise<Input> {
  return naming(name, () => opened(name, raw, guess))
}

/** What goes wrong with a file is told with its name. */
export async function naming<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MemmapError) || error.path !== undefined || !error.code.startsWith('ERR_MEMMAP_'))
      throw error
    throw new UsageError(`${name}: ${error.message} [${error.code}]`, { cause: error })
  }
}

async function opened(name: string, raw: RawOptions, guess: boolean): Promise<Input> {
  const { path, member } = splitMember(name)
  const { format, version } = formatOf(path)
  if (format !== 'raw') checkNotRaw(name, raw)
  if (member !== null && format !== 'npz') {
    throw new UsageError(`'${path}' is no .npz file, so it has no member '${member}'`)
  }
  if (format === 'raw') return input(name, path, format, null, null, openDescribed(path, raw, guess), raw)
  if (format === 'npy')
    return input(name, path, format, version, null, openNpy(path, 'r', MAX_HEADER_SIZE, {}) as Memmap, raw)
  const file = NpzFile.open(path, 'r', MAX_HEADER_SIZE)
  const chosen = member ?? onlyMember(file, name)
  const found = file.member(chosen)
  if (!found.stored && found.size > IN_MEMORY) {
    const { inflated } = await import('./inflated.js')
    const { array, remove } = await inflated(path, chosen, found)
    return input(name, path, format, version, chosen, array, raw, remove)
  }
  const array = file.get(chosen, { mmapMode: found.stored ? 'r' : null }) as NDArray
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

/** A field, or with dots between a field of a field. */
function fieldOf(array: NDArray, field: string): NDArray {
  if (array.dtype.names === null) {
    throw new UsageError(`--field is for records, and the elements are ${array.dtype.name}`)
  }
  if (array.dtype.names.includes(field)) return array.field(field)
  return field.split('.').reduce((from, name) => from.field(name), array)
}

function onlyMember(file: NpzFile, name: string): string {
  const [first, ...others] = file.files
  if (first !== undefined && others.length === 0) return first
  throw new UsageError(
    first === undefined
      ? `'${name}' holds no array`
      : `'${name}' holds ${file.files.length} arrays: name one, as in '${name}:${first}' (there are ${file.files.join(', ')})`,
  )
}

/** Refuses a description of a file that describes itself. */
function checkNotRaw(name: string, raw: RawOptions): void {
  const given = RAW.find((option) => raw[option] !== undefined)
  if (given === undefined) return
  throw new UsageError(`--${given} describes raw files, and '${name}' says itself what it holds: leave it out`)
}

function openDescribed(path: string, raw: RawOptions, guess: boolean): NDArray {
  const { dtype, shape, offset, order } = raw
  if (!guess && RAW.every((option) => raw[option] === undefined)) {
    throw new UsageError(
      `'${path}' is no .npy or .npz file: say what its elements are, as in --dtype float32 --shape 3,4`,
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

/** The order that was given; C by default. */
export function parseOrderOption(order: string | undefined): 'C' | 'F' {
  if (order !== undefined && !/^[CFcf]$/.test(order)) {
    throw new UsageError(`--order is C or F (got ${inspect(order)})`)
  }
  return parseOrder(order ?? 'C')
}
