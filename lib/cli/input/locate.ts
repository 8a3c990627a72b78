/**
 * Finds the files that the command line names, and what they are.
 * @module
 */
import { existsSync, statSync } from 'node:fs'
import { NpzFile } from '../../api/npz-file.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { MAGIC } from '../../files/npy/header.js'
import { isZip, MAX_HEADER_SIZE } from '../../files/npy/read-header.js'
import { reading } from '../../files/source.js'
import { inShell } from '../errors/in-shell.js'
import { UsageError } from '../exit.js'
import { isCompressed } from './other-formats.js'
import { spooled, STANDARD, unmarked } from './standard-input.js'

/** The format of a file, by its first bytes. */
export type FileFormat = 'npy' | 'npz' | 'raw'

/** A file that exists. */
export interface Located {
  /** As the user named it. */
  readonly name: string
  /** Its path; `-` for standard input. */
  readonly path: string
  /** The path, or the descriptor of what standard input had. */
  readonly file: string | number
  /** The member of a `.npz` file that the name says. */
  readonly member: string | null
  readonly format: FileFormat
  /** The version of a `.npy` file, such as `1.0`. */
  readonly version: string | null
  /** Bytes. */
  readonly size: number
  /** The first bytes. */
  readonly start: Buffer
  /** Opens a `.npz` file. */
  readonly archive: () => NpzFile
  /** Call it after the last use. */
  readonly release: () => void
}

/** Bytes that tell formats apart. */
const START = 16

/**
 * Finds a file, and reads all of standard input for `-`.
 * @throws MemmapError the system's
 */
export async function locate(argument: string): Promise<Located> {
  const name = unmarked(argument)
  const { path, member } = splitMember(name)
  if (path !== STANDARD) return described(name, path, path, member, () => {})
  const { fd, remove } = await spooled()
  try {
    return described(name, path, fd, member, remove)
  } catch (error) {
    remove()
    throw error
  }
}

function described(
  name: string,
  path: string,
  file: string | number,
  member: string | null,
  release: () => void,
): Located {
  const { start, size } = reading(file, (source) => ({ start: source.read(0, START), size: source.size }))
  const format = formatOf(path, start)
  const version = format === 'npy' && isNpy(start) && start.length >= 8 ? `${start[6]}.${start[7]}` : null
  let opened: NpzFile | null = null
  const archive = (): NpzFile => (opened ??= NpzFile.open(file, 'r', MAX_HEADER_SIZE))
  return { name, path, file, member, format, version, size, start, archive, release }
}

/** Detects the format by the first bytes. A file with the name of a format and other bytes is damaged; its reader reports how. */
function formatOf(path: string, start: Buffer): FileFormat {
  if (isNpy(start)) return 'npy'
  if (isZip(start)) return 'npz'
  // Compressed files keep the name of what is in them.
  const ending = isCompressed(start) ? undefined : /\.(npy|npz)$/i.exec(path)?.[1]
  return (ending?.toLowerCase() as FileFormat | undefined) ?? 'raw'
}

function isNpy(start: Buffer): boolean {
  return start.subarray(0, MAGIC.length).equals(MAGIC)
}

/** Splits `several.npz:x` into path and member; the name of an existing file is a path as a whole. */
export function splitMember(name: string): { path: string; member: string | null } {
  if (name.startsWith(`${STANDARD}:`)) return { path: STANDARD, member: name.slice(2) }
  if (name === STANDARD || existsSync(name)) return { path: name, member: null }
  for (let at = name.indexOf(':', 1); at > 0; at = name.indexOf(':', at + 1)) {
    const path = name.slice(0, at)
    if (/\.npz$/i.test(path) || statSync(path, { throwIfNoEntry: false })?.isFile() === true)
      return { path, member: name.slice(at + 1) }
  }
  return { path: name, member: null }
}

/** Adds the name of the file to errors. */
export async function naming<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MemmapError) || error.path !== undefined || !error.code.startsWith('ERR_MEMMAP_'))
      throw error
    throw new UsageError(`${name}: ${inShell(error.message, error.code)} [${error.code}]`, { cause: error })
  }
}
