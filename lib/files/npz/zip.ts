/**
 * The directory of a zip archive, read as strictly as it is written: every number is checked against the file before it is
 * used. The format is PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 to 4.3.16 and 4.5.3.
 *
 * Written by hand because members are mapped where they lie, by calls that do not wait: readers of archives inflate, or read
 * asynchronously.
 * @module
 */
import { MemmapError } from '../../errors/memmap-error.js'
import type { Bytes } from '../source.js'
import { fromCp437 } from './cp437.js'

/** One member, as the directory tells it. */
export interface Entry {
  readonly name: string
  readonly encrypted: boolean
  /** 0 where it is stored, 8 where it is deflated. */
  readonly method: number
  readonly crc: number
  /** Bytes in the archive. */
  readonly packed: number
  /** Bytes of the member. */
  readonly size: number
  /** Where its local header is. */
  readonly header: number
}

const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50

const END_SIZE = 22
const LOCATOR_SIZE = 20
const END_64_SIZE = 56
const CENTRAL_SIZE = 46
const LOCAL_SIZE = 30

/** The directory of a million members; more is no archive of arrays. */
const MAX_DIRECTORY = 2 ** 27

/**
 * The members of an archive, from its directory alone.
 * @throws MemmapError `ERR_MEMMAP_NPY`
 */
export function readDirectory(source: Bytes): { entries: Entry[]; start: number } {
  const { at, length, count, shift } = findDirectory(source)
  if (length > MAX_DIRECTORY) throw damaged(`its directory has ${length} bytes, and at most ${MAX_DIRECTORY} are read`)
  const bytes = source.read(at, length)
  const entries: Entry[] = []
  let place = 0
  while (entries.length < count) {
    if (place + CENTRAL_SIZE > bytes.length || bytes.readUInt32LE(place) !== CENTRAL) {
      throw damaged(`its directory says ${count} members, and number ${entries.length + 1} is not there`)
    }
    const end = place + CENTRAL_SIZE + nameAndMore(bytes, place)
    if (end > bytes.length) throw damaged('an entry of its directory is cut')
    entries.push(entryAt(bytes.subarray(place, end), shift))
    place = end
  }
  checkPlaces(entries, at)
  return { entries, start: at }
}

function nameAndMore(bytes: Buffer, place: number): number {
  return bytes.readUInt16LE(place + 28) + bytes.readUInt16LE(place + 30) + bytes.readUInt16LE(place + 32)
}

interface Directory {
  readonly at: number
  readonly length: number
  readonly count: number
  /** What stands before the archive in the file: places in it are counted from behind that. */
  readonly shift: number
}

function findDirectory(source: Bytes): Directory {
  const tail = source.read(Math.max(0, source.size - END_SIZE - 0xffff), END_SIZE + 0xffff)
  const tailStart = source.size - tail.length
  const place = endIn(tail)
  const end = tail.subarray(place, place + END_SIZE)
  const disks = end.readUInt16LE(4) | end.readUInt16LE(6)
  const count = end.readUInt16LE(10)
  const length = end.readUInt32LE(12)
  const offset = end.readUInt32LE(16)
  const wide = zip64End(source, tailStart + place)
  if (wide !== null) return wide
  if (disks !== 0 || end.readUInt16LE(8) !== count) throw damaged('it is a part of an archive of several files')
  const at = tailStart + place - length
  const shift = at - offset
  if (at < 0 || shift < 0) throw damaged('its directory does not lie where its end says')
  return { at, length, count, shift }
}

/** The last end record that lies in the file with its comment. */
function endIn(tail: Buffer): number {
  for (let place = tail.length - END_SIZE; place >= 0; place--) {
    if (tail.readUInt32LE(place) === END && place + END_SIZE + tail.readUInt16LE(place + 20) <= tail.length)
      return place
  }
  throw damaged('it has no end record, so it was cut, or not written to its end')
}

/** The end record of archives with large numbers, which lies before the other one; null where there is none. */
function zip64End(source: Bytes, end: number): Directory | null {
  const locatorAt = end - LOCATOR_SIZE
  if (locatorAt < END_64_SIZE) return null
  const locator = source.read(locatorAt, LOCATOR_SIZE)
  if (locator.length < LOCATOR_SIZE || locator.readUInt32LE(0) !== LOCATOR_64) return null
  const stated = wideNumber(locator, 8)
  // Where something stands before the archive, the record still lies right before its locator.
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
  if (directory < 0 || shift < 0) throw damaged('its directory does not lie where its end says')
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

/** Gives, in their order, the large numbers of an entry in the place of those that are too large for it. */
function wideNumbers(extra: Buffer): (number: number) => number {
  let numbers: Buffer = Buffer.alloc(0)
  for (let place = 0; place + 4 <= extra.length;) {
    const length = extra.readUInt16LE(place + 2)
    if (extra.readUInt16LE(place) === 1) numbers = extra.subarray(place + 4, place + 4 + length)
    place += 4 + length
  }
  return (number) => {
    if (number !== 0xffff_ffff) return number
    if (numbers.length < 8) throw damaged('the zip64 numbers of a member are missing')
    const value = wideNumber(numbers, 0)
    numbers = numbers.subarray(8)
    return value
  }
}

function wideNumber(bytes: Buffer, place: number): number {
  const number = bytes.readBigUInt64LE(place)
  if (number > Number.MAX_SAFE_INTEGER) throw damaged('a number in it is larger than any file')
  return Number(number)
}

/** No two members share bytes, and none reaches into the directory: overlapping ones are how small files become large ones. */
function checkPlaces(entries: readonly Entry[], end: number): void {
  const sorted = entries.toSorted((a, b) => a.header - b.header)
  sorted.forEach((entry, index) => {
    const next = sorted[index + 1]?.header ?? end
    if (entry.header + LOCAL_SIZE + entry.packed > next) {
      throw damaged(`its member '${entry.name}' reaches into what follows it`)
    }
  })
}

/**
 * Where the bytes of a member begin.
 * @throws MemmapError `ERR_MEMMAP_NPY`
 */
export function placeOf(source: Bytes, entry: Entry, directory: number): number {
  const local = source.read(entry.header, LOCAL_SIZE)
  if (local.length < LOCAL_SIZE || local.readUInt32LE(0) !== LOCAL) {
    throw damaged(`its member '${entry.name}' is not where its directory says`)
  }
  const at = entry.header + LOCAL_SIZE + local.readUInt16LE(26) + local.readUInt16LE(28)
  if (at + entry.packed > directory) throw damaged(`its member '${entry.name}' reaches into its directory`)
  return at
}

/** The error of an archive that does not hold together. */
export function damaged(what: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_NPY', `the .npz archive is damaged: ${what}`)
}

/** @throws MemmapError `ERR_MEMMAP_NPY` where a member has another number of bytes than its directory says */
export function checkSize({ name, size }: Pick<Entry, 'name' | 'size'>, bytes: number): void {
  if (bytes !== size) throw damaged(`its member '${name}' has ${bytes} bytes, and its directory says ${size}`)
}

/** @throws MemmapError `ERR_MEMMAP_NPY` where the bytes of a member have another check sum than its directory says */
export function checkSum({ name, crc }: Pick<Entry, 'name' | 'crc'>, sum: number): void {
  if (sum !== crc) throw damaged(`the check sum of its member '${name}' is wrong`)
}
