/**
 * Writes a file beside the one that it replaces and renames it, so that readers never see half a file.
 * @module
 */
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { nameOf } from './open.js'
import { systemError } from './system-error.js'

/** The path of a file to write. A descriptor does not work, because a rename needs the path. */
export type PathLike = string | URL | Uint8Array

/** Symbolic links to follow before assuming a cycle, as in Linux. */
const MAX_LINKS = 40

/** A file in the writing that will replace another. */
export interface Replacement {
  /** Its path, beside the file that it replaces. */
  readonly temporary: string
  /** Replaces the other file. The new one must be complete and on the device. */
  readonly finish: () => void
  /** Removes the new file, and returns the error with the path that the caller passed. */
  readonly undo: (error: unknown) => unknown
}

/**
 * Replaces the file at `path` by the one that `write` creates; any failure leaves the old file unchanged. Follows links and
 * keeps the permissions of the old file.
 * @param write creates a complete file at its argument and flushes it to the device
 * @throws MemmapError what `write` throws; the system's
 */
export function replaceFile(path: PathLike, of: string, write: (path: string) => void): void {
  const { temporary, finish, undo } = replacing(path, of)
  try {
    write(temporary)
    finish()
  } catch (error) {
    throw undo(error)
  }
}

/**
 * Begins to replace a file as {@link replaceFile} does, for asynchronous callers.
 * @throws MemmapError the system's, if the file cannot be replaced
 */
export function replacing(path: PathLike, of: string): Replacement {
  const target = targetOf(path, of)
  const shown = typeof path === 'string' ? path : target
  // The global crypto, because importing node:crypto takes longer than most commands.
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
  const temporary = join(dirname(target), `.memmap-${process.pid}-${random}.tmp`)
  const undo = (error: unknown): unknown => {
    try {
      rmSync(temporary, { force: true })
    } catch {
      // The first error says more than this one.
    }
    return named(systemError(error, target), shown, temporary, target)
  }
  let old: Stats | null
  try {
    old = existing(target)
  } catch (error) {
    throw undo(error)
  }
  const finish = (): void => {
    if (old !== null) keepPermissions(temporary, old)
    renameSync(temporary, target)
    syncFolder(dirname(target))
  }
  return { temporary, finish, undo }
}

function targetOf(path: PathLike, of: string): string {
  const [name, filename] = nameOf(path)
  if (typeof name === 'number') {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid file ${inspect(path)} for ${of}: an open file cannot be replaced; give its path`,
    )
  }
  if (filename === null) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid path ${inspect(path)} for ${of}: it must be UTF-8 text`)
  }
  if (filename === '')
    throw new MemmapError('ENOENT', `ENOENT: no such file or directory, open ''`, { syscall: 'open' })
  return followed(filename, 0)
}

/** Resolves links, also those to files that do not exist yet. */
function followed(path: string, links: number): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || links > MAX_LINKS) throw systemError(error, path)
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path
  return followed(resolve(dirname(path), readlinkSync(path)), links + 1)
}

/** Checks that the file to replace is a regular, writable one; returns null if there is none. */
function existing(target: string): Stats | null {
  const stats = statSync(target, { throwIfNoEntry: false })
  if (stats === undefined) return null
  if (stats.isDirectory()) {
    throw new MemmapError('EISDIR', `EISDIR: illegal operation on a directory, open '${target}'`, { syscall: 'open' })
  }
  if (!stats.isFile()) {
    throw new MemmapError('ERR_MEMMAP_UNSUPPORTED', `invalid file '${target}': only a regular file can be replaced`)
  }
  accessSync(target, constants.W_OK)
  return stats
}

function keepPermissions(path: string, { uid, gid, mode }: Stats): void {
  try {
    chownSync(path, uid, gid)
  } catch {
    // Only root may change the owner, and some file systems have none.
  }
  chmodSync(path, mode & 0o7777)
}

/** Makes the rename durable. Errors are ignored, because some systems cannot flush a folder. */
function syncFolder(path: string): void {
  try {
    const fd = openSync(path, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    // The file itself is complete and renamed.
  }
}

/** The same error with the path that the caller passed instead of the temporary one. */
function named(error: unknown, shown: string, temporary: string, path: string): unknown {
  if (!(error instanceof MemmapError)) return error
  const { code, message, syscall, errno, expected, actual } = error
  if (code.startsWith('ERR_MEMMAP_')) return error
  const text = message.replaceAll(temporary, path)
  return new MemmapError(code, `cannot save ${inspect(shown)}, which is unchanged: ${text}`, {
    path,
    syscall,
    errno,
    expected,
    actual,
    cause: error,
  })
}
