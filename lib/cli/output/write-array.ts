/**
 * Writes arrays in the formats of numbers: `.npy` and raw elements in a mapped file, `.npz` and standard output chunk by chunk.
 * @module
 */
import { chunksOf } from '../../async/chunks.js'
import type { DType } from '../../dtype/index.js'
import { encodeHeader } from '../../files/npy/header.js'
import { createNpy } from '../../files/npy/open-npy.js'
import { directory, localHeader, memberName, placeMembers } from '../../files/npz/archive-layout.js'
import type { Placed } from '../../files/npz/archive-layout.js'
import { crc32 } from '../../files/npz/crc32.js'
import { openRaw } from '../../files/open.js'
import { sizeOf } from '../../layout/shape.js'
import type { Memmap } from '../../memmap.js'
import type { NDArray } from '../../ndarray.js'
import type { Output } from './format.js'
import { writeFile, writeWhole } from './write-file.js'

/** The array to write. */
export interface Target {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly order: 'C' | 'F'
  readonly sparse: boolean
}

/** Creates a `.npy` or raw file of zeros, calls `fill` to store its elements, and renames it to its path. */
export async function writeMapped(
  output: Output,
  target: Target,
  fill: (array: Memmap, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await writeFile(output, async (temporary, signal) => {
    const array = output.format === 'npy' ? npyAt(temporary, target) : rawAt(temporary, target)
    try {
      await fill(array, signal)
      await array.promises.flush({ durable: true, signal })
    } finally {
      array.close()
    }
  })
}

function npyAt(path: string, target: Target): Memmap {
  return createNpy(path, headerOf(target), null, { sparse: target.sparse }) as Memmap
}

function rawAt(path: string, { dtype, shape, order, sparse }: Target): Memmap {
  return openRaw(path, { mode: 'w+', dtype, offset: 0, shape, order, options: { sparse } }) as Memmap
}

function headerOf({ dtype, shape, order }: Target): Parameters<typeof encodeHeader>[0] {
  return { dtype, shape, fortranOrder: order === 'F' && shape.length > 1 }
}

/** The bytes of a `.npy` file. */
export function* npyChunks(source: NDArray, target: Target): Generator<Uint8Array> {
  yield encodeHeader(headerOf(target))
  yield* rawChunks(source, target)
}

/** The elements of an array, cast to the dtype of the target and in its order. */
export function* rawChunks(source: NDArray, { dtype, order }: Target): Generator<Uint8Array> {
  if (source.size === 0) return
  for (const [chunk] of chunksOf([order === 'F' ? source.T : source])) {
    yield (chunk as NDArray).astype(dtype, { order: 'C' }).bytes
  }
}

/** An array of a `.npz` file to write. */
export interface Member {
  readonly name: string
  readonly target: Target
  /** Opens the source, which `close` releases, when its turn comes. */
  readonly open: () => Promise<{ readonly array: NDArray; readonly close: () => void }>
}

/** Writes a `.npz` file of stored members, laid out as `savez` does, in bounded memory. */
export async function writeArchive(
  output: Output,
  members: readonly Member[],
  report: (fraction: number) => void,
): Promise<void> {
  const sized = members.map(({ name, target }) => {
    const header = encodeHeader(headerOf(target))
    const { dtype, shape } = target
    return { name: memberName(name), header, size: header.length + sizeOf(shape, dtype.itemsize) * dtype.itemsize }
  })
  const layout = placeMembers(sized)
  const end = layout.reduce((_, { start, size }) => start + size, 0)
  await writeWhole(output, async (append, check) => {
    const sums: number[] = []
    for (const [at, { target, open }] of members.entries()) {
      const place = layout[at] as Placed
      const { array, close } = await open()
      try {
        let [sum, position] = [0, place.start]
        for (const chunk of npyChunks(array, target)) {
          append(chunk, position)
          position += chunk.length
          sum = crc32(chunk, sum)
          report(position / end)
          await check()
        }
        append(localHeader(place, sum), place.header)
        sums.push(sum)
      } finally {
        close()
      }
    }
    append(directory(layout, sums, end), end)
  })
}
