/**
 * Opens the arrays that commands read: `.npy`, members of `.npz`, and raw files by their description.
 * @module
 */
import { parseDType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { openNpy } from '../../files/npy/open-npy.js'
import { MAX_HEADER_SIZE } from '../../files/npy/read-header.js'
import { openRaw } from '../../files/open.js'
import type { Memmap } from '../../memmap.js'
import type { NDArray } from '../../ndarray.js'
import { UsageError } from '../exit.js'
import { naming } from './locate.js'
import type { FileFormat, Located } from './locate.js'
import { otherFormat } from './other-formats.js'
import { parseCount, parseDTypeText, parseOrderOption, parseShapeText } from './values.js'

/** The options that describe a raw file, as text, and the field of records to read. */
export interface RawOptions {
  readonly dtype?: string
  readonly shape?: string
  readonly offset?: string
  readonly order?: string
  readonly field?: string
}

/** An open array. */
export interface Input {
  /** The file, and the member of a `.npz` that has several, as the user names them. */
  readonly name: string
  readonly path: string
  readonly format: FileFormat
  readonly version: string | null
  readonly member: string | null
  /** Mapped; a compressed member is in memory if it is small, else in a temporary file. */
  readonly array: NDArray
  readonly close: () => void
}

/** Bytes of the largest compressed member that is read into memory. */
const IN_MEMORY = 2 ** 26

const RAW = ['dtype', 'shape', 'offset', 'order'] as const

/** What to open of a file. */
export interface Opening {
  /** The command that opens it, for messages. */
  readonly command: string
  /** Whether to open a raw file without a description as bytes. */
  readonly asBytes?: boolean
  /** A member of a `.npz` file; by default the one that the name says, or the only one. */
  readonly member?: string
}

/** Opens an array. The caller releases the file. */
export async function openInput(located: Located, raw: RawOptions, opening: Opening): Promise<Input> {
  return naming(located.name, () => opened(located, raw, opening))
}

async function opened(located: Located, raw: RawOptions, opening: Opening): Promise<Input> {
  const { name, path, file, format } = located
  checkDescription(located, raw, opening)
  if (format === 'raw') return input(located, name, null, openDescribed(file, raw), raw)
  if (format === 'npy') return input(located, name, null, openNpy(file, 'r', MAX_HEADER_SIZE, {}) as Memmap, raw)
  const archive = located.archive()
  const chosen = opening.member ?? located.member ?? onlyMember(archive.files, name)
  const shown = opening.member === undefined ? name : `${path}:${chosen}`
  const info = archive.member(chosen)
  if (!info.stored && info.size > IN_MEMORY) {
    const { inflated } = await import('./inflated.js')
    const { array, remove } = await inflated(file, chosen, info)
    return input(located, shown, chosen, array, raw, remove)
  }
  const array = archive.get(chosen, { mmapMode: info.stored ? 'r' : null }) as NDArray
  return input(located, shown, chosen, array, raw)
}

function input(
  { path, format, version }: Located,
  name: string,
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

function onlyMember([first, ...others]: readonly string[], name: string): string {
  if (first !== undefined && others.length === 0) return first
  throw new UsageError(
    first === undefined
      ? `invalid file '${name}': it has no arrays`
      : `invalid file '${name}': it has ${1 + others.length} arrays; name one, as in '${name}:${first}' (${[first, ...others].join(', ')})`,
  )
}

/** Rejects a description of a file that has a header, and a raw file without one. */
function checkDescription(
  { name, path, member, format, start, size }: Located,
  raw: RawOptions,
  { command, asBytes = false }: Opening,
): void {
  const option = RAW.find((one) => raw[one] !== undefined)
  if (format !== 'raw' && option !== undefined) {
    throw new UsageError(
      `invalid --${option} for '${name}': it describes raw files, and this file has a header; omit it`,
    )
  }
  if (member !== null && format !== 'npz') {
    throw new UsageError(`invalid member '${member}': '${path}' is not a .npz file`)
  }
  if (format !== 'raw' || option !== undefined) return
  const other = otherFormat(path, start, size, command)
  if (other !== null) throw new UsageError(other)
  if (asBytes) return
  throw new UsageError(
    `invalid file '${path}': it is not a .npy or .npz file; describe its elements, as in --dtype float32 --shape 3,4`,
  )
}

function openDescribed(file: string | number, { dtype, shape, offset, order }: RawOptions): NDArray {
  const options = { access: 'sequential' } as const
  return openRaw(file, {
    mode: 'r',
    dtype: dtype === undefined ? parseDType('uint8') : parseDTypeText(dtype),
    offset: offset === undefined ? 0 : parseCount(offset, '--offset'),
    shape: shape === undefined ? null : parseShapeText(shape, 'one'),
    order: parseOrderOption(order),
    options,
  }) as NDArray
}

/** The options that describe a raw file, of a file that is one; of another file only the field. */
export function rawFor({ format }: Located, options: RawOptions, someRaw: boolean): RawOptions {
  const { dtype, shape, offset, order, field } = options
  return defined(format !== 'raw' && someRaw ? { field } : { dtype, shape, offset, order, field })
}

/** Leaves out options that were not given. */
export function defined(options: { [Name in keyof RawOptions]: string | undefined }): RawOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as RawOptions
}
