import { parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { sizeOf } from '../../layout/shape.js'
import { tupleRepr } from '../../text/python-repr.js'
import type { CliOptions } from '../cli-options.js'
import { breachOf } from '../compute/rules.js'
import type { Breach, Rules } from '../compute/rules.js'
import { CHECK_FAILED, OK, UsageError } from '../exit.js'
import { eachFile, membersOf, worstOf } from '../input/each-file.js'
import { defined, openInput } from '../input/input.js'
import type { Input, RawOptions } from '../input/input.js'
import type { Located } from '../input/locate.js'
import { checkRawOptions, parseCount, parseDTypeText, parseElement, parseShapeText } from '../input/values.js'
import { dtypeText, elementText, indexText } from '../output/element-text.js'
import { escaped } from '../output/escape.js'
import { errorAnnotation } from '../output/github.js'
import { printJson } from '../output/json.js'
import { progressOf } from '../output/progress.js'
import { print, styleOf } from '../output/terminal.js'

/** A broken rule. */
interface Failure {
  readonly rule: 'dtype' | 'shape' | Breach['rule']
  readonly message: string
  readonly index?: readonly number[]
  readonly value?: unknown
}

/** `memmap check`. */
export async function check(names: readonly string[], options: CliOptions): Promise<number> {
  checkRawOptions(options as RawOptions)
  return eachFile(names, async (file, { someRaw }) => {
    const members = membersOf(file)
    const works = (members ?? [undefined]).map(
      (member) => async (): Promise<number> => checkOne(file, member, someRaw, options),
    )
    return worstOf(works, members?.map((member) => `${file.path}:${member}`) ?? null)
  })
}

/** Checks a file, or a member of one. */
async function checkOne(
  file: Located,
  member: string | undefined,
  someRaw: boolean,
  options: CliOptions,
): Promise<number> {
  const { dtype, shape, offset, order, field } = options as RawOptions
  const wantedDType = dtype === undefined ? null : parseDTypeText(dtype)
  const wantedShape = shape === undefined ? null : parseShapeText(shape, 'any')
  const isRaw = file.format === 'raw'
  if (isRaw && wantedShape !== null) {
    const failure = checkSize(file, wantedDType ?? parseDType('uint8'), wantedShape, offset)
    if (failure !== null) return printResult(file.name, file.path, failure, null, options)
  }
  const raw = isRaw ? rawOf(options, wantedShape) : defined(someRaw ? { field } : { offset, order, field })
  const input = await openInput(file, raw, member === undefined ? { command: 'check' } : { command: 'check', member })
  const progress = progressOf('check')
  try {
    const failure = await checkArray(
      input,
      isRaw ? null : wantedDType,
      isRaw ? null : wantedShape,
      options,
      progress.report,
    )
    progress.stop()
    return printResult(input.name, input.path, failure, input, options)
  } finally {
    progress.stop()
    input.close()
  }
}

/** The wanted dtype and shape as the description of a raw file. */
function rawOf({ dtype, offset, order, field }: RawOptions, shape: readonly number[] | null): RawOptions {
  return defined({ dtype, offset, order, field, shape: shape === null ? undefined : `(${shape.join(',')})` })
}

/** Checks that a raw file has exactly the bytes of a shape. */
function checkSize(
  { size }: Located,
  dtype: DType,
  shape: readonly number[],
  offset: string | undefined,
): Failure | null {
  const start = offset === undefined ? 0 : parseCount(offset, '--offset')
  const bytes = size - start
  const known = shape.filter((length) => length !== -1)
  const unit = sizeOf(known, dtype.itemsize) * dtype.itemsize
  const open = shape.length - known.length
  if (open > 1 || unit === 0) return null
  if (open === 1 ? bytes >= 0 && bytes % unit === 0 : bytes === unit) return null
  const wanted = open === 1 ? `a multiple of ${unit}` : String(unit)
  return {
    rule: 'shape',
    message: `it has ${Math.max(0, bytes)} bytes of data, but shape ${shapeText(shape)} of ${dtype.name} has ${wanted}`,
  }
}

async function checkArray(
  { array }: Input,
  dtype: DType | null,
  shape: readonly number[] | null,
  options: CliOptions,
  onProgress: (fraction: number) => void,
): Promise<Failure | null> {
  if (dtype !== null && !array.dtype.equals(dtype)) {
    return {
      rule: 'dtype',
      message: `its dtype is ${dtypeText(array.dtype)}, not ${dtypeText(dtype)}`,
      value: array.dtype.toJSON(),
    }
  }
  if (
    shape !== null &&
    !(shape.length === array.ndim && shape.every((length, axis) => length === -1 || length === array.shape[axis]))
  ) {
    return {
      rule: 'shape',
      message: `its shape is ${tupleRepr(array.shape)}, not ${shapeText(shape)}`,
      value: array.shape,
    }
  }
  const { min, max } = options as Record<string, string | undefined>
  const rules: Rules = {
    finite: options['finite'] === true,
    min: min === undefined ? undefined : parseBound(min, array.dtype, '--min'),
    max: max === undefined ? undefined : parseBound(max, array.dtype, '--max'),
    allowNaN: options['allowNan'] === true,
  }
  const breach = await breachOf(array, rules, onProgress)
  if (breach === null) return null
  const { index, value, rule } = breach
  const text = { finite: 'is not finite', min: `is not at least ${min}`, max: `is not at most ${max}` }[rule]
  return {
    rule,
    message: `element ${indexText(index)} is ${elementText(value, array.dtype)}, which ${text}`,
    index,
    value,
  }
}

/** Parses a bound; every element would pass one that is not a number or not a time. */
function parseBound(text: string, dtype: DType, option: string): unknown {
  const bound = parseElement(text, dtype, option)
  const isNone = typeof bound === 'string' ? 'mM'.includes(dtype.kind) && /^nat$/i.test(bound) : isNaNIn(bound)
  if (!isNone) return bound
  throw new UsageError(
    `invalid ${option} ${inspect(text)}: no element is above or below it; give a number, or --finite to find elements that are none`,
  )
}

function isNaNIn(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isNaNIn)
  return typeof value === 'number' && Number.isNaN(value)
}

/** `(*, 3)`. */
function shapeText(shape: readonly number[]): string {
  return tupleRepr(shape.map((length) => (length === -1 ? '*' : length)) as number[])
}

function printResult(
  name: string,
  path: string,
  failure: Failure | null,
  input: Input | null,
  options: CliOptions,
): number {
  if (options['json'] === true) {
    const { array } = input ?? {}
    printJson({ file: name, ok: failure === null, dtype: array?.dtype.toJSON(), shape: array?.shape, wrong: failure })
  } else if (failure === null) {
    const { green } = styleOf(process.stdout)
    print(`${escaped(name)}: ${green('ok')}`)
  } else if (options['format'] === 'github') print(errorAnnotation(path, 'memmap check', `${name}: ${failure.message}`))
  else {
    const { red } = styleOf(process.stdout)
    print(`${escaped(name)}: ${red(escaped(failure.message))}`)
  }
  return failure === null ? OK : CHECK_FAILED
}
