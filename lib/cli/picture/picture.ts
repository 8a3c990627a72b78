/**
 * Draws a slice as a picture with a scale: a pixel for each element, several in a small slice, one for several elements in a
 * large one.
 * @module
 */
import { encode } from 'fast-png'
import type { NDArray } from '../../ndarray.js'
import { floatScalar } from '../../scalar/number-text.js'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import { UsageError } from '../exit.js'
import { parseNumber } from '../input/values.js'
import { escaped } from '../output/escape.js'
import { STANDARD_OUTPUT } from '../output/format.js'
import type { Output } from '../output/format.js'
import { printJson } from '../output/json.js'
import { print } from '../output/terminal.js'
import { writeChunks } from '../output/write-file.js'
import { Canvas, textSize } from './canvas.js'
import { colourAt, MAPS } from './colours.js'
import type { ColourMap } from './colours.js'

/** Maximum pixels of the longer side: a larger slice shows every second element, or every third, ... */
const LARGEST = 2048
/** Pixels that a small slice is enlarged to. */
const ENOUGH = 512

const GAP = 8
const BAR = 16
/** Pixels of a dot of the scale's numbers. */
const DOT = 2

/** Draws a slice with two axes into a PNG file. */
export async function draw(slice: NDArray, output: Output, options: CliOptions): Promise<void> {
  const { shape, dtype } = slice
  if (slice.ndim !== 2 || slice.size === 0) {
    throw new UsageError(
      `invalid shape ${tupleRepr(shape)} for a picture: it must have two axes that are not empty; select a slice, as in memmap show --slice '0, ...' --image out.png`,
    )
  }
  if (!'biuf'.includes(dtype.kind))
    throw new UsageError(`invalid dtype ${dtype.name} for a picture: the elements must be real numbers`)
  const step = Math.ceil(Math.max(...shape) / LARGEST)
  const shown = slice.index(`::${step}`, `::${step}`)
  const [height, width] = shown.shape as [number, number]
  const values = shown.astype('float64', { order: 'C' }).data as Float64Array
  const [low, high] = options['range'] === undefined ? rangeOf(values) : parseRange(options['range'] as string)
  const map = MAPS[(options['colormap'] as string | undefined) ?? 'grey'] as ColourMap
  const canvas = drawn({ values, width, height, low, high, map })
  const bytes = encode({ width: canvas.width, height: canvas.height, channels: 3, depth: 8, data: canvas.data })
  const { path } = output
  await writeChunks(output, [bytes])
  if (path === STANDARD_OUTPUT) return
  const nan = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0)
  if (options['json'] === true) {
    printJson({ image: path, width: canvas.width, height: canvas.height, step, low, high, nan })
    return
  }
  const part = step === 1 ? '' : `, every ${step}${step === 2 ? 'nd' : step === 3 ? 'rd' : 'th'} element`
  const missing = nan === 0 ? '' : `, ${nan} NaN`
  print(`${escaped(path)}: ${canvas.width} x ${canvas.height} pixels, ${text(low)} to ${text(high)}${missing}${part}`)
}

/** The range of the finite elements. */
function rangeOf(values: Float64Array): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low > high ? [0, 1] : [low, high]
}

function parseRange(range: string): [low: number, high: number] {
  const parts = range.split(',').map((part) => parseNumber(part, 'end of --range'))
  const [low, high] = parts
  if (parts.length !== 2 || low === undefined || high === undefined || !(low < high) || !Number.isFinite(high - low)) {
    throw new UsageError(`invalid --range '${range}': it must be the lower and the upper end, as in --range 0,255`)
  }
  return [low, high]
}

interface Drawing {
  readonly values: Float64Array
  readonly width: number
  readonly height: number
  readonly low: number
  readonly high: number
  readonly map: ColourMap
}

/** Draws the slice, and to its right a scale with both ends, the middle, and NaN if there is any. */
function drawn({ values, width, height, low, high, map }: Drawing): Canvas {
  const scale = Math.max(1, Math.floor(ENOUGH / Math.max(width, height)))
  const [wide, tall] = [width * scale, height * scale]
  const middle = low / 2 + high / 2
  const labels = [high, middle, low].map(text)
  const hasNaN = values.some(Number.isNaN)
  const line = textSize('0', DOT).height
  const barHeight = Math.max(tall - (hasNaN ? BAR + GAP : 0), 3 * (line + GAP))
  const canvasHeight = Math.max(tall, barHeight + (hasNaN ? BAR + GAP : 0))
  const labelWidth = Math.max(...[...labels, ...(hasNaN ? ['NaN'] : [])].map((label) => textSize(label, DOT).width))
  const canvas = new Canvas(wide + GAP + BAR + GAP / 2 + labelWidth, canvasHeight)
  const span = high - low
  const relative = (value: number): number =>
    span === 0 ? (Number.isNaN(value) ? value : value > high ? 1 : value < low ? 0 : 0.5) : (value - low) / span
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const colour = colourAt(map, relative(values[row * width + column] as number))
      canvas.rectangle(column * scale, row * scale, scale, scale, colour)
    }
  }
  const left = wide + GAP
  for (let y = 0; y < barHeight; y++) canvas.rectangle(left, y, BAR, 1, colourAt(map, 1 - y / (barHeight - 1)))
  const column = left + BAR + GAP / 2
  const lines = [0, Math.round((barHeight - line) / 2), barHeight - line]
  labels.forEach((label, at) => canvas.text(column, lines[at] as number, label, DOT))
  if (hasNaN) {
    canvas.rectangle(left, barHeight + GAP, BAR, BAR, map.nan)
    canvas.text(column, barHeight + GAP + 1, 'NaN', DOT)
  }
  return canvas
}

/** A number in few characters. */
function text(value: number): string {
  return floatScalar(Number(value.toPrecision(4)), 'float64').replace(/\.0$/, '')
}
