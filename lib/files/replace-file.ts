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
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import type { Stats } from 'node:fs'
import { basename, dirname, isAbsolute, join, sep } from 'node:path'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { native } from '../native/native.js'
import { nameOf } from './open.js'
import { folderError, systemError } from './system-error.js'

/** The path of a file to write. A descriptor does not work, because a rename needs the path. */
export type PathLike = string | URL | Uint8Array

/** Symbolic links to follow before assuming a cycle, as in Linux. */
const MAX_LINKS = 40

/** The errors of a file that cannot be replaced: one that is mounted, or in a folder that this process may not change. */
const NOT_REPLACEABLE = ['EACCES', 'EBUSY', 'EPERM', 'EROFS', 'EXDEV']

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
 * Replaces the file at `path` by the one that `write` creates; any failure leaves the old file unchanged. Follows symbolic
 * links, and keeps what the old file has beyond its bytes: mode, owner, access control list, extended attributes. Other hard
 * links of the old file keep the old bytes.
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

/** The errors of file systems without hard links. */
const NO_LINKS = ['EINVAL', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EACCES']

/** The name of a file in the writing: the process that writes it, and a random number. */
export const TEMPORARY_NAME = /^\.memmap-(\d+)-[0-9a-f]{16}\.tmp$/

/**
 * Begins to replace a file as {@link replaceFile} does, for asynchronous callers.
 * @param keep whether to refuse an existing file, also one that appears while the new one is written
 * @throws MemmapError the system's, if the file cannot be replaced; `EEXIST` with `keep`
 */
export function replacing(path: PathLike, of: string, keep = false): Replacement {
  const target = targetOf(path, of)
  const shown = typeof path === 'string' ? path : target
  // The global crypto, because importing node:crypto takes longer than most commands.
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
  // Matches TEMPORARY_NAME.
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
    if (old !== null && keep) throw existsError(target)
    // Of the owner alone, so that nobody reads the new bytes whom the old file would have refused.
    if (old !== null) closeSync(openSync(temporary, 'wx', 0o600))
  } catch (error) {
    throw undo(error)
  }
  const finish = (): void => {
    if (old !== null) keepAttributes(temporary, target, old)
    if (keep) moveToFree(temporary, target)
    else renameSync(temporary, target)
    syncFolder(dirname(target))
  }
  return { temporary, finish, undo }
}

/**
 * Gives a file a name that is free. A link fails where the name is taken; on file systems without links another process can take
 * the name between the look and the rename.
 */
function moveToFree(temporary: string, target: string): void {
  try {
    linkSync(temporary, target)
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    if (existsSync(target)) throw existsError(target)
    renameSync(temporary, target)
    return
  }
  rmSync(temporary, { force: true })
}

function existsError(target: string): MemmapError {
  return new MemmapError('EEXIST', `EEXIST: file already exists, open '${target}'`, { syscall: 'open' })
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

/** That of JavaScript takes `..` off a path before it looks at links. */
const realpath = process.platform === 'win32' ? realpathSync : realpathSync.native

/** Resolves links, also those to files that do not exist yet. */
function followed(path: string, links: number): string {
  try {
    return realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || links > MAX_LINKS) throw systemError(error, path)
  }
  let link
  try {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
    // The folder with its links resolved, because `..` behind one leads elsewhere.
    if (!isLink) return path.endsWith(sep) ? path : join(realpath(dirname(path)), basename(path))
    link = readlinkSync(path)
  } catch (error) {
    throw systemError(error, path)
  }
  return followed(isAbsolute(link) ? link : `${dirname(path)}${sep}${link}`, links + 1)
}

/** Checks that the file to replace is a regular, writable one; returns null if there is none. */
function existing(target: string): Stats | null {
  const stats = statSync(target, { throwIfNoEntry: false })
  if (stats === undefined) return null
  if (stats.isDirectory()) throw folderError(target)
  if (!stats.isFile()) {
    throw new MemmapError('ERR_MEMMAP_UNSUPPORTED', `invalid file '${target}': only a regular file can be replaced`)
  }
  accessSync(target, constants.W_OK)
  return stats
}

/**
 * Gives a file the owner, access control list, extended attributes and mode of the one that it replaces. What the system refuses
 * is named in a warning; a group that is not the old one, and a group whose list is lost, gets no access.
 */
function keepAttributes(path: string, target: string, { uid, gid, mode }: Stats): void {
  if (process.platform === 'win32') return chmodSync(path, mode & 0o7777)
  if (!changeOwner(path, uid, gid)) changeOwner(path, -1, gid)
  const lost = native.copyAttributes(target, path)
  const hasList = !lost.some((name) => name.includes('acl') || name.includes('access control'))
  const now = statSync(path)
  if (now.uid !== uid) lost.unshift('owner')
  if (now.gid !== gid) lost.unshift('group')
  let kept = mode & 0o7777
  if (now.uid !== uid) kept &= ~0o4000
  // With a list, the bits of the group are the most that the list grants.
  if (now.gid !== gid || !hasList) kept &= ~0o2070
  chmodSync(path, kept)
  if (lost.length === 0) return
  process.emitWarning(
    `'${target}' is a new file without what the old one had: ${lost.join(', ')}. The system does not let this process set that.`,
    { type: 'MemmapWarning', code: 'MEMMAP_ATTRIBUTES' },
  )
}

/** Returns false where the system refuses: only root gives files away, and some file systems have no owners. */
function changeOwner(path: string, uid: number, gid: number): boolean {
  try {
    chownSync(path, uid, gid)
    return true
  } catch {
    return false
  }
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
  const wayOut = NOT_REPLACEABLE.includes(code)
    ? '; a saved file is a new one that takes the name of the old, which its folder must permit: save to another folder, or store ' +
      "into the file itself with openMemmap() or memmap() in mode 'r+' or 'w+'"
    : ''
  return new MemmapError(code, `cannot save ${inspect(shown)}, which is unchanged: ${text}${wayOut}`, {
    path,
    syscall,
    errno,
    expected,
    actual,
    cause: error,
  })
}
