import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import type { Bytes } from '../source.js'
import { MAGIC, parseHeader, prefixOf } from './header.js'
import type { Header, NpyVersion } from './header.js'

/** Characters that a header may have unless the caller says otherwise: reading one takes time by its length. */
export const MAX_HEADER_SIZE = 10_000

/** What a file says of itself, and where its data begins. */
export interface NpyInfo extends Header {
  readonly offset: number
}

/**
 * Reads the header of a `.npy` file: versions 1.0, 2.0 and 3.0.
 * @throws MemmapError `ERR_MEMMAP_NPY`
 */
export function readHeader(source: Bytes, maxHeaderSize: number): NpyInfo {
  const start = source.read(0, 12)
  const magic = start.subarray(0, MAGIC.length)
  if (!magic.equals(MAGIC)) throw noArray(start, source.size)
  if (start.length < 8) throw short('its version', 8, start.length)
  const [major, minor] = [start[6] as number, start[7] as number]
  if (minor !== 0 || major < 1 || major > 3) {
    throw new MemmapError(
      'ERR_MEMMAP_NPY',
      `the file is a .npy of version ${major}.${minor}, and there are 1.0, 2.0 and 3.0: it is damaged, or newer than this reader`,
    )
  }
  const prefix = prefixOf(major)
  if (start.length < prefix) throw short('the length of its header', prefix, start.length)
  const length = major === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8)
  if (prefix + length > source.size) throw short('its header', prefix + length, source.size)
  // A character has at most four bytes; what is surely too long is not read at all.
  if (length > (major === 3 ? 4 : 1) * maxHeaderSize) throw tooLong(length, maxHeaderSize)
  const bytes = source.read(prefix, length)
  if (bytes.length < length) throw short('its header', prefix + length, prefix + bytes.length)
  const text = decode(bytes, major)
  const characters = major === 3 ? Array.from(text).length : text.length
  if (characters > maxHeaderSize) throw tooLong(characters, maxHeaderSize)
  return { ...parseHeader(text, [major, 0] as NpyVersion), offset: prefix + length }
}

function decode(bytes: Buffer, major: number): string {
  if (major < 3) return bytes.toString('latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new MemmapError('ERR_MEMMAP_NPY', 'the header is not UTF-8, as that of version 3.0 is: the file is damaged', {
      cause,
    })
  }
}

function short(what: string, expected: number, actual: number): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_NPY',
    `the .npy file ends before ${what} does: ${expected} bytes are needed, and it has ${actual}; it was cut, or not written to its end`,
    { expected, actual },
  )
}

function tooLong(actual: number, expected: number): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_NPY',
    `the header has ${actual} characters, more than the ${expected} that are read unasked: give maxHeaderSize if you trust the file`,
    { expected, actual },
  )
}

/** Says what a file is that has no header. */
function noArray(start: Buffer, size: number): MemmapError {
  const [first] = start
  let what: string
  if (size === 0) what = 'the file is empty'
  else if (start.length < MAGIC.length && start.equals(MAGIC.subarray(0, start.length))) {
    what = `the file ends within its first ${MAGIC.length} bytes`
  } else if (isZip(start)) what = 'the file is a zip archive (.npz), which load() reads'
  else if (first === 0x80) what = 'the file is a Python pickle, which is a program and never read'
  else what = `the file begins with ${inspect(start.subarray(0, MAGIC.length).toString('latin1'))}`
  return new MemmapError(
    'ERR_MEMMAP_NPY',
    `this is no .npy file: ${what}; one begins with '\\x93NUMPY' (memmap() opens files of raw elements)`,
  )
}

/** Whether these are the first bytes of a zip archive, empty ones included. */
export function isZip(start: Buffer): boolean {
  const four = start.toString('latin1', 0, 4)
  return four === 'PK\x03\x04' || four === 'PK\x05\x06'
}

/**
 * The longest header that a caller allows.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function parseMaxHeaderSize(value: unknown): number {
  if (value === undefined) return MAX_HEADER_SIZE
  if (value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0)) return value as number
  throw new MemmapError('ERR_MEMMAP_ARGUMENT', `maxHeaderSize is a whole number of characters (got ${inspect(value)})`)
}
