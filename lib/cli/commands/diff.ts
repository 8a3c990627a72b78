import { pythonNumber } from '../../scalar/number-text.js'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import { differencesOf } from '../compute/differences.js'
import type { Differences, DifferingElement, Distance, Tolerance } from '../compute/differences.js'
import { CHECK_FAILED, OK } from '../exit.js'
import { formatOf, openInput, splitMember } from '../input/input.js'
import type { Input, RawOptions } from '../input/input.js'
import { parseTolerance } from '../input/values.js'
import { dtypeText, elementText, indexText } from '../output/element-text.js'
import { escaped } from '../output/escape.js'
import { errorAnnotation } from '../output/github.js'
import { printJson } from '../output/json.js'
import { progressOf } from '../output/progress.js'
import { grouped, print, printPairs, styleOf } from '../output/terminal.js'

/** `memmap diff`. */
export async function diff(nameOfA: string, nameOfB: string, options: CliOptions): Promise<number> {
  const { rtol, atol } = options as Record<string, string | undefined>
  const tolerance: Tolerance = {
    rtol: rtol === undefined ? 1e-7 : parseTolerance(rtol, '--rtol'),
    atol: atol === undefined ? 0 : parseTolerance(atol, '--atol'),
    equalNaN: options['equalNan'] !== false,
  }
  const [rawA, rawB] = rawOptions(nameOfA, nameOfB, options as RawOptions)
  const a = await openInput(nameOfA, rawA)
  const progress = progressOf('diff')
  let b: Input | null = null
  try {
    b = await openInput(nameOfB, rawB)
    const differences = await differencesOf(a.array, b.array, tolerance, progress.report)
    progress.stop()
    if ('unlike' in differences) return printUnlike(a, b, differences.unlike, options)
    return printDifferences(a, b, differences, tolerance, options)
  } finally {
    progress.stop()
    a.close()
    b?.close()
  }
}

/** Applies a description of raw files to the raw one of two files; if neither is raw, to both, which reject it. */
function rawOptions(a: string, b: string, options: RawOptions): [RawOptions, RawOptions] {
  const isRaw = [a, b].map((name) => formatOf(splitMember(name).path).format === 'raw')
  const { field } = options
  const none: RawOptions = field === undefined ? {} : { field }
  const mixed = isRaw[0] !== isRaw[1]
  return [mixed && isRaw[0] === false ? none : options, mixed && isRaw[1] === false ? none : options]
}

function printUnlike(a: Input, b: Input, what: 'shape' | 'dtype', options: CliOptions): number {
  const message =
    what === 'shape'
      ? `the shapes differ: ${tupleRepr(a.array.shape)} and ${tupleRepr(b.array.shape)}`
      : `the dtypes differ, and cannot be compared: ${dtypeText(a.array.dtype)} and ${dtypeText(b.array.dtype)}`
  if (options['json'] === true) {
    printJson({ ...sides(a, b), equal: false, unlike: what, message })
  } else printFailure(a, b, message, options)
  return CHECK_FAILED
}

function sides(a: Input, b: Input): Record<string, unknown> {
  const side = ({ name, array }: Input): unknown => ({ file: name, dtype: array.dtype.toJSON(), shape: array.shape })
  return { a: side(a), b: side(b) }
}

function printFailure(a: Input, b: Input, message: string, options: CliOptions): void {
  const { red } = styleOf(process.stdout)
  if (options['format'] === 'github') {
    print(errorAnnotation(a.path, 'memmap diff', `${a.name} and ${b.name}: ${message}`))
  } else print(`${escaped(a.name)} and ${escaped(b.name)}: ${red(escaped(message))}`)
}

function printDifferences(
  a: Input,
  b: Input,
  { count, differing, first, maxAbsolute, maxRelative }: Differences,
  { rtol, atol, equalNaN }: Tolerance,
  options: CliOptions,
): number {
  const code = differing === 0 ? OK : CHECK_FAILED
  if (options['json'] === true) {
    printJson({
      ...sides(a, b),
      equal: differing === 0,
      rtol,
      atol,
      equalNaN,
      count,
      differing,
      first,
      maxAbsolute,
      maxRelative,
    })
    return code
  }
  const element = ({ index, a: left, b: right }: DifferingElement): string =>
    `at ${indexText(index)}: ${elementText(left, a.array.dtype)} and ${elementText(right, b.array.dtype)}`
  const distance = (one: Distance): string => `${pythonNumber(one.value)} ${element(one)}`
  if (first !== null && options['format'] === 'github') {
    const largest = maxAbsolute === null ? '' : `; the largest difference is ${distance(maxAbsolute)}`
    printFailure(
      a,
      b,
      `${grouped(differing)} of ${grouped(count)} elements differ, the first ${element(first)}${largest}`,
      options,
    )
    return code
  }
  const { red, green } = styleOf(process.stdout)
  const rows: [string, string][] = []
  if (maxAbsolute !== null) rows.push(['largest difference', distance(maxAbsolute)])
  if (maxRelative !== null) rows.push(['largest relative difference', distance(maxRelative)])
  if (first === null) {
    const verdict = maxAbsolute === null ? 'equal' : 'within the tolerance'
    print(`${escaped(a.name)} and ${escaped(b.name)}: ${green(verdict)}, ${grouped(count)} elements`)
  } else {
    const part = ((100 * differing) / count).toPrecision(3)
    print(
      `${escaped(a.name)} and ${escaped(b.name)}: ${red(`${grouped(differing)} of ${grouped(count)} elements differ (${Number(part)} %)`)}`,
    )
    rows.unshift(['first difference', element(first)])
  }
  if (rows.length > 0) printPairs(rows)
  return code
}
