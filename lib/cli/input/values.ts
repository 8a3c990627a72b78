/**
 * What is given on a command line, understood.
 * @module
 */
import { DType, parseDType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { dtypeFromDescr } from '../../files/npy/descr.js'
import { parseLiteral } from '../../files/npy/literal.js'
import { UsageError } from '../exit.js'

/** A shape as text: `3,4`, `(3, 4)`, `[3, 4]`, `5`; `()` has no axes. `*` stands for any length where that is allowed. */
export function parseShapeText(text: string, open: 'none' | 'one' | 'any'): number[] {
  const wrong = (): UsageError =>
    new UsageError(
      `a shape is whole numbers with commas between, as in --shape 3,4${open === 'none' ? '' : `, ${open === 'one' ? '-1 or * once for what the file has' : "'*' for any length"}`} (got ${inspect(text)})`,
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

/** A dtype as text: all that `dtype()` takes, with records as JSON or as Python writes them. */
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
    if (error instanceof MemmapError) throw new UsageError(`--dtype: ${error.message}`, { cause: error })
    throw error
  }
}

/** A number for an option. */
export function parseNumber(text: string, option: string): number {
  const number = numberIn(text)
  if (number !== null) return number
  throw new UsageError(`${option} is a number (got ${inspect(text)})`)
}

/** A number that is not negative and not NaN. */
export function parseTolerance(text: string, option: string): number {
  const number = numberIn(text)
  if (number !== null && number >= 0) return number
  throw new UsageError(`${option} is a number that is not negative, as in ${option} 1e-5 (got ${inspect(text)})`)
}

/** A whole number from `least` on. */
export function parseCount(text: string, option: string, least = 0): number {
  const number = /^\s*\+?\d+\s*$/.test(text) ? Number(text) : -1
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new UsageError(`${option} is a whole number from ${least} on (got ${inspect(text)})`)
}

/** A number as people and Python write it; null for other text. */
function numberIn(text: string): number | null {
  const trimmed = text.trim()
  const named = /^([+-]?)(?:inf(?:inity)?|(nan))$/i.exec(trimmed)
  if (named !== null) return named[2] === undefined ? (named[1] === '-' ? -Infinity : Infinity) : Number.NaN
  const number = Number(trimmed)
  return trimmed === '' || Number.isNaN(number) ? null : number
}

/** A value that is stored in, or compared with, elements of a dtype. */
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
      throw new UsageError(`${option} is a number, a date or text, and the elements are ${name}`)
  }
}

/** A number; whole ones exactly, however large. */
function numeric(text: string, name: string, option: string): number | bigint {
  const trimmed = text.trim()
  const whole = /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed) : null
  if (whole !== null) return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole
  const number = numberIn(trimmed)
  if (number !== null) return number
  throw new UsageError(`${option} is a number, for elements of ${name} (got ${inspect(text)})`)
}

/** `1+2j`, `2j` or `(1-2j)`, as Python writes it. */
function complexIn(text: string): { re: number; im: number } | null {
  const number = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf|nan`
  const found = new RegExp(`^\\(?(?:([+-]?(?:${number}))(?=[+-]))?([+-]?(?:${number})?)[ji]\\)?$`, 'i').exec(
    text.replaceAll(/\s+/g, ''),
  )
  if (found === null) return null
  const [, re = '0', im = ''] = found
  const part = numberIn(/^[+-]?$/.test(im) ? `${im}1` : im)
  const real = numberIn(re)
  return part === null || real === null ? null : { re: real, im: part }
}
