import { DType } from '../../dtype/index.js'
import { inspect as shown } from '../../errors/inspect.js'
import type { Memmap } from '../../memmap.js'
import { NDArray } from '../../ndarray.js'
import type { CliOptions } from '../cli-options.js'
import { releasePages } from '../compute/line.js'
import { OK, UsageError } from '../exit.js'
import { formatOf, openInput, parseOrderOption, splitMember } from '../input/input.js'
import type { RawOptions } from '../input/input.js'
import { parseDTypeText } from '../input/values.js'
import { dtypeText } from '../output/element-text.js'
import { progressOf } from '../output/progress.js'
import { printMade } from '../output/report-created.js'
import { formatFor, writeArray } from '../output/write-array.js'

/** Bytes of the file that is written, at a time. */
const BLOCK = 2 ** 27

/** `memmap convert`. */
export async function convert(from: string, to: string, given: CliOptions): Promise<number> {
  const { dtype, shape, offset, order, field } = given as RawOptions
  const format = formatFor(to)
  const isRaw = formatOf(splitMember(from).path).format === 'raw'
  const byteOrder = byteOrderOf(given['byteOrder'] as string | undefined)
  const toDType = (given['toDtype'] as string | undefined) ?? (isRaw ? undefined : dtype)
  const toOrder = (given['toOrder'] as string | undefined) ?? (isRaw ? undefined : order)
  const wanted = toDType === undefined ? null : parseDTypeText(toDType)
  const wantedOrder = toOrder === undefined ? null : parseOrderOption(toOrder)
  const description = Object.fromEntries(
    Object.entries(isRaw ? { dtype, shape, offset, order, field } : { shape, offset, field }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as RawOptions
  const input = await openInput(from, description)
  const progress = progressOf('convert')
  try {
    const { array } = input
    const turned = (one: DType): DType => (byteOrder === null ? one : one.newByteOrder(byteOrder))
    const made = turned(wanted ?? array.dtype)
    if (made.itemsize === 0 && array.dtype.itemsize > 0) {
      throw new UsageError(`${made.name} has no length: give one, as in ${made.kind}10`)
    }
    const target = {
      dtype: made.base,
      shape: made.shape.length === 0 ? array.shape : [...array.shape, ...made.shape],
      order: array.ndim < 2 ? 'C' : (wantedOrder ?? (array.flags.fContiguous && !array.flags.cContiguous ? 'F' : 'C')),
      sparse: false,
    } as const
    if (made.shape.length > 0)
      throw new UsageError(`the dtype of a file has no axes of its own (got ${dtypeText(made)})`)
    await writeArray(to, target, async (file, signal) => {
      await copyBlocks(file, array, signal, progress.tell)
      // The file that is replaced may be this one, which Windows does not do while it is mapped.
      input.close()
    })
    progress.stop()
    printMade(to, format, target, given)
  } finally {
    progress.stop()
    input.close()
  }
  return OK
}

function byteOrderOf(text: string | undefined): '<' | '>' | '=' | 'S' | null {
  if (text === undefined) return null
  const orders = { little: '<', '<': '<', big: '>', '>': '>', native: '=', '=': '=', swap: 'S', S: 'S' } as const
  if (Object.hasOwn(orders, text)) return orders[text as keyof typeof orders]
  throw new UsageError(`--byte-order is little, big or native (got ${shown(text)})`)
}

/** Copies along the axis that is the slowest in the file that is written, so that it is written from its beginning to its end. */
async function copyBlocks(
  file: Memmap,
  source: NDArray,
  signal: AbortSignal,
  tell: (fraction: number) => void,
): Promise<void> {
  const { size } = file
  if (size === 0) return
  if (file.ndim === 0) {
    await file.promises.assign(source, { signal })
    return
  }
  let done = 0
  for (const [block, from] of blocksOfBoth(file, source, BLOCK)) {
    // Of a source that lies across, each part is stretches of much of it.
    for (const [part, piece] of blocksOfBoth(from, block, Math.max(1, ((BLOCK / 2) * from.nbytes) / reachOf(from)))) {
      await piece.promises.assign(part, { signal })
      done += part.size
      // The pages are the files', and need not stay in this process.
      releasePages(source)
      tell((0.9 * done) / size)
    }
    releasePages(block)
  }
}

/**
 * The same parts of both, of about so many bytes: rows of the first one's slowest axis, and of a row that is larger, its parts.
 */
function* blocksOfBoth(first: NDArray, second: NDArray, bytes: number): Generator<[NDArray, NDArray]> {
  if (first.nbytes <= bytes || first.size <= 1) {
    yield [first, second]
    return
  }
  const axis = slowest(first)
  const length = first.shape[axis] as number
  const rows = Math.max(1, Math.floor(bytes / (first.nbytes / length)))
  for (let from = 0; from < length; from += rows) {
    const selectors = first.shape.map((_, at) => (at === axis ? `${from}:${from + rows}` : ':'))
    const [block, other] = [first.index(...selectors), second.index(...selectors)]
    if (rows > 1 || block.nbytes <= bytes) yield [block, other]
    else yield* blocksOfBoth(block.index(...dropped(first, axis)), other.index(...dropped(first, axis)), bytes)
  }
}

function dropped({ shape }: NDArray, axis: number): (string | number)[] {
  return shape.map((_, at) => (at === axis ? 0 : ':'))
}

/** The axis with the widest steps that has more than one entry. */
function slowest({ shape, byteStrides }: NDArray): number {
  let found = 0
  shape.forEach((length, axis) => {
    if (length > 1 && ((shape[found] as number) <= 1 || (byteStrides[axis] as number) > (byteStrides[found] as number)))
      found = axis
  })
  return found
}

/** Bytes between the first and the last element. */
function reachOf({ shape, byteStrides, itemsize }: NDArray): number {
  return shape.reduce((sum, length, axis) => sum + (length - 1) * Math.abs(byteStrides[axis] as number), itemsize)
}
