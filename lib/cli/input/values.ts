/**
 * Parses values of the command line.
 * @module
 */
import { parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { dtypeFromDescr } from '../../files/npy/descr.js'
import { parseLiteral } from '../../files/npy/literal.js'
import { parseOrder } from '../../layout/strides.js'
import { inShell } from '../errors/in-shell.js'
import { UsageError } from '../exit.js'

/** Parses a shape: `3,4`, `(3, 4)`, `[3, 4]`, `5`; `()` has no axes. `open` permits `*` for one or any lengths. */
export function parseShapeText(text: string, open: 'none' | 'one' | 'any'): number[] {
  const wrong = (): UsageError =>
    new UsageError(
      `invalid --shape ${inspect(text)}: it must be whole numbers separated by commas, as in 3,4${open === 'none' ? '' : `; ${open === 'one' ? 'one may be -1 or *, for the rest of the file' : "'*' is any length"}`}`,
    )
  const body = /^\s*(?:\((.*)\)|\[(.*)\]|(.*))\s*$/s.exec(text)
  const inner = (body?.[1] ?? body?.[2] ?? body?.[3] ?? '').trim()
  const bracketed = body?.[3] === undefined
  if (inner === '') {
    if (bracketed) return []
    throw wrong()
  }
  const parts = inner.replace(/,$/, '').split(',')
  const shape = parts.map((part) => {
    const one = part.trim()
    if (open !== 'none' && (one === '*' || one === '-1')) return -1
    if (!/^\+?\d+$/.test(one) || !Number.isSafeInteger(Number(one))) throw wrong()
    return Number(one)
  })
  if (open === 'one' && shape.filter((length) => length === -1).length > 1) throw wrong()
  return shape
}

/** Parses a dtype: any name that `dtype()` takes, or records as JSON or as a Python literal. */
export function parseDTypeText(text: string): DType {
  const spec = text.trim()
  try {
    if (!/^[[{(]/.test(spec)) return parseDType(spec)
    try {
      return parseDType(JSON.parse(spec) as unknown)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return dtypeFromDescr(parseLiteral(spec, false))
    }
  } catch (error) {
    if (error instanceof MemmapError) {
      throw new UsageError(`--dtype: ${inShell(dtypeMessage(error.message, spec), error.code)}`, { cause: error })
    }
    throw error
  }
}

/** The message about a dtype, with the text of the user in place of the object that it stands for. */
function dtypeMessage(message: string, spec: string): string {
  const rule = message.replace(/^invalid header descr: /, '').replace(/^invalid dtype (?:\{.*\}|\[.*\]): /s, '')
  return rule.startsWith('invalid ') ? rule : `invalid dtype ${inspect(spec)}: ${rule}`
}

/** Parses a number. */
export function parseNumber(text: string, option: string): number {
  const number = numberIn(text)
  if (number !== null) return number
  throw new UsageError(`invalid ${option} ${inspect(text)}: it must be a number`)
}

/** Parses a number that is not negative and not NaN. */
export function parseTolerance(text: string, option: string): number {
  const number = numberIn(text)
  if (number !== null && number >= 0) return number
  throw new UsageError(
    `invalid ${option} ${inspect(text)}: it must be a number that is not negative, as in ${option} 1e-5`,
  )
}

/** Parses a whole number of at least `least`. */
export function parseCount(text: string, option: string, least = 0): number {
  const number = /^\s*\+?\d+\s*$/.test(text) ? Number(text) : -1
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new UsageError(`invalid ${option} ${inspect(text)}: it must be a whole number of at least ${least}`)
}

/** Parses a number as Python writes it, with `inf` and `nan`; null for other text. */
function numberIn(text: string): number | null {
  const trimmed = text.trim()
  const named = /^([+-]?)(?:inf(?:inity)?|(nan))$/i.exec(trimmed)
  if (named !== null) return named[2] === undefined ? (named[1] === '-' ? -Infinity : Infinity) : Number.NaN
  const number = Number(trimmed)
  return trimmed === '' || Number.isNaN(number) ? null : number
}

/** Parses a value to store in, or compare with, elements of a dtype. */
export function parseElement(text: string, { kind, name }: DType, option: string): unknown {
  switch (kind) {
    case 'b':
      if (/^(true|false)$/i.test(text.trim())) return /^true$/i.test(text.trim())
      return numeric(text, name, option)
    case 'i':
    case 'u':
    case 'f':
      return numeric(text, name, option)
    case 'c':
      return complexIn(text) ?? numeric(text, name, option)
    case 'm':
      return /^[+-]?\d+$/.test(text.trim()) ? BigInt(text.trim()) : text.trim()
    case 'M':
      return text.trim()
    case 'S':
    case 'U':
      return text
    case 'V':
      throw new UsageError(`invalid ${option} for ${name}: the elements must be numbers, dates or text`)
  }
}

/** Parses a number, whole ones exactly. */
function numeric(text: string, name: string, option: string): number | bigint {
  const trimmed = text.trim()
  const whole = /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed) : null
  if (whole !== null) return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole
  const number = numberIn(trimmed)
  if (number !== null) return number
  throw new UsageError(`invalid ${option} ${inspect(text)}: it must be a number, because the elements are ${name}`)
}

/** Parses `1+2j`, `2j` or `(1-2j)`, as Python writes it; null for other text. */
function complexIn(text: string): { re: number; im: number } | null {
  const number = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf|nan`
  const match = new RegExp(`^\\(?(?:([+-]?(?:${number}))(?=[+-]))?([+-]?(?:${number})?)[ji]\\)?$`, 'i').exec(
    text.replaceAll(/\s+/g, ''),
  )
  if (match === null) return null
  const [, re = '0', im = ''] = match
  const part = numberIn(/^[+-]?$/.test(im) ? `${im}1` : im)
  const real = numberIn(re)
  return part === null || real === null ? null : { re: real, im: part }
}

/** Checks the options that describe raw files once, before the first of several files. */
export function checkRawOptions({
  dtype,
  shape,
  offset,
  order,
}: {
  readonly dtype?: string
  readonly shape?: string
  readonly offset?: string
  readonly order?: string
}): void {
  if (dtype !== undefined) parseDTypeText(dtype)
  if (shape !== undefined) parseShapeText(shape, 'any')
  if (offset !== undefined) parseCount(offset, '--offset')
  parseOrderOption(order)
}

/** Parses the option `--order`; C by default. */
export function parseOrderOption(order: string | undefined): 'C' | 'F' {
  if (order !== undefined && !/^[CFcf]$/.test(order)) {
    throw new UsageError(`invalid --order ${inspect(order)}: it must be C or F`)
  }
  return parseOrder(order ?? 'C')
}
