/**
 * Inflates compressed members of `.npz` files that are too large for memory into a file without a name, and maps that.
 * @module
 */
import { createReadStream, writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { openNpy } from '../../files/npy/open-npy.js'
import { MAX_HEADER_SIZE } from '../../files/npy/read-header.js'
import { crc32 } from '../../files/npz/crc32.js'
import type { MemberInfo } from '../../files/npz/npz-reader.js'
import { checkSize, checkSum, damaged } from '../../files/npz/zip.js'
import { systemError } from '../../files/system-error.js'
import type { Memmap } from '../../memmap.js'
import { openTemporary } from './temporary.js'

const CHUNK_BYTES = 2 ** 18

/** A member; call `remove` after its last use. */
export interface Inflated {
  readonly array: Memmap
  readonly remove: () => void
}

/**
 * Inflates a member chunk by chunk, and maps it.
 * @throws MemmapError `ERR_MEMMAP_NPY` for a damaged member; the system's, `ENOSPC` on a full disk
 */
export async function inflated(file: string | number, name: string, member: MemberInfo): Promise<Inflated> {
  if (member.packed === 0) throw damaged(`its member '${name}' has no bytes`)
  const { fd, path, remove } = openTemporary()
  try {
    await pipeline(
      createReadStream(typeof file === 'string' ? file : '', {
        ...(typeof file === 'string' ? {} : { fd: file, autoClose: false }),
        start: member.start,
        end: member.start + member.packed - 1,
        highWaterMark: CHUNK_BYTES,
      }),
      createInflateRaw({ chunkSize: CHUNK_BYTES }),
      into(fd, path, name, member),
    )
    return { array: openNpy(fd, 'r', MAX_HEADER_SIZE, { access: 'sequential' }) as Memmap, remove }
  } catch (error) {
    remove()
    // Errors of zlib have their own codes.
    if (String((error as NodeJS.ErrnoException).code).startsWith('Z_')) {
      throw damaged(`its member '${name}' cannot be inflated (${(error as Error).message})`)
    }
    throw error
  }
}

/** Writes the bytes, and checks their size and CRC against the directory. */
function into(fd: number, path: string, name: string, { size, crc }: MemberInfo): Writable {
  let [done, sum] = [0, 0]
  return new Writable({
    highWaterMark: CHUNK_BYTES,
    write(bytes: Buffer, _, next) {
      try {
        done += bytes.length
        if (done > size) throw damaged(`its member '${name}' has more than the ${size} bytes that its directory says`)
        sum = crc32(bytes, sum)
        for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
        next()
      } catch (error) {
        next(systemError(error, path) as Error)
      }
    },
    final(end) {
      try {
        checkSize({ name, size }, done)
        checkSum({ name, crc }, sum)
        end()
      } catch (error) {
        end(error as Error)
      }
    },
  })
}
