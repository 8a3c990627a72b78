import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { checkHasMemory, isDetached, movedError } from '../errors/brands.js'
import { MemmapError } from '../errors/memmap-error.js'
import { nameOf } from './open.js'
import type { FileLike } from './open.js'
import { folderError, systemError } from './system-error.js'

/** Attempts to find a file at rest that other processes change. */
export const MAX_ATTEMPTS = 100

/** Maximum bytes of one read call. */
const CHUNK_BYTES = 2 ** 30

/** Bytes of a file, or of a part of one. */
export interface Bytes {
  /** All bytes. */
  readonly size: number
  /** True if another process may write to the bytes meanwhile. */
  readonly mayChange?: boolean
  /** Reads `length` bytes from `position`, or fewer at the end. */
  read(position: number, length: number): Buffer
}

/** The bytes of a file in memory. */
export class MemorySource implements Bytes {
  readonly size: number
  readonly #bytes: Buffer

  /** @throws MemmapError `ERR_MEMMAP_CLOSED` where the buffer of the bytes was transferred */
  constructor(bytes: Uint8Array) {
    checkHasMemory(bytes)
    this.size = bytes.length
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  read(position: number, length: number): Buffer {
    if (isDetached(this.#bytes.buffer)) throw movedError()
    return this.#bytes.subarray(position, position + length)
  }
}

/** A file, open for the time of one call, for reads at any position. */
export class Source implements Bytes {
  readonly filename: string | null
  readonly mayChange = true
  #size: number
  readonly #fd: number
  readonly #name: string | Uint8Array | number
  readonly #stats: BigIntStats

  /** @throws MemmapError the system's; `ERR_MEMMAP_UNSUPPORTED` for a file that is not a regular one */
  constructor(file: FileLike) {
    const [name, filename] = nameOf(file)
    this.#name = name
    this.filename = filename
    // O_NONBLOCK, because opening a pipe would wait for its other end; the check below rejects it.
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)
    try {
      this.#fd = typeof name === 'number' ? name : openSync(pathOf(name), flags)
    } catch (error) {
      throw systemError(error, filename)
    }
    try {
      this.#stats = fstatSync(this.#fd, { bigint: true })
      checkKind(this.#stats, filename)
    } catch (error) {
      this.close()
      throw systemError(error, filename)
    }
    this.#size = Number(this.#stats.size)
  }

  get size(): number {
    return this.#size
  }

  /** Takes the size again, because another process may have changed it. */
  measure(): void {
    try {
      this.#size = fstatSync(this.#fd).size
    } catch (error) {
      throw systemError(error, this.filename)
    }
  }

  read(position: number, length: number): Buffer {
    // At most the bytes of the file, because `length` may come from its header.
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - position)))
    let done = 0
    try {
      while (done < bytes.length) {
        const count = readSync(this.#fd, bytes, done, Math.min(CHUNK_BYTES, bytes.length - done), position + done)
        if (count === 0) break
        done += count
      }
    } catch (error) {
      throw systemError(error, this.filename)
    }
    return bytes.subarray(0, done)
  }

  /** Distinguishes this file from others: device and inode. */
  get identity(): string {
    return identityOf(this.#stats)
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

function checkKind(stats: BigIntStats, filename: string | null): void {
  const path = filename ?? undefined
  if (stats.isDirectory()) throw folderError(filename)
  if (!stats.isFile()) {
    throw new MemmapError('ERR_MEMMAP_UNSUPPORTED', 'invalid file: only a regular file can be read as an array', {
      path,
    })
  }
}

/** Opens a file, works on it, and closes it. */
export function reading<T>(file: FileLike, work: (source: Source) => T): T {
  const source = new Source(file)
  try {
    return work(source)
  } finally {
    source.close()
  }
}

/**
 * Reads from a file and opens it by its path. Tries again if another process replaced the file in between, so that both are of
 * one file.
 * @param undo closes the result of `work`
 */
export function readingAndOpening<T>(file: FileLike, work: (source: Source) => T, undo: (result: T) => void): T {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const opened = reading(file, (source) => {
      const result = work(source)
      if (source.isStillThere()) return { result }
      undo(result)
      return null
    })
    if (opened !== null) return opened.result
  }
  throw new MemmapError(
    'ERR_MEMMAP_UNSUPPORTED',
    'invalid file: another process replaces it again and again; open it when its writer is done',
  )
}
