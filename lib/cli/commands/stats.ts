import type { Complex, DType } from '../../dtype/index.js'
import { complexScalar, floatScalar } from '../../scalar/number-text.js'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import type { Histogram } from '../compute/histogram.js'
import { statisticsOf } from '../compute/statistics.js'
import type { Statistics } from '../compute/statistics.js'
import { OK } from '../exit.js'
import { openInput } from '../input/input.js'
import type { RawOptions } from '../input/input.js'
import { parseCount } from '../input/values.js'
import { elementText } from '../output/element-text.js'
import { escaped } from '../output/escape.js'
import { printJson } from '../output/json.js'
import { progressOf } from '../output/progress.js'
import { grouped, print, printPairs, styleOf } from '../output/terminal.js'

/** Characters of the longest bar of the histogram. */
const WIDTH = 40

/** Maximum intervals of the histogram. */
const MOST_BINS = 10_000

/** `memmap stats`. */
export async function stats(name: string, options: CliOptions): Promise<number> {
  const bins =
    options['bins'] === undefined ? 10 : Math.min(MOST_BINS, parseCount(options['bins'] as string, '--bins', 1))
  const input = await openInput(name, options as RawOptions)
  const progress = progressOf('stats')
  try {
    const { array } = input
    const { dtype, shape } = array
    const statistics = await statisticsOf(array, { bins, report: progress.report })
    progress.stop()
    if (options['json'] === true) printJson({ file: name, dtype: dtype.toJSON(), shape, ...plain(statistics, dtype) })
    else printStatistics(name, dtype, shape, statistics)
  } finally {
    progress.stop()
    input.close()
  }
  return OK
}

/** Converts dates to text, because their numbers mean nothing without the unit. */
function plain(statistics: Statistics, dtype: DType): Record<string, unknown> {
  if (dtype.kind !== 'M' && dtype.kind !== 'm') return { ...statistics }
  const text = (value: unknown): unknown => (value === null ? null : elementText(value, dtype))
  const { min, max, mean } = statistics
  return { ...statistics, min: text(min), max: text(max), mean: text(mean) }
}

function printStatistics(name: string, dtype: DType, shape: readonly number[], statistics: Statistics): void {
  const { count, min, max, mean, std, nan, inf, histogram } = statistics
  const element = (value: unknown): string => (value === null ? '-' : elementText(value, dtype))
  printPairs([
    ['file', name],
    ['dtype', dtype.name],
    ['shape', tupleRepr(shape)],
    ['count', grouped(count)],
    ['min', element(min)],
    ['max', element(max)],
    ['mean', meanText(mean, dtype)],
    ['std', std === null ? '-' : floatScalar(std, floatOf(dtype))],
    [dtype.kind === 'M' || dtype.kind === 'm' ? 'NaT' : 'NaN', grouped(nan)],
    ['infinite', grouped(inf)],
  ])
  if (histogram !== null && histogram.counts.length > 0) printHistogram(histogram, count)
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

function printHistogram({ edges, counts, of }: Histogram, count: number): void {
  const most = Math.max(1, ...counts)
  const texts = edges.map((edge) => edgeText(edge, edges))
  const width = Math.max(...texts.map((text) => text.length))
  const numbers = counts.map(grouped)
  const digits = Math.max(...numbers.map((text) => text.length))
  const { dim } = styleOf(process.stdout)
  print('')
  if (of < count) print(dim(`of ${grouped(of)} elements, spread evenly over the file:`))
  counts.forEach((number, bin) => {
    const range = `${(texts[bin] as string).padStart(width)} .. ${(texts[bin + 1] as string).padStart(width)}`
    print(escaped(`${range}  ${(numbers[bin] as string).padStart(digits)}  ${barOf(number / most)}`).trimEnd())
  })
}

/** An edge with as many digits as distinguish the edges. */
function edgeText(edge: number, edges: readonly number[]): string {
  const step = Math.abs(((edges.at(-1) as number) - (edges[0] as number)) / (edges.length - 1))
  const digits = step > 0 && Number.isFinite(step) ? Math.ceil(-Math.log10(step)) + 2 : 0
  const large = Math.max(Math.abs(edges[0] as number), Math.abs(edges.at(-1) as number))
  if (digits > 12 || large >= 1e15) return edge.toPrecision(6)
  return edge.toFixed(Math.max(0, digits))
}

/** A bar, to an eighth of a character. */
function barOf(part: number): string {
  const eighths = Math.round(part * WIDTH * 8)
  const rest = eighths % 8
  const bar = '█'.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : (' ▏▎▍▌▋▊▉'[rest] as string))
  return bar === '' && part > 0 ? '▏' : bar
}
