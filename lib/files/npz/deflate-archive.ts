import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import type { ArrayBase } from '../../array/array-base.js'
import { rowMaker } from '../../array/make-array.js'
import { innerBytesOf } from '../../array/typed-views.js'
import { sliceAxis } from '../../async/chunks.js'
import { copyOf } from '../../ops/copy.js'
import { bytesIn, memoryOrderOf } from '../npy/raw-bytes.js'
import { systemError } from '../system-error.js'
import { directory, localHeader, placeDeflated } from './archive-layout.js'
import type { Placed } from './archive-layout.js'
import { crc32 } from './crc32.js'
import { zlib } from './node-zlib.js'

/** Bytes of one call of zlib. */
const CHUNK_BYTES = 2 ** 22

/** An array to write: its member name, its `.npy` header and the bytes of both. */
export interface ArrayMember {
  readonly name: Buffer
  readonly array: ArrayBase
  readonly header: Buffer
  readonly size: number
}

/**
 * Writes a complete archive of deflated members to a new file and flushes it to the device. Memory does not grow with the arrays.
 * @throws MemmapError the system's
 */
export function writeDeflated(path: string, members: readonly ArrayMember[]): void {
  try {
    const file = openSync(path, 'w')
    try {
      let end = 0
      const sums: number[] = []
      const placed = members.map(({ name, array, header, size }): Placed => {
        const place = placeDeflated(name, size, end)
        let [at, sum] = [place.start, 0]
        for (const { bytes, isLast } of withLast(chunksOf(header, array))) {
          sum = crc32(bytes, sum)
          at += write(file, deflated(bytes, isLast), at)
        }
        const member = { ...place, packed: at - place.start }
        write(file, localHeader(member, sum), place.header)
        sums.push(sum)
        end = at
        return member
      })
      write(file, directory(placed, sums, end), end)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw systemError(error, path)
  }
}

/** A part of a raw deflate stream: parts follow one another, because each but the last ends with a flush. */
function deflated(bytes: Uint8Array, isLast: boolean): Buffer {
  const { Z_FINISH, Z_SYNC_FLUSH } = zlib().constants
  return zlib().deflateRawSync(bytes, { finishFlush: isLast ? Z_FINISH : Z_SYNC_FLUSH })
}

function write(file: number, bytes: Uint8Array, position: number): number {
  let done = 0
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, position + done)
  return done
}

/** The header, then the elements in the order of memory, or in C order where they have none. */
function* chunksOf(header: Buffer, array: ArrayBase): Generator<Uint8Array> {
  yield header
  if (array.size === 0) return
  if (array.store.recipe === null && memoryOrderOf(array) !== null) {
    for (let done = 0; done < array.nbytes; done += CHUNK_BYTES) {
      yield innerBytesOf(bytesIn(array.store, array.position + done, Math.min(CHUNK_BYTES, array.nbytes - done)))
      array.store.checkFault()
    }
    return
  }
  yield* copiesOf(array)
}

function* copiesOf(array: ArrayBase): Generator<Uint8Array> {
  const [rows = 1] = array.shape
  const rowBytes = array.nbytes / rows
  if (rowBytes > CHUNK_BYTES && array.ndim > 1) {
    const rowOf = rowMaker(array)
    for (let row = 0; row < rows; row++) yield* copiesOf(rowOf(row))
    return
  }
  const step = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes))
  for (let row = 0; row < rows; row += step) {
    yield innerBytesOf(copyOf(sliceAxis(array, 0, row, Math.min(step, rows - row)), 'C'))
    array.store.checkFault()
  }
}

/** Tells which chunk is the last. */
function* withLast(chunks: Iterable<Uint8Array>): Generator<{ bytes: Uint8Array; isLast: boolean }> {
  let held: Uint8Array | null = null
  for (const bytes of chunks) {
    if (held !== null) yield { bytes: held, isLast: false }
    held = bytes
  }
  if (held !== null) yield { bytes: held, isLast: true }
}
