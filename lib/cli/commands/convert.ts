import { inspect } from '../../errors/inspect.js'
import type { Memmap } from '../../memmap.js'
import type { NDArray } from '../../ndarray.js'
import type { CliOptions } from '../cli-options.js'
import { releasePages } from '../compute/line.js'
import { OK, UsageError } from '../exit.js'
import { formatOf, openInput, parseOrderOption, splitMember } from '../input/input.js'
import type { RawOptions } from '../input/input.js'
import { parseDTypeText } from '../input/values.js'
import { dtypeText } from '../output/element-text.js'
import { progressOf } from '../output/progress.js'
import { printCreated } from '../output/report-created.js'
import { formatFor, writeArray } from '../output/write-array.js'

/** Bytes to write at a time. */
const BLOCK = 2 ** 27

/** `memmap convert`. */
export async function convert(from: string, to: string, options: CliOptions): Promise<number> {
  const { dtype, shape, offset, order, field } = options as RawOptions
  const format = formatFor(to)
  const isRaw = formatOf(splitMember(from).path).format === 'raw'
  const byteOrder = byteOrderOf(options['byteOrder'] as string | undefined)
  const toDType = (options['toDtype'] as string | undefined) ?? (isRaw ? undefined : dtype)
  const toOrder = (options['toOrder'] as string | undefined) ?? (isRaw ? undefined : order)
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
    const wantedOrSame = wanted ?? array.dtype
    const toType = byteOrder === null ? wantedOrSame : wantedOrSame.newByteOrder(byteOrder)
    if (toType.itemsize === 0 && array.dtype.itemsize > 0) {
      throw new UsageError(`invalid dtype ${toType.name} of the file: it must have a length, as in ${toType.kind}10`)
    }
    const target = {
      dtype: toType.base,
      shape: toType.shape.length === 0 ? array.shape : [...array.shape, ...toType.shape],
      order: array.ndim < 2 ? 'C' : (wantedOrder ?? (array.flags.fContiguous && !array.flags.cContiguous ? 'F' : 'C')),
      sparse: false,
    } as const
    if (toType.shape.length > 0)
      throw new UsageError(`invalid dtype ${dtypeText(toType)} of the file: it must not be a sub-array`)
    await writeArray(to, target, async (file, signal) => {
      await copyBlocks(file, array, signal, progress.report)
      // Closes the input, because it may be the file to replace, and Windows replaces no mapped file.
      input.close()
    })
    progress.stop()
    printCreated(to, format, target, options)
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
  throw new UsageError(`invalid --byte-order ${inspect(text)}: it must be little, big or native`)
}

/** Copies along the slowest axis of the new file, so that it is written from begin to end. */
async function copyBlocks(
  file: Memmap,
  source: NDArray,
  signal: AbortSignal,
  report: (fraction: number) => void,
): Promise<void> {
  const { size } = file
  if (size === 0) return
  if (file.ndim === 0) {
    await file.promises.assign(source, { signal })
    return
  }
  let done = 0
  for (const [block, from] of blocksOfBoth(file, source, BLOCK)) {
    // Smaller parts for a source in another order, because each part touches pages all over it.
    for (const [part, to] of blocksOfBoth(from, block, Math.max(1, ((BLOCK / 2) * from.nbytes) / spanOf(from)))) {
      await to.promises.assign(part, { signal })
      done += part.size
      releasePages(source)
      report((0.9 * done) / size)
    }
    releasePages(block)
  }
}

/**
 * Splits both into the same parts of about `bytes` bytes: rows of the first one's slowest axis, or parts of a larger row.
 */
function* blocksOfBoth(first: NDArray, second: NDArray, bytes: number): Generator<[NDArray, NDArray]> {
  if (first.nbytes <= bytes || first.size <= 1) {
    yield [first, second]
    return
  }
  const axis = slowestAxis(first)
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

/** The axis with the largest stride that has more than one entry. */
function slowestAxis({ shape, byteStrides }: NDArray): number {
  let slowest = 0
  shape.forEach((length, axis) => {
    const isSlower = (byteStrides[axis] as number) > (byteStrides[slowest] as number)
    if (length > 1 && ((shape[slowest] as number) <= 1 || isSlower)) slowest = axis
  })
  return slowest
}

/** Bytes from the first to the last element. */
function spanOf({ shape, byteStrides, itemsize }: NDArray): number {
  return shape.reduce((sum, length, axis) => sum + (length - 1) * Math.abs(byteStrides[axis] as number), itemsize)
}
