import type { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import type { Memmap } from '../../memmap.js'
import type { NDArray } from '../../ndarray.js'
import type { CliOptions } from '../cli-options.js'
import { releasePages } from '../compute/line.js'
import { OK, UsageError } from '../exit.js'
import { defined, openInput } from '../input/input.js'
import type { RawOptions } from '../input/input.js'
import { locate } from '../input/locate.js'
import type { Located } from '../input/locate.js'
import { parseDTypeText, parseOrderOption } from '../input/values.js'
import { dtypeText } from '../output/element-text.js'
import { outputOf, STANDARD_OUTPUT } from '../output/format.js'
import type { Output } from '../output/format.js'
import { progressOf } from '../output/progress.js'
import { printCreated, printCreatedArchive } from '../output/report-created.js'
import { writeArchive, writeMapped } from '../output/write-array.js'
import type { Member, Target } from '../output/write-array.js'
import { writeOutput } from '../output/write-output.js'

/** Bytes to write at a time. */
const BLOCK = 2 ** 27

/** The dtype and order of the new file, as far as the options say them. */
interface Wanted {
  readonly dtype: DType | null
  readonly order: 'C' | 'F' | null
  readonly byteOrder: ReturnType<typeof byteOrderOf>
}

/** `memmap convert`. */
export async function convert(from: string, to: string, options: CliOptions): Promise<number> {
  const output = outputOf(to, options)
  const file = await locate(from)
  try {
    const { dtype, shape, offset, order, field } = options as RawOptions
    const isRaw = file.format === 'raw'
    const wanted = wantedOf(options, isRaw)
    checkWanted(output, wanted, options)
    const description = defined(isRaw ? { dtype, shape, offset, order, field } : { shape, offset, field })
    if (file.format === 'npz' && file.member === null && output.format === 'npz' && options['name'] === undefined) {
      return await convertArchive(file, output, description, wanted, options)
    }
    return await convertArray(file, output, description, wanted, options)
  } finally {
    file.release()
  }
}

function wantedOf(options: CliOptions, isRaw: boolean): Wanted {
  const { dtype, order } = options as RawOptions
  const toDType = (options['toDtype'] as string | undefined) ?? (isRaw ? undefined : dtype)
  const toOrder = (options['toOrder'] as string | undefined) ?? (isRaw ? undefined : order)
  return {
    dtype: toDType === undefined ? null : parseDTypeText(toDType),
    order: toOrder === undefined ? null : parseOrderOption(toOrder),
    byteOrder: byteOrderOf(options['byteOrder'] as string | undefined),
  }
}

/** Rejects options that mean nothing for the format of the output. */
function checkWanted({ format }: Output, { dtype, order, byteOrder }: Wanted, options: CliOptions): void {
  const wrong = (what: string, why: string): UsageError =>
    new UsageError(`invalid ${what} for ${format === 'raw' ? 'raw elements' : `.${format}`}: ${why}; leave it out`)
  if (options['name'] !== undefined && format !== 'npz') throw wrong('--name', 'only members of a .npz file have names')
  if (format === 'npy' || format === 'npz' || format === 'raw') return
  if (byteOrder !== null) throw wrong('--byte-order', 'the output has no bytes of elements')
  if (order !== null) throw wrong('--order of the output', 'it has rows, then columns')
  if (dtype !== null && format === 'png') throw wrong('--dtype of the output', 'a picture has colours')
}

async function convertArray(
  file: Located,
  output: Output,
  description: RawOptions,
  wanted: Wanted,
  options: CliOptions,
): Promise<number> {
  const input = await openInput(file, description, { command: 'convert' })
  const progress = progressOf('convert')
  try {
    const { dtype, shape, flags } = input.array
    const target = targetOf(dtype, shape, flags.fContiguous && !flags.cContiguous ? 'F' : 'C', wanted)
    const { format, path } = output
    if (path !== STANDARD_OUTPUT && (format === 'npy' || format === 'raw')) {
      await writeMapped(output, target, async (mapped, signal) => {
        await copyBlocks(mapped, input.array, signal, progress.report)
        // Closes the input, because it may be the file to replace, and Windows replaces no mapped file.
        input.close()
      })
    } else {
      const member = (options['name'] as string | undefined) ?? input.member ?? 'arr_0'
      await writeOutput(input.array, target, output, member, options, progress.report)
    }
    progress.stop()
    if (path !== STANDARD_OUTPUT && format !== 'png') printCreated(path, format, target, options)
  } finally {
    progress.stop()
    input.close()
  }
  return OK
}

/** Converts every member of a `.npz` file. */
async function convertArchive(
  file: Located,
  output: Output,
  description: RawOptions,
  wanted: Wanted,
  options: CliOptions,
): Promise<number> {
  if (description.field !== undefined) {
    throw new UsageError(`invalid --field for all arrays of '${file.name}': name one, as in '${file.name}:x'`)
  }
  const archive = file.archive()
  const members = archive.files.map((name): Member => {
    const { dtype, shape, fortranOrder } = archive.member(name)
    const full = [...shape, ...dtype.shape]
    const target = targetOf(dtype.base, full, fortranOrder ? 'F' : 'C', wanted)
    return { name, target, open: () => openInput(file, description, { command: 'convert', member: name }) }
  })
  const progress = progressOf('convert')
  try {
    await writeArchive(output, members, progress.report)
  } finally {
    progress.stop()
  }
  if (output.path !== STANDARD_OUTPUT) printCreatedArchive(output.path, members.length, options)
  return OK
}

function targetOf(own: DType, shape: readonly number[], ownOrder: 'C' | 'F', wanted: Wanted): Target {
  const { byteOrder } = wanted
  const wantedOrSame = wanted.dtype ?? own
  const dtype = byteOrder === null ? wantedOrSame : wantedOrSame.newByteOrder(byteOrder)
  if (dtype.itemsize === 0 && own.itemsize > 0) {
    throw new UsageError(`invalid dtype ${dtype.name} of the file: it must have a length, as in ${dtype.kind}10`)
  }
  if (dtype.shape.length > 0)
    throw new UsageError(`invalid dtype ${dtypeText(dtype)} of the file: it must not be a sub-array`)
  return { dtype, shape, order: shape.length < 2 ? 'C' : (wanted.order ?? ownOrder), sparse: false }
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
