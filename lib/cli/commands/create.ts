import { full } from '../../api/create.js'
import type { NDArray } from '../../ndarray.js'
import { encode } from '../../scalar/index.js'
import type { CliOptions } from '../cli-options.js'
import { OK, UsageError } from '../exit.js'
import { parseDTypeText, parseElement, parseOrderOption, parseShapeText } from '../input/values.js'
import { outputOf, STANDARD_OUTPUT } from '../output/format.js'
import { progressOf } from '../output/progress.js'
import { printCreated } from '../output/report-created.js'
import { writeMapped } from '../output/write-array.js'
import { writeOutput } from '../output/write-output.js'

/** `memmap create`. */
export async function create(out: string, options: CliOptions): Promise<number> {
  if (out === STANDARD_OUTPUT) throw new UsageError('invalid output -: create writes a file; name one')
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
  const output = outputOf(out, options)
  const { format } = output
  if (target.sparse && format !== 'npy' && format !== 'raw') {
    throw new UsageError(`invalid --sparse for .${format}: only .npy and raw files have holes; leave it out`)
  }
  const progress = progressOf('create')
  try {
    if (format === 'npy' || format === 'raw') {
      await writeMapped(output, target, async (array, signal) => {
        if (value !== null) await array.promises.fill(value as never, { signal, onProgress: progress.report })
      })
    } else {
      const one = full([], (value ?? 0) as never, { dtype: target.dtype }) as unknown as NDArray
      await writeOutput(one.broadcastTo(target.shape), target, output, 'arr_0', options, progress.report)
    }
  } finally {
    progress.stop()
  }
  if (format !== 'png') printCreated(out, format, target, options)
  return OK
}
