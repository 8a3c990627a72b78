import type { ArrayBase } from '../../array/array-base.js'
import { innerBytesOf } from '../../array/typed-views.js'
import { checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { refuseSurplus } from '../../errors/refuse-surplus.js'
import { MemmapError } from '../../errors/memmap-error.js'
import type { Mode } from '../../memory/origin.js'
import { parseMmapMode } from '../mmap-mode.js'
import type { MmapMode } from '../mmap-mode.js'
import { checkData, dataSize, mapData } from '../npy/open-npy.js'
import { readAll, readFrom } from '../npy/raw-bytes.js'
import { readHeader } from '../npy/read-header.js'
import type { NpyInfo } from '../npy/read-header.js'
import type { FileLike } from '../open.js'
import { MemorySource, reading, Source } from '../source.js'
import type { Bytes } from '../source.js'
import { crc32 } from './crc32.js'
import { zlib } from './node-zlib.js'
import { checkSize, checkSum, damaged, memberStart, readDirectory } from './zip.js'
import { DEFLATED, STORED } from './zip-records.js'
import type { Entry } from './zip.js'

/** Bytes of one update of a CRC. */
const CHUNK_BYTES = 2 ** 24

/** The options of {@link NpzFile.get}. */
export interface MemberOptions {
  /** `'r'` or `'c'` to map the member in place, null to read it; by default the option of `load`. */
  mmapMode?: MmapMode | '' | null
}

/** @internal The header and directory entry of one array. */
export interface MemberInfo extends Omit<NpyInfo, 'offset'> {
  /** Offset of its data in the file; null if it is compressed. */
  readonly offset: number | null
  readonly stored: boolean
  /** Offset of its bytes, compressed or not, in the file. */
  readonly start: number
  /** Bytes in the archive. */
  readonly packed: number
  /** Bytes of the member, with its header, and their CRC. */
  readonly size: number
  readonly crc: number
}

/** Reads the arrays of a `.npz` file; `NpzFile` adds their types. */
export class NpzReader {
  /** The names of the arrays: those of the members, without `.npy`. */
  readonly files: readonly string[]
  readonly #members: ReadonlyMap<string, Entry>
  /** The file, or its bytes. */
  readonly #file: FileLike | MemorySource
  readonly #identity: string
  readonly #directory: number
  readonly #mode: 'r' | 'c' | null
  readonly #maxHeaderSize: number
  #closed = false

  /** @internal */
  constructor(
    source: Source | MemorySource,
    file: FileLike | MemorySource,
    members: ReadonlyMap<string, Entry>,
    directory: number,
    mode: 'r' | 'c' | null,
    maxHeaderSize: number,
  ) {
    if (!(members instanceof Map)) {
      throw new MemmapError('ERR_MEMMAP_ARGUMENT', 'invalid call of new: NpzFile is not constructible; use load()')
    }
    this.files = Object.freeze([...members.keys()].map((name) => name.replace(/\.npy$/, '')))
    this.#members = members
    const isFile = source instanceof Source
    // The absolute path, because the process may change its working directory.
    this.#file = (isFile ? source.filename : null) ?? file
    this.#identity = isFile ? source.identity : ''
    this.#directory = directory
    this.#mode = mode
    this.#maxHeaderSize = maxHeaderSize
  }

  /** @internal Use `load`. */
  static open<R extends NpzReader>(
    this: new (...parts: ConstructorParameters<typeof NpzReader>) => R,
    file: FileLike,
    mode: Exclude<Mode, 'w+'> | null,
    maxHeaderSize: number,
  ): R {
    const checked = checkMode(mode)
    return reading(file, (source) => new this(source, file, ...contentOf(source), checked, maxHeaderSize))
  }

  /** @internal Use `load`. */
  static ofBytes<R extends NpzReader>(
    this: new (...parts: ConstructorParameters<typeof NpzReader>) => R,
    bytes: MemorySource,
    maxHeaderSize: number,
  ): R {
    return new this(bytes, bytes, ...contentOf(bytes), null, maxHeaderSize)
  }

  /** Whether the file is closed. */
  get closed(): boolean {
    return this.#closed
  }

  /** The number of arrays. */
  get size(): number {
    return this.files.length
  }

  /** Returns true if the file has an array of this name; as in `get`, with or without `.npy`. */
  has(name: string): boolean {
    return this.#members.has(name) || this.#members.has(`${name}.npy`)
  }

  /** Iterates over the names in `files`. */
  keys(): IterableIterator<string> {
    return this.files.values()
  }

  /** See `NpzFile.get`. */
  get(name: string, options: MemberOptions = {}): ArrayBase {
    checkOptions(options, ['mmapMode'], 'get')
    const mode = options.mmapMode === undefined ? this.#mode : checkMode(parseMmapMode(options.mmapMode))
    this.#checkOpen()
    const entry = this.#entryOf(name)
    return this.#reading((source) => {
      const start = memberStart(source, entry, this.#directory)
      // The mode of load() does not apply to compressed members; that of get() does, and is rejected.
      if (entry.method === DEFLATED)
        return this.#inflated(source, entry, start, options.mmapMode === undefined ? null : mode)
      return this.#stored(source, entry, start, mode)
    })
  }

  /**
   * @internal Reads the header and directory entry of one array, without its data.
   * @throws MemmapError as {@link get}
   */
  member(name: string): MemberInfo {
    this.#checkOpen()
    const entry = this.#entryOf(name)
    return this.#reading((source) => {
      const start = memberStart(source, entry, this.#directory)
      const stored = entry.method === STORED
      const bytes = stored ? storedBytes(source, entry, start) : inflatedStart(source, entry, start)
      const { dtype, shape, fortranOrder, offset } = this.#headerOf(entry, bytes)
      return {
        stored,
        dtype,
        shape,
        fortranOrder,
        offset: stored ? start + offset : null,
        start,
        packed: entry.packed,
        size: entry.size,
        crc: entry.crc,
      }
    })
  }

  /** Closes the file; its arrays stay valid. A second call does nothing. */
  close(): void {
    this.#closed = true
  }

  /** `close()`, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  #checkOpen(): void {
    if (this.#closed) throw new MemmapError('ERR_MEMMAP_CLOSED', 'invalid use of a closed .npz file: load it again')
  }

  #entryOf(name: string): Entry {
    const entry = this.#members.get(name) ?? this.#members.get(`${name}.npy`)
    if (entry === undefined) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `invalid array name ${inspect(name)}: the file has ${inspect(this.files)}`,
      )
    }
    if (entry.encrypted) throw unsupported(entry, 'is encrypted', 'unpack it with another program')
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw unsupported(entry, `is compressed by method ${entry.method}`, 'pack it again, stored or deflated')
    }
    return entry
  }

  /** Reads from the file, and checks that it is the one that was loaded. */
  #reading<T>(work: (source: Bytes) => T): T {
    const file = this.#file
    if (file instanceof MemorySource) return work(file)
    return reading(file, (source) => {
      if (source.identity !== this.#identity) {
        throw new MemmapError(
          'ERR_MEMMAP_UNSUPPORTED',
          `invalid file '${source.filename}': another file has replaced the one that was loaded; load it again`,
        )
      }
      return work(source)
    })
  }

  #stored(source: Bytes, entry: Entry, start: number, mode: 'r' | 'c' | null): ArrayBase {
    const member = storedBytes(source, entry, start)
    const header = this.#headerOf(entry, member)
    checkData(header, entry.size)
    const info = { ...header, offset: start + header.offset }
    const file = this.#file
    if (mode !== null) {
      if (!(file instanceof MemorySource)) return mapData(file, info, mode, {})
      throw unsupported(entry, 'was loaded from bytes, so it cannot be mapped', 'leave out mmapMode')
    }
    const array = file instanceof MemorySource ? readFrom(file, info) : readMapped(file, info)
    let sum = crc32(member.read(0, header.offset))
    sum = sumOf(innerBytesOf(array), sum)
    for (let position = header.offset + array.nbytes; position < entry.size; position += CHUNK_BYTES) {
      sum = crc32(member.read(position, CHUNK_BYTES), sum)
    }
    checkSum(entry, sum)
    return array
  }

  #inflated(source: Bytes, entry: Entry, start: number, mode: 'r' | 'c' | null): ArrayBase {
    if (mode !== null) {
      throw unsupported(
        entry,
        'is compressed, so it cannot be mapped',
        'read it with get(name, { mmapMode: null }), or save the arrays with savez(), which does not compress',
      )
    }
    const header = this.#headerOf(entry, inflatedStart(source, entry, start))
    checkData(header, entry.size)
    if (header.offset + dataSize(header) !== entry.size) {
      throw damaged(
        `its member '${entry.name}' has ${entry.size} bytes, but its header says ${header.offset + dataSize(header)}`,
      )
    }
    const bytes = inflate(source.read(start, entry.packed), entry)
    checkSize(entry, bytes.length)
    checkSum(entry, sumOf(bytes, 0))
    return readFrom(new MemorySource(bytes), header)
  }

  #headerOf(entry: Entry, member: Bytes): ReturnType<typeof readHeader> {
    try {
      return readHeader(member, this.#maxHeaderSize)
    } catch (error) {
      if (!(error instanceof MemmapError)) throw error
      throw new MemmapError(error.code, `invalid member '${entry.name}': it is not an array; ${error.message}`, {
        cause: error,
      })
    }
  }
}

refuseSurplus(NpzReader.prototype, { has: 1, keys: 0 })

/** The members of an archive by name, and where its directory starts. */
function contentOf(source: Bytes): [members: ReadonlyMap<string, Entry>, start: number] {
  const { entries, start } = readDirectory(source)
  // Of two members of one name the last counts, as in NumPy.
  return [new Map(entries.map((entry) => [entry.name, entry])), start]
}

function readMapped(file: FileLike, info: NpyInfo): ArrayBase {
  const mapped = mapData(file, info, 'r', { access: 'sequential' })
  try {
    return readAll(mapped)
  } finally {
    mapped.store.close()
  }
}

/**
 * Rejects mode `r+`, because a store would make the member's CRC wrong and every reader would call the file damaged.
 */
function checkMode(mode: Exclude<Mode, 'w+'> | null): 'r' | 'c' | null {
  if (mode !== 'r+') return mode
  throw new MemmapError(
    'ERR_MEMMAP_UNSUPPORTED',
    `invalid mode 'r+' for a .npz file: stores would make the CRCs wrong; use 'r' or 'c', and savez() to write`,
  )
}

function unsupported({ name }: Entry, what: string, way: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_UNSUPPORTED', `invalid member '${name}': it ${what}; ${way}`)
}

function sumOf(bytes: Uint8Array, start: number): number {
  let sum = start
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) sum = crc32(bytes.subarray(at, at + CHUNK_BYTES), sum)
  return sum
}

/** The bytes of a stored member. */
function storedBytes(source: Bytes, entry: Entry, start: number): Bytes {
  if (entry.packed !== entry.size) throw damaged(`its member '${entry.name}' is stored, but has two sizes`)
  return {
    size: entry.size,
    read: (position, length) => source.read(start + position, Math.min(length, entry.size - position)),
  }
}

/** The first bytes of a deflated member: a read inflates little more than it returns. */
function inflatedStart(source: Bytes, entry: Entry, start: number): Bytes {
  let bytes: Buffer = Buffer.alloc(0)
  let packed = 0
  return {
    size: entry.size,
    read: (position, length) => {
      while (bytes.length < position + length && packed < entry.packed) {
        packed = Math.min(entry.packed, packed === 0 ? 4096 : 4 * packed)
        const chunk = source.read(start, packed)
        bytes = inflating(entry, () => zlib().inflateRawSync(chunk, { finishFlush: zlib().constants.Z_SYNC_FLUSH }))
      }
      return bytes.subarray(position, position + length)
    },
  }
}

function inflate(packed: Buffer, entry: Entry): Buffer {
  // One byte more than the size, so that checkSize sees too many; zlib rejects 0.
  return inflating(entry, () => zlib().inflateRawSync(packed, { maxOutputLength: entry.size + 1 }))
}

function inflating(entry: Entry, work: () => Buffer): Buffer {
  try {
    return work()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE' || code === 'ERR_OUT_OF_RANGE') {
      throw new MemmapError(
        'ERR_MEMMAP_TOO_LARGE',
        `invalid member '${entry.name}': it inflates to more than its ${entry.size} bytes, or more than a buffer of this runtime holds`,
        { expected: entry.size, cause: error },
      )
    }
    if (code?.startsWith('Z_'))
      throw damaged(`its member '${entry.name}' cannot be inflated (${(error as Error).message})`)
    throw error
  }
}
