/**
 * Files that are written beside the one that they replace, so that nobody ever sees half of one.
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

/** What names a file to be written: a descriptor cannot be replaced. */
export type PathLike = string | URL | Uint8Array

/** Links that are followed before they are taken for a circle, as in Linux. */
const MAX_LINKS = 40

/** A file that is being written, and will replace another. */
export interface Replacement {
  /** Where it is written: beside the one that it replaces. */
  readonly temporary: string
  /** Puts it, which is complete and on the device, in the place of the other. */
  readonly finish: () => void
  /** Removes it. Gives the error that it is removed for, about the file that the caller named. */
  readonly undo: (error: unknown) => unknown
}

/**
 * Lets `write` make a file, and puts it in the place of the one at `path`, which is as it was if anything fails. A link is
 * followed; permissions of a file that is replaced are kept.
 * @param write makes a complete file at the path that it is given, and sees to it that the device has it
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
 * Begins to replace a file as {@link replaceFile} does, for work that takes its time.
 * @throws MemmapError the system's, where the file could not be replaced
 */
export function replacing(path: PathLike, of: string): Replacement {
  const target = targetOf(path, of)
  const shown = typeof path === 'string' ? path : target
  // The global one: to import node:crypto takes longer than most of what is asked of the command.
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
  const temporary = join(dirname(target), `.memmap-${process.pid}-${random}.tmp`)
  const undo = (error: unknown): unknown => {
    try {
      rmSync(temporary, { force: true })
    } catch {
      // What was wrong before says more than this.
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
      `${of} takes a path: a file that is open already cannot be replaced as a whole (got ${inspect(path)})`,
    )
  }
  if (filename === null) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `${of} takes a path that is text (got ${inspect(path)})`)
  }
  if (filename === '')
    throw new MemmapError('ENOENT', `ENOENT: no such file or directory, open ''`, { syscall: 'open' })
  return followed(filename, 0)
}

/** Where a path leads, through links that lead nowhere yet too. */
function followed(path: string, links: number): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || links > MAX_LINKS) throw systemError(error, path)
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path
  return followed(resolve(dirname(path), readlinkSync(path)), links + 1)
}

/** The file that is to be replaced, which has to be one that could be written to; null where there is none. */
function existing(target: string): Stats | null {
  const found = statSync(target, { throwIfNoEntry: false })
  if (found === undefined) return null
  if (found.isDirectory()) {
    throw new MemmapError('EISDIR', `EISDIR: illegal operation on a directory, open '${target}'`, { syscall: 'open' })
  }
  if (!found.isFile()) {
    throw new MemmapError('ERR_MEMMAP_UNSUPPORTED', `'${target}' is no regular file, and only such a file is replaced`)
  }
  accessSync(target, constants.W_OK)
  return found
}

function keepPermissions(path: string, { uid, gid, mode }: Stats): void {
  try {
    chownSync(path, uid, gid)
  } catch {
    // Only some users may give files away, and not all file systems have owners.
  }
  chmodSync(path, mode & 0o7777)
}

/** Makes the system remember the new name too; not all of them can. */
function syncFolder(path: string): void {
  try {
    const fd = openSync(path, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    // The file is complete, and in its place.
  }
}

/** The same error about the file that the caller named, not the one beside it. */
function named(error: unknown, shown: string, temporary: string, path: string): unknown {
  if (!(error instanceof MemmapError)) return error
  const { code, message, syscall, errno, expected, actual } = error
  if (code.startsWith('ERR_MEMMAP_')) return error
  const text = message.replaceAll(temporary, path)
  return new MemmapError(code, `${inspect(shown)} cannot be saved, and is as it was: ${text}`, {
    path,
    syscall,
    errno,
    expected,
    actual,
    cause: error,
  })
}
