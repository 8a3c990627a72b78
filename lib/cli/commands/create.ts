import { encode } from '../../scalar/index.js'
import type { CliOptions } from '../cli-options.js'
import { OK, UsageError } from '../exit.js'
import { parseOrderOption } from '../input/input.js'
import { parseDTypeText, parseElement, parseShapeText } from '../input/values.js'
import { progressOf } from '../output/progress.js'
import { printCreated } from '../output/report-created.js'
import { formatFor, writeArray } from '../output/write-array.js'

/** `memmap create`. */
export async function create(out: string, options: CliOptions): Promise<number> {
  const format = formatFor(out)
  const { dtype: dtypeName, shape, order, fill } = options as Record<string, string | undefined>
  const dtype = parseDTypeText(dtypeName ?? 'float64')
  if (dtype.itemsize === 0)
    throw new UsageError(`invalid --dtype ${dtype.name}: it must have a length, as in ${dtype.kind}10`)
  const target = {
    dtype: dtype.base,
    shape: [...parseShapeText(shape as string, 'none'), ...dtype.shape],
    order: parseOrderOption(order),
    sparse: options['sparse'] === true,
  }
  const value = fill === undefined ? null : parseElement(fill, target.dtype, '--fill')
  // Checks the value before creating the file.
  if (value !== null) encode(target.dtype, value)
  const progress = progressOf('create')
  try {
    await writeArray(out, target, async (array, signal) => {
      if (value !== null) await array.promises.fill(value as never, { signal, onProgress: progress.report })
    })
  } finally {
    progress.stop()
  }
  printCreated(out, format, target, options)
  return OK
}
