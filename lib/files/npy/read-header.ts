import { TextDecoder } from 'node:util'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { MAX_ATTEMPTS } from '../source.js'
import type { Bytes } from '../source.js'
import { MAGIC, parseHeader, prefixOf } from './header.js'
import type { Header } from './header.js'
import type { NpyVersion } from './npy-version.js'

/** Maximum characters of a header by default, because parsing takes time by its length. */
export const MAX_HEADER_SIZE = 10_000

/** A header and the offset of the data behind it. */
export interface NpyInfo extends Header {
  readonly offset: number
}

/** Bytes that hold nearly every header. */
const FIRST_BYTES = 1024

/**
 * Reads the header of a `.npy` file: versions 1.0, 2.0 and 3.0. Reads it until two attempts agree where another process may
 * write it, because the system can return a mixture of the old and the new bytes.
 * @throws MemmapError `ERR_MEMMAP_NPY`
 */
export function readHeader(source: Bytes, maxHeaderSize: number): NpyInfo {
  let [text, version, offset] = readText(source, maxHeaderSize)
  for (let attempt = 1; attempt < MAX_ATTEMPTS && source.mayChange === true; attempt++) {
    const before = text
    ;[text, version, offset] = readText(source, maxHeaderSize)
    if (text === before) break
  }
  return { ...parseHeader(text, version), offset }
}

/** Reads the text of a header, its version, and the offset of the data behind it. */
function readText(source: Bytes, maxHeaderSize: number): [text: string, version: NpyVersion, offset: number] {
  const start = source.read(0, Math.min(FIRST_BYTES, source.size))
  const magic = start.subarray(0, MAGIC.length)
  if (!magic.equals(MAGIC)) throw noArray(start, source.size)
  if (start.length < 8) throw short('its version', 8, start.length)
  const [major, minor] = [start[6] as number, start[7] as number]
  if (minor !== 0 || major < 1 || major > 3) {
    throw new MemmapError(
      'ERR_MEMMAP_NPY',
      `invalid .npy version ${major}.${minor}: it must be 1.0, 2.0 or 3.0; the file is damaged, or newer than this reader`,
    )
  }
  const prefix = prefixOf(major)
  if (start.length < prefix) throw short('the length of its header', prefix, start.length)
  const length = major === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8)
  if (prefix + length > source.size) throw short('its header', prefix + length, source.size)
  // A header that is too long even at four bytes a character is not read at all.
  if (length > (major === 3 ? 4 : 1) * maxHeaderSize) throw tooLong(length, maxHeaderSize)
  const end = prefix + length
  const bytes = end <= start.length ? start.subarray(prefix, end) : source.read(prefix, length)
  if (bytes.length < length) throw short('its header', prefix + length, prefix + bytes.length)
  const text = decode(bytes, major)
  const characters = major === 3 ? Array.from(text).length : text.length
  if (characters > maxHeaderSize) throw tooLong(characters, maxHeaderSize)
  return [text, [major, 0] as NpyVersion, end]
}

function decode(bytes: Buffer, major: number): string {
  if (major < 3) return bytes.toString('latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new MemmapError(
      'ERR_MEMMAP_NPY',
      'invalid header: a header of version 3.0 must be UTF-8; the file is damaged',
      {
        cause,
      },
    )
  }
}

function short(what: string, expected: number, actual: number): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_NPY',
    `invalid .npy file of ${actual} bytes: it ends before ${what} does, at byte ${expected}; it was cut, or not written to its end`,
    { expected, actual },
  )
}

function tooLong(actual: number, expected: number): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_NPY',
    `invalid header of ${actual} characters: it must have at most ${expected}; raise maxHeaderSize if you trust the file`,
    { expected, actual },
  )
}

/** The error for a file without a header; names what it is instead. */
function noArray(start: Buffer, size: number): MemmapError {
  const [first] = start
  let what: string
  if (size === 0) what = 'it is empty'
  else if (start.length < MAGIC.length && start.equals(MAGIC.subarray(0, start.length))) {
    what = `it ends within its first ${MAGIC.length} bytes`
  } else if (isZip(start)) what = 'it is a zip archive (.npz), which load() reads'
  else if (first === 0x80) what = 'it is a Python pickle, which is a program and never read'
  else what = `it begins with ${inspect(start.subarray(0, MAGIC.length).toString('latin1'))}`
  return new MemmapError(
    'ERR_MEMMAP_NPY',
    `invalid .npy file: ${what}, but must begin with '\\x93NUMPY'; open a file of raw elements with memmap()`,
  )
}

/** Whether these are the first bytes of a zip archive, empty ones included. */
export function isZip(start: Buffer): boolean {
  const four = start.toString('latin1', 0, 4)
  return four === 'PK\x03\x04' || four === 'PK\x05\x06'
}

/**
 * Parses the option `maxHeaderSize`.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function parseMaxHeaderSize(value: unknown): number {
  if (value === undefined) return MAX_HEADER_SIZE
  if (value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0)) return value as number
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid maxHeaderSize ${inspect(value)}: it must be a whole number of characters, or Infinity`,
  )
}
