/**
 * Reads the directory of a zip archive and checks every number against the file before using it. The format is PKWARE's
 * APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 to 4.3.16 and 4.5.3.
 *
 * No package does this, because members are mapped in place by synchronous calls: readers of archives inflate, or read
 * asynchronously.
 * @module
 */
import { MemmapError } from '../../errors/memmap-error.js'
import type { Bytes } from '../source.js'
import { fromCp437 } from './cp437.js'
import {
  CENTRAL,
  CENTRAL_SIZE,
  END,
  END_64,
  END_64_SIZE,
  END_SIZE,
  LARGE,
  LOCAL,
  LOCAL_SIZE,
  LOCATOR_64,
  LOCATOR_64_SIZE,
  WIDE_FIELD,
} from './zip-records.js'

/** One member, from the directory. */
export interface Entry {
  readonly name: string
  readonly encrypted: boolean
  /** 0 for stored, 8 for deflated. */
  readonly method: number
  readonly crc: number
  /** Bytes in the archive. */
  readonly packed: number
  /** Bytes of the member. */
  readonly size: number
  /** Offset of its local header. */
  readonly header: number
}

/** Maximum bytes of a directory, those of about a million members. */
const MAX_DIRECTORY = 2 ** 27

/**
 * Reads the members of an archive from its directory alone.
 * @throws MemmapError `ERR_MEMMAP_NPY`
 */
export function readDirectory(source: Bytes): { entries: Entry[]; start: number } {
  const { at, length, count, shift } = findDirectory(source)
  if (length > MAX_DIRECTORY) throw damaged(`its directory has ${length} bytes, more than ${MAX_DIRECTORY}`)
  const bytes = source.read(at, length)
  const entries: Entry[] = []
  let position = 0
  // An end record counts modulo 2^16 where it is not a wide one.
  const isMore = (): boolean => position + CENTRAL_SIZE <= bytes.length && bytes.readUInt32LE(position) === CENTRAL
  while (entries.length < count || isMore()) {
    if (position + CENTRAL_SIZE > bytes.length || bytes.readUInt32LE(position) !== CENTRAL) {
      throw damaged(`its directory has ${count} members, but number ${entries.length + 1} is missing`)
    }
    const end = position + CENTRAL_SIZE + variableSize(bytes, position)
    if (end > bytes.length) throw damaged('an entry of its directory is cut')
    entries.push(entryAt(bytes.subarray(position, end), shift))
    position = end
  }
  if (entries.length % 2 ** 16 !== count % 2 ** 16)
    throw damaged(`its directory has ${entries.length} members, and its end record counts ${count}`)
  checkOverlaps(entries, at)
  return { entries, start: at }
}

/** Bytes of the name, extra fields and comment of an entry. */
function variableSize(bytes: Buffer, position: number): number {
  return bytes.readUInt16LE(position + 28) + bytes.readUInt16LE(position + 30) + bytes.readUInt16LE(position + 32)
}

interface Directory {
  readonly at: number
  readonly length: number
  readonly count: number
  /** Bytes before the archive in the file: offsets in the archive do not count them. */
  readonly shift: number
}

function findDirectory(source: Bytes): Directory {
  const tail = source.read(Math.max(0, source.size - END_SIZE - 0xffff), END_SIZE + 0xffff)
  const tailStart = source.size - tail.length
  const endPosition = endIn(tail)
  const end = tail.subarray(endPosition, endPosition + END_SIZE)
  const disks = end.readUInt16LE(4) | end.readUInt16LE(6)
  const count = end.readUInt16LE(10)
  const length = end.readUInt32LE(12)
  const offset = end.readUInt32LE(16)
  const wide = zip64End(source, tailStart + endPosition)
  if (wide !== null) return wide
  if (disks !== 0 || end.readUInt16LE(8) !== count) throw damaged('it is part of an archive of several files')
  const at = tailStart + endPosition - length
  const shift = at - offset
  if (at < 0 || shift < 0) throw damaged('its directory is not where its end record says')
  return { at, length, count, shift }
}

/** The position of the last end record that is in the file with its comment. */
function endIn(tail: Buffer): number {
  for (let position = tail.length - END_SIZE; position >= 0; position--) {
    if (tail.readUInt32LE(position) === END && position + END_SIZE + tail.readUInt16LE(position + 20) <= tail.length)
      return position
  }
  throw damaged('it has no end record, so it was cut, or not written to its end')
}

/** The end record of archives with large numbers, in front of the other one; null if there is none. */
function zip64End(source: Bytes, end: number): Directory | null {
  const locatorAt = end - LOCATOR_64_SIZE
  if (locatorAt < END_64_SIZE) return null
  const locator = source.read(locatorAt, LOCATOR_64_SIZE)
  if (locator.length < LOCATOR_64_SIZE || locator.readUInt32LE(0) !== LOCATOR_64) return null
  const stated = wideNumber(locator, 8)
  // With other bytes before the archive, the stated offset is wrong, but the record is still right before its locator.
  const at = [stated, locatorAt - END_64_SIZE].find(
    (one) => one + END_64_SIZE <= locatorAt && isEnd64(source.read(one, END_64_SIZE)),
  )
  if (at === undefined) throw damaged('its zip64 end record is not where it says')
  const record = source.read(at, END_64_SIZE)
  const count = wideNumber(record, 32)
  const length = wideNumber(record, 40)
  const offset = wideNumber(record, 48)
  const directory = at - length
  const shift = directory - offset
  if (directory < 0 || shift < 0) throw damaged('its directory is not where its end record says')
  return { at: directory, length, count, shift }
}

function isEnd64(record: Buffer): boolean {
  return record.length === END_64_SIZE && record.readUInt32LE(0) === END_64
}

function entryAt(bytes: Buffer, shift: number): Entry {
  const flags = bytes.readUInt16LE(8)
  const nameEnd = CENTRAL_SIZE + bytes.readUInt16LE(28)
  const rawName = bytes.subarray(CENTRAL_SIZE, nameEnd)
  const wide = wideNumbers(bytes.subarray(nameEnd, nameEnd + bytes.readUInt16LE(30)))
  const size = wide(bytes.readUInt32LE(24))
  const packed = wide(bytes.readUInt32LE(20))
  const header = wide(bytes.readUInt32LE(42)) + shift
  return {
    name: (flags & 0x800) !== 0 ? rawName.toString('utf8') : fromCp437(rawName),
    encrypted: (flags & 1) !== 0,
    method: bytes.readUInt16LE(10),
    crc: bytes.readUInt32LE(16),
    packed,
    size,
    header,
  }
}

/** Returns a function that replaces 32-bit numbers at their maximum by the zip64 numbers of an entry, in their order. */
function wideNumbers(extra: Buffer): (number: number) => number {
  let numbers: Buffer = Buffer.alloc(0)
  for (let position = 0; position + 4 <= extra.length;) {
    const length = extra.readUInt16LE(position + 2)
    if (extra.readUInt16LE(position) === WIDE_FIELD) numbers = extra.subarray(position + 4, position + 4 + length)
    position += 4 + length
  }
  return (number) => {
    if (number !== LARGE) return number
    if (numbers.length < 8) throw damaged('the zip64 numbers of a member are missing')
    const value = wideNumber(numbers, 0)
    numbers = numbers.subarray(8)
    return value
  }
}

function wideNumber(bytes: Buffer, position: number): number {
  const number = bytes.readBigUInt64LE(position)
  if (number > Number.MAX_SAFE_INTEGER) throw damaged('a number in it is larger than any file')
  return Number(number)
}

/** Rejects members that share bytes with others or the directory, because zip bombs overlap members. */
function checkOverlaps(entries: readonly Entry[], end: number): void {
  const sorted = entries.toSorted((a, b) => a.header - b.header)
  sorted.forEach((entry, index) => {
    const next = sorted[index + 1]?.header ?? end
    if (entry.header + LOCAL_SIZE + entry.packed > next) {
      throw damaged(`its member '${entry.name}' overlaps the next one`)
    }
  })
}

/**
 * Returns the offset of a member's bytes in the file.
 * @throws MemmapError `ERR_MEMMAP_NPY`
 */
export function memberStart(source: Bytes, entry: Entry, directory: number): number {
  const local = source.read(entry.header, LOCAL_SIZE)
  if (local.length < LOCAL_SIZE || local.readUInt32LE(0) !== LOCAL) {
    throw damaged(`its member '${entry.name}' is not where its directory says`)
  }
  const at = entry.header + LOCAL_SIZE + local.readUInt16LE(26) + local.readUInt16LE(28)
  if (at + entry.packed > directory) throw damaged(`its member '${entry.name}' overlaps the directory`)
  return at
}

/** The error of a damaged archive. */
export function damaged(what: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_NPY', `invalid .npz archive: ${what}; the file is damaged`)
}

/** @throws MemmapError `ERR_MEMMAP_NPY` if a member's size differs from the directory */
export function checkSize({ name, size }: Pick<Entry, 'name' | 'size'>, bytes: number): void {
  if (bytes !== size) throw damaged(`its member '${name}' has ${bytes} bytes, but the directory says ${size}`)
}

/** @throws MemmapError `ERR_MEMMAP_NPY` if a member's CRC differs from the directory */
export function checkSum({ name, crc }: Pick<Entry, 'name' | 'crc'>, sum: number): void {
  if (sum !== crc) throw damaged(`the CRC of its member '${name}' is wrong`)
}
