import type { Histogram } from '../compute/histogram.js'
import { escaped } from './escape.js'
import { columnsOf, grouped, print } from './terminal.js'

/** Characters of the longest bar. */
const WIDTH = 40

/** Prints a histogram, a line for each interval. */
export function printHistogram(histogram: Histogram): void {
  const columns = columnsOf(process.stdout)
  print('')
  for (const line of histogramLines(histogram, columns)) print(escaped(line))
}

/**
 * The lines of a histogram: both edges, the count and a bar. Too narrow a terminal gets a shorter bar, then the lower edge only, then
 * no bar.
 */
export function histogramLines({ edges, counts }: Histogram, columns: number): string[] {
  const most = Math.max(1, ...counts)
  const texts = edges.map((edge) => edgeText(edge, edges))
  const width = Math.max(...texts.map((text) => text.length))
  const numbers = counts.map(grouped)
  const digits = Math.max(...numbers.map((text) => text.length))
  const forms = [2 * width + 4, width].map((range) => ({ range, bar: columns - range - digits - 4 }))
  const { range, bar } = forms.find((form) => form.bar >= LEAST_BAR) ?? { range: width, bar: 0 }
  return counts.map((number, bin) => {
    const [from = '', to = ''] = texts.slice(bin, bin + 2).map((text) => text.padStart(width))
    const interval = range > width ? `${from} .. ${to}` : from
    const line = `${interval}  ${(numbers[bin] as string).padStart(digits)}`
    return (
      bar < LEAST_BAR ? line.slice(0, columns) : `${line}  ${barOf(number / most, Math.min(WIDTH, bar))}`
    ).trimEnd()
  })
}

/** Characters of the longest bar on a narrow terminal, at least. */
const LEAST_BAR = 4

/** An edge with as many digits as distinguish the edges. */
function edgeText(edge: number, edges: readonly number[]): string {
  const step = Math.abs(((edges.at(-1) as number) - (edges[0] as number)) / (edges.length - 1))
  const digits = step > 0 && Number.isFinite(step) ? Math.ceil(-Math.log10(step)) + 2 : 0
  const large = Math.max(Math.abs(edges[0] as number), Math.abs(edges.at(-1) as number))
  if (digits > 12 || large >= 1e15) return edge.toPrecision(6)
  return edge.toFixed(Math.max(0, digits))
}

/** A bar, to an eighth of a character. */
function barOf(part: number, width: number): string {
  const eighths = Math.round(part * width * 8)
  const rest = eighths % 8
  const bar = '█'.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : (' ▏▎▍▌▋▊▉'[rest] as string))
  return bar === '' && part > 0 ? '▏' : bar
}
