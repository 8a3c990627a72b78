import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { MemmapError } from '../errors/memmap-error.js'
import { nameOf } from './open.js'
import type { FileLike } from './open.js'
import { systemError } from './system-error.js'

/** The largest piece that one call of the system reads. */
const PIECE = 2 ** 30

/** Some bytes at a place: of a file, or of a part of one. */
export interface Bytes {
  /** Bytes in all. */
  readonly size: number
  /** As many of `length` bytes from `position` as there are. */
  read(position: number, length: number): Buffer
}

/** A file, open for the time of one call, which is read at given places. */
export class Source implements Bytes {
  readonly size: number
  readonly filename: string | null
  readonly #fd: number
  readonly #name: string | Uint8Array | number
  readonly #found: BigIntStats

  /** @throws MemmapError the system's; `ERR_MEMMAP_UNSUPPORTED` for what is no regular file */
  constructor(file: FileLike) {
    const [name, filename] = nameOf(file)
    this.#name = name
    this.filename = filename
    // Not to wait for the other end of a pipe: such files are refused once they are open.
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)
    try {
      this.#fd = typeof name === 'number' ? name : openSync(pathOf(name), flags)
    } catch (error) {
      throw systemError(error, filename)
    }
    try {
      this.#found = fstatSync(this.#fd, { bigint: true })
      checkKind(this.#found, filename)
    } catch (error) {
      this.close()
      throw systemError(error, filename)
    }
    this.size = Number(this.#found.size)
  }

  read(position: number, length: number): Buffer {
    // Never more than the file has, whatever a file says of itself.
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - position)))
    let done = 0
    try {
      while (done < bytes.length) {
        const count = readSync(this.#fd, bytes, done, Math.min(PIECE, bytes.length - done), position + done)
        if (count === 0) break
        done += count
      }
    } catch (error) {
      throw systemError(error, this.filename)
    }
    return bytes.subarray(0, done)
  }

  /** Tells this file from others. */
  get identity(): string {
    return identityOf(this.#found)
  }

  /** Whether the path still leads to this file. */
  isStillThere(): boolean {
    if (typeof this.#name === 'number') return true
    try {
      return identityOf(statSync(pathOf(this.#name), { bigint: true })) === this.identity
    } catch {
      return false
    }
  }

  close(): void {
    if (typeof this.#name !== 'number') closeSync(this.#fd)
  }
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}

function pathOf(name: string | Uint8Array): string | Buffer {
  return typeof name === 'string' ? name : Buffer.from(name.buffer, name.byteOffset, name.byteLength)
}

function checkKind(found: BigIntStats, filename: string | null): void {
  const path = filename ?? undefined
  if (found.isDirectory()) {
    const name = filename === null ? '' : `, open '${filename}'`
    throw new MemmapError('EISDIR', `EISDIR: illegal operation on a directory${name}`, { path, syscall: 'open' })
  }
  if (!found.isFile()) {
    throw new MemmapError('ERR_MEMMAP_UNSUPPORTED', 'only a regular file can be read as an array', { path })
  }
}

/** Does something with a file, and closes it. */
export function reading<T>(file: FileLike, work: (source: Source) => T): T {
  const source = new Source(file)
  try {
    return work(source)
  } finally {
    source.close()
  }
}

/**
 * Reads from a file, then opens it by its path: a file that was replaced in between is read again, so that both are of one
 * file.
 * @param work closes what it opened in `undo`
 */
export function readingAndOpening<T>(file: FileLike, work: (source: Source) => T, undo: (made: T) => void): T {
  for (let attempt = 0; attempt < 100; attempt++) {
    const made = reading(file, (source) => {
      const one = work(source)
      if (source.isStillThere()) return { one }
      undo(one)
      return null
    })
    if (made !== null) return made.one
  }
  throw new MemmapError(
    'ERR_MEMMAP_UNSUPPORTED',
    'the file is replaced again and again while it is opened: open it when its writer is done',
  )
}
