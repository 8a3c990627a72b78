import type { Complex, DType } from '../../dtype/index.js'
import { complexScalar, floatScalar } from '../../scalar/number-text.js'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import { statisticsOf } from '../compute/statistics.js'
import type { Statistics } from '../compute/statistics.js'
import { OK } from '../exit.js'
import { eachArray } from '../input/each-file.js'
import type { RawOptions } from '../input/input.js'
import { checkRawOptions, parseCount } from '../input/values.js'
import { elementText } from '../output/element-text.js'
import { printHistogram } from '../output/histogram-text.js'
import { printJson } from '../output/json.js'
import { progressOf } from '../output/progress.js'
import { grouped, printPairs, printTable } from '../output/terminal.js'

/** Maximum intervals of the histogram. */
const MOST_BINS = 10_000

const COLUMNS = ['file', 'dtype', 'shape', 'min', 'max', 'mean', 'std', 'median', 'NaN', 'infinite']

/** `memmap stats`. */
export async function stats(names: readonly string[], options: CliOptions): Promise<number> {
  const bins =
    options['bins'] === undefined ? 10 : Math.min(MOST_BINS, parseCount(options['bins'] as string, '--bins', 1))
  const raw = options as RawOptions
  checkRawOptions(raw)
  const table: string[][] = []
  const code = await eachArray(names, raw, { command: 'stats' }, async ({ name, array }, several) => {
    const progress = progressOf('stats')
    try {
      const { dtype, shape } = array
      const statistics = await statisticsOf(array, { bins, report: progress.report })
      progress.stop()
      if (options['json'] === true) printJson({ file: name, dtype: dtype.toJSON(), shape, ...plain(statistics, dtype) })
      else if (several) table.push(rowOf(name, dtype, shape, statistics))
      else printStatistics(name, dtype, shape, statistics)
    } finally {
      progress.stop()
    }
    return OK
  })
  if (table.length > 0) printTable(COLUMNS, table)
  return code
}

/** Converts dates to text, because their numbers mean nothing without the unit. */
function plain(statistics: Statistics, dtype: DType): Record<string, unknown> {
  if (dtype.kind !== 'M' && dtype.kind !== 'm') return { ...statistics }
  const text = (value: unknown): unknown => (value === null ? null : elementText(value, dtype))
  const { min, max, mean } = statistics
  return { ...statistics, min: text(min), max: text(max), mean: text(mean) }
}

/** The text of each statistic. */
function textsOf({ min, max, mean, std, q1, median, q3, nan, inf }: Statistics, dtype: DType): Record<string, string> {
  const float = (value: number | null): string => (value === null ? '-' : floatScalar(value, floatOf(dtype)))
  const element = (value: unknown): string => (value === null ? '-' : elementText(value, dtype))
  return {
    min: element(min),
    max: element(max),
    mean: meanText(mean, dtype),
    std: float(std),
    q1: float(q1),
    median: float(median),
    q3: float(q3),
    [dtype.kind === 'M' || dtype.kind === 'm' ? 'NaT' : 'NaN']: grouped(nan),
    infinite: grouped(inf),
  }
}

function rowOf(name: string, dtype: DType, shape: readonly number[], statistics: Statistics): string[] {
  const { q1: _q1, q3: _q3, ...texts } = textsOf(statistics, dtype)
  return [name, dtype.name, tupleRepr(shape), ...Object.values(texts)]
}

function printStatistics(name: string, dtype: DType, shape: readonly number[], statistics: Statistics): void {
  const { count, histogram } = statistics
  printPairs([
    ['file', name],
    ['dtype', dtype.name],
    ['shape', tupleRepr(shape)],
    ['count', grouped(count)],
    ...Object.entries(textsOf(statistics, dtype)),
  ])
  if (histogram !== null && histogram.counts.length > 0) printHistogram(histogram)
}

/** The dtype of the mean and standard deviation. */
function floatOf({ name }: DType): 'float32' | 'float64' {
  return ['float16', 'float32', 'complex64'].includes(name) ? 'float32' : 'float64'
}

function meanText(mean: Statistics['mean'], dtype: DType): string {
  if (mean === null) return '-'
  if (typeof mean === 'bigint') return elementText(mean, dtype)
  if (typeof mean === 'number') return floatScalar(mean, floatOf(dtype))
  return complexScalar(mean as Complex, floatOf(dtype))
}
