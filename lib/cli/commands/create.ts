import { encode } from '../../scalar/index.js'
import type { CliOptions } from '../cli-options.js'
import { OK, UsageError } from '../exit.js'
import { parseOrderOption } from '../input/input.js'
import { parseDTypeText, parseElement, parseShapeText } from '../input/values.js'
import { progressOf } from '../output/progress.js'
import { printMade } from '../output/report-created.js'
import { formatFor, writeArray } from '../output/write-array.js'

/** `memmap create`. */
export async function create(out: string, given: CliOptions): Promise<number> {
  const format = formatFor(out)
  const { dtype: dtypeName, shape, order, fill } = given as Record<string, string | undefined>
  const dtype = parseDTypeText(dtypeName ?? 'float64')
  if (dtype.itemsize === 0)
    throw new UsageError(`--dtype: ${dtype.name} has no length: give one, as in ${dtype.kind}10`)
  const target = {
    dtype: dtype.base,
    shape: [...parseShapeText(shape as string, 'none'), ...dtype.shape],
    order: parseOrderOption(order),
    sparse: given['sparse'] === true,
  }
  const value = fill === undefined ? null : parseElement(fill, target.dtype, '--fill')
  // What is wrong with it is found before a file is made.
  if (value !== null) encode(target.dtype, value)
  const progress = progressOf('create')
  try {
    await writeArray(out, target, async (made, signal) => {
      if (value !== null) await made.promises.fill(value as never, { signal, onProgress: progress.tell })
    })
  } finally {
    progress.stop()
  }
  printMade(out, format, target, given)
  return OK
}
