import { pythonNumber } from '../../scalar/number-text.js'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import { differencesOf } from '../compute/differences.js'
import type { Differences, DifferingElement, Distance, Tolerance } from '../compute/differences.js'
import { CHECK_FAILED, OK } from '../exit.js'
import { worstOf } from '../input/each-file.js'
import { openInput, rawFor } from '../input/input.js'
import type { Input, RawOptions } from '../input/input.js'
import { locate } from '../input/locate.js'
import type { Located } from '../input/locate.js'
import { checkRawOptions, parseTolerance } from '../input/values.js'
import { dtypeText, elementText, indexText } from '../output/element-text.js'
import { escaped } from '../output/escape.js'
import { errorAnnotation } from '../output/github.js'
import { printJson } from '../output/json.js'
import { progressOf } from '../output/progress.js'
import { grouped, print, printPairs, styleOf } from '../output/terminal.js'

/** What `diff` found in two arrays. */
interface Found {
  readonly code: number
  readonly json: Record<string, unknown>
  /** The first words of a line: the names, and what was found in the colour of success or failure. */
  readonly ok: boolean
  readonly verdict: string
  /** In the same line where that is all there is, as for members; else in lines of their own. */
  readonly details: readonly (readonly [name: string, value: string])[]
}

/** `memmap diff`. */
export async function diff(nameOfA: string, nameOfB: string, options: CliOptions): Promise<number> {
  const { rtol, atol } = options as Record<string, string | undefined>
  const tolerance: Tolerance = {
    rtol: rtol === undefined ? 1e-7 : parseTolerance(rtol, '--rtol'),
    atol: atol === undefined ? 0 : parseTolerance(atol, '--atol'),
    equalNaN: options['equalNan'] !== false,
  }
  const raw = options as RawOptions
  checkRawOptions(raw)
  const a = await locate(nameOfA)
  try {
    const b = await locate(nameOfB)
    try {
      const someRaw = a.format === 'raw' || b.format === 'raw'
      const raws: [RawOptions, RawOptions] = [rawFor(a, raw, someRaw), rawFor(b, raw, someRaw)]
      if (isArchive(a) && isArchive(b)) return await diffArchives(a, b, raws, tolerance, options)
      const found = await compare(a, b, undefined, raws, tolerance)
      printFound(found, `${a.name} and ${b.name}`, a.path, options)
      return found.code
    } finally {
      b.release()
    }
  } finally {
    a.release()
  }
}

function isArchive({ format, member }: Located): boolean {
  return format === 'npz' && member === null
}

/** Compares the members of two `.npz` files by name. */
async function diffArchives(
  a: Located,
  b: Located,
  raws: [RawOptions, RawOptions],
  tolerance: Tolerance,
  options: CliOptions,
): Promise<number> {
  const [inA, inB] = [new Set(a.archive().files), new Set(b.archive().files)]
  const names = [...inA, ...[...inB].filter((name) => !inA.has(name))]
  const isJson = options['json'] === true
  const members: Record<string, unknown>[] = []
  const works = names.map((name) => async (): Promise<number> => {
    const missing = inB.has(name) ? (inA.has(name) ? null : a) : b
    const found =
      missing === null
        ? await compare(a, b, name, raws, tolerance)
        : onlyOneSide(missing === a ? b.name : a.name, missing === a ? 'b' : 'a')
    if (isJson) members.push({ name, ...found.json })
    else printMember(found, name, a, options)
    return found.code
  })
  const code = await worstOf(
    works,
    names.map((name) => `${a.path}:${name}`),
  )
  if (isJson) printJson({ a: { file: a.name }, b: { file: b.name }, equal: code === OK, members })
  else if (names.length === 0) print(`${escaped(a.name)} and ${escaped(b.name)}: no arrays`)
  return code
}

function onlyOneSide(file: string, side: 'a' | 'b'): Found {
  const verdict = `only in ${file}`
  return { code: CHECK_FAILED, json: { equal: false, only: side, message: verdict }, ok: false, verdict, details: [] }
}

/** Compares two arrays. */
async function compare(
  fileA: Located,
  fileB: Located,
  member: string | undefined,
  [rawA, rawB]: [RawOptions, RawOptions],
  tolerance: Tolerance,
): Promise<Found> {
  const opening = member === undefined ? { command: 'diff' } : { command: 'diff', member }
  const a = await openInput(fileA, rawA, opening)
  const progress = progressOf('diff')
  let b: Input | null = null
  try {
    b = await openInput(fileB, rawB, opening)
    const differences = await differencesOf(a.array, b.array, tolerance, progress.report)
    return 'unlike' in differences ? unlike(a, b, differences.unlike) : described(a, b, differences, tolerance)
  } finally {
    progress.stop()
    a.close()
    b?.close()
  }
}

function unlike(a: Input, b: Input, what: 'shape' | 'dtype'): Found {
  const message =
    what === 'shape'
      ? `the shapes differ: ${tupleRepr(a.array.shape)} and ${tupleRepr(b.array.shape)}`
      : `the dtypes differ, and cannot be compared: ${dtypeText(a.array.dtype)} and ${dtypeText(b.array.dtype)}`
  const json = { ...sides(a, b), equal: false, unlike: what, message }
  return { code: CHECK_FAILED, json, ok: false, verdict: message, details: [] }
}

function sides(a: Input, b: Input): Record<string, unknown> {
  const side = ({ name, array }: Input): unknown => ({ file: name, dtype: array.dtype.toJSON(), shape: array.shape })
  return { a: side(a), b: side(b) }
}

function described(a: Input, b: Input, differences: Differences, { rtol, atol, equalNaN }: Tolerance): Found {
  const { count, differing, first, maxAbsolute, maxRelative } = differences
  const json = {
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
  }
  const element = ({ index, a: left, b: right }: DifferingElement): string =>
    `at ${indexText(index)}: ${elementText(left, a.array.dtype)} and ${elementText(right, b.array.dtype)}`
  const distance = (one: Distance): string => `${pythonNumber(one.value)} ${element(one)}`
  const details: [string, string][] = []
  if (first !== null) details.push(['first difference', element(first)])
  if (maxAbsolute !== null) details.push(['largest difference', distance(maxAbsolute)])
  if (maxRelative !== null) details.push(['largest relative difference', distance(maxRelative)])
  if (first === null) {
    const verdict = `${maxAbsolute === null ? 'equal' : 'within the tolerance'}`
    return { code: OK, json, ok: true, verdict: `${verdict}, ${grouped(count)} elements`, details }
  }
  const part = Number(((100 * differing) / count).toPrecision(3))
  const verdict = `${grouped(differing)} of ${grouped(count)} elements differ (${part} %)`
  return { code: CHECK_FAILED, json, ok: false, verdict, details }
}

/** Prints the result of two arrays. */
function printFound(found: Found, names: string, path: string, options: CliOptions): void {
  if (options['json'] === true) return printJson(found.json)
  if (!found.ok && options['format'] === 'github') return printAnnotation(found, names, path)
  printVerdict(found, names, '')
  if (found.details.length > 0) printPairs(found.details)
}

/** Prints the result of a member in one line. */
function printMember(found: Found, member: string, { name, path }: Located, options: CliOptions): void {
  if (!found.ok && options['format'] === 'github') return printAnnotation(found, `${name}:${member}`, path)
  const [first] = found.ok ? [] : found.details
  printVerdict(found, member, first === undefined ? '' : `, the first ${first[1]}`)
}

function printVerdict({ ok, verdict }: Found, names: string, more: string): void {
  const { red, green } = styleOf(process.stdout)
  // A count behind the verdict has no colour.
  const [coloured = '', ...rest] = ok ? verdict.split(', ') : [verdict]
  const tail = rest.length > 0 ? `, ${rest.join(', ')}` : ''
  print(`${escaped(names)}: ${(ok ? green : red)(escaped(coloured))}${escaped(`${tail}${more}`)}`)
}

function printAnnotation({ verdict, details }: Found, names: string, path: string): void {
  const [first, largest] = details
  const of = first === undefined ? verdict : `${verdict.replace(/ \([^)]*\)$/, '')}, the first ${first[1]}`
  const most = largest === undefined ? '' : `; the largest difference is ${largest[1]}`
  print(errorAnnotation(path, 'memmap diff', `${names}: ${of}${most}`))
}
