/**
 * The layout of an archive: stored members whose data begins on multiples of 64 bytes, so that a mapping of one is aligned.
 * Padding in the extra field of Android's zipalign aligns them. Numbers beyond 32 bits go to zip64 fields (APPNOTE.TXT 4.5.3),
 * in archives that need them only.
 * @module
 */
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { ALIGNMENT } from '../npy/header.js'
import {
  CENTRAL,
  CENTRAL_SIZE,
  DEFLATED,
  END,
  END_64,
  END_64_SIZE,
  END_SIZE,
  LARGE,
  LOCAL,
  LOCAL_SIZE,
  LOCATOR_64,
  LOCATOR_64_SIZE,
  MANY,
  STORED,
  WIDE_FIELD,
} from './zip-records.js'

/** A member to write. */
export interface Member {
  readonly name: Buffer
  /** All bytes, header included. */
  readonly size: number
  /** Bytes in the archive, where the member is deflated. */
  readonly packed?: number
}

/** A member with its offsets in the archive. */
export interface Placed extends Member {
  /** Offset of its local header. */
  readonly header: number
  /** Offset of its bytes. */
  readonly start: number
}

const FILLER = 0xd935
const FILLER_SIZE = 6

/** 1980-01-01, the first day of zip, always, so that equal arrays produce equal files. */
const DATE = 0x0021

/** Places the members one after the other. */
export function placeMembers(members: readonly Member[]): Placed[] {
  let end = 0
  return members.map((member) => {
    const header = end
    const fixed = header + LOCAL_SIZE + member.name.length + (member.size >= LARGE ? 20 : 0) + FILLER_SIZE
    const start = Math.ceil(fixed / ALIGNMENT) * ALIGNMENT
    end = start + member.size
    return { ...member, header, start }
  })
}

/** The place of a deflated member behind `end`, which needs no alignment. */
export function placeDeflated(name: Buffer, size: number, end: number): Placed {
  // With the field for 64 bits in any case, because the packed size is not known yet.
  return { name, size, header: end, start: end + LOCAL_SIZE + name.length + 20 + FILLER_SIZE }
}

/** The local header of a member, up to its bytes. */
export function localHeader(member: Placed, crc: number): Buffer {
  const { name, size, packed = size, header, start } = member
  const bytes = Buffer.alloc(start - header)
  const wide = Math.max(size, packed) >= LARGE
  bytes.writeUInt32LE(LOCAL, 0)
  common(bytes, 4, member, crc)
  bytes.writeUInt16LE(bytes.length - LOCAL_SIZE - name.length, 28)
  let at = LOCAL_SIZE
  at += name.copy(bytes, at)
  if (wide) at = writeWide(bytes, at, [size, packed])
  bytes.writeUInt16LE(FILLER, at)
  bytes.writeUInt16LE(bytes.length - at - 4, at + 2)
  bytes.writeUInt16LE(ALIGNMENT, at + 4)
  return bytes
}

/** The directory and the end records of an archive whose last member ends at `end`. */
export function directory(members: readonly Placed[], sums: readonly number[], end: number): Buffer {
  const entries = members.map((member, index) => centralHeader(member, sums[index] as number))
  const length = entries.reduce((sum, entry) => sum + entry.length, 0)
  const count = members.length
  const wide = count >= MANY || length >= LARGE || end >= LARGE
  const tail = Buffer.alloc((wide ? END_64_SIZE + LOCATOR_64_SIZE : 0) + END_SIZE)
  let at = 0
  if (wide) {
    tail.writeUInt32LE(END_64, 0)
    tail.writeBigUInt64LE(44n, 4)
    tail.writeUInt16LE(45, 12)
    tail.writeUInt16LE(45, 14)
    tail.writeBigUInt64LE(BigInt(count), 24)
    tail.writeBigUInt64LE(BigInt(count), 32)
    tail.writeBigUInt64LE(BigInt(length), 40)
    tail.writeBigUInt64LE(BigInt(end), 48)
    tail.writeUInt32LE(LOCATOR_64, END_64_SIZE)
    tail.writeBigUInt64LE(BigInt(end + length), END_64_SIZE + 8)
    tail.writeUInt32LE(1, END_64_SIZE + 16)
    at = END_64_SIZE + LOCATOR_64_SIZE
  }
  tail.writeUInt32LE(END, at)
  tail.writeUInt16LE(Math.min(count, MANY), at + 8)
  tail.writeUInt16LE(Math.min(count, MANY), at + 10)
  tail.writeUInt32LE(Math.min(length, LARGE), at + 12)
  tail.writeUInt32LE(Math.min(end, LARGE), at + 16)
  return Buffer.concat([...entries, tail])
}

/** Bytes of {@link directory}, which do not depend on the CRCs. */
export function directorySize(members: readonly Placed[], end: number): number {
  return directory(
    members,
    members.map(() => 0),
    end,
  ).length
}

function centralHeader(member: Placed, crc: number): Buffer {
  const { name, size, packed = size, header } = member
  const numbers = [size, packed, header].filter((number) => number >= LARGE)
  const bytes = Buffer.alloc(CENTRAL_SIZE + name.length + (numbers.length > 0 ? 4 + 8 * numbers.length : 0))
  bytes.writeUInt32LE(CENTRAL, 0)
  // Created by version 4.5 on Unix, so that the permissions below apply.
  bytes.writeUInt16LE(0x032d, 4)
  common(bytes, 6, member, crc, header >= LARGE)
  bytes.writeUInt16LE(bytes.length - CENTRAL_SIZE - name.length, 30)
  bytes.writeUInt32LE(0o100644 * 0x10000, 38)
  bytes.writeUInt32LE(Math.min(header, LARGE), 42)
  const at = CENTRAL_SIZE + name.copy(bytes, CENTRAL_SIZE)
  if (numbers.length > 0) writeWide(bytes, at, numbers)
  return bytes
}

/** Writes the fields that both headers of a member have, from the version needed to read it to the length of its name. */
function common(bytes: Buffer, at: number, { name, size, packed }: Placed, crc: number, far = false): void {
  bytes.writeUInt16LE(Math.max(size, packed ?? 0) >= LARGE || far ? 45 : 20, at)
  // The flag for UTF-8, for names beyond ASCII.
  bytes.writeUInt16LE(name.some((byte) => byte >= 0x80) ? 0x800 : 0, at + 2)
  bytes.writeUInt16LE(packed === undefined ? STORED : DEFLATED, at + 4)
  bytes.writeUInt16LE(DATE, at + 8)
  bytes.writeUInt32LE(crc, at + 10)
  bytes.writeUInt32LE(Math.min(packed ?? size, LARGE), at + 14)
  bytes.writeUInt32LE(Math.min(size, LARGE), at + 18)
  bytes.writeUInt16LE(name.length, at + 22)
}

function writeWide(bytes: Buffer, at: number, numbers: readonly number[]): number {
  bytes.writeUInt16LE(WIDE_FIELD, at)
  bytes.writeUInt16LE(8 * numbers.length, at + 2)
  numbers.forEach((number, index) => bytes.writeBigUInt64LE(BigInt(number), at + 4 + 8 * index))
  return at + 4 + 8 * numbers.length
}

/**
 * Encodes the name of a member.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`
 */
export function memberName(name: string): Buffer {
  const bytes = Buffer.from(`${name}.npy`)
  if (/\p{Surrogate}/u.test(name)) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid array name ${inspect(name)}: half of a surrogate pair has no UTF-8; leave it out`,
    )
  }
  if (bytes.length <= 0x7fff && !name.includes('\0')) return bytes
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid array name of ${bytes.length - 4} bytes: a name in a .npz file must have at most 32763 bytes and no NUL`,
  )
}
