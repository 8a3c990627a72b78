/**
 * What `check` asks of every element.
 * @module
 */
import { chunksOf } from '../../async/chunks.js'
import { inspect } from '../../errors/inspect.js'
import { NDArray } from '../../ndarray.js'
import { UsageError } from '../exit.js'
import { blocksOf, lineOf, partsOf, unravel } from './line.js'

/** Rules for elements; what is left out is not asked. */
export interface Rules {
  /** Neither NaN nor infinite; for dates, no not-a-time. */
  readonly finite?: boolean
  /** At least this. */
  readonly min?: unknown
  /** At most this. */
  readonly max?: unknown
  /** Whether `min` and `max` leave NaN alone; otherwise NaN breaks them, as it is neither at least nor at most anything. */
  readonly allowNaN?: boolean
}

/** The first element in C order that breaks a rule. */
export interface Breach {
  readonly index: readonly number[]
  readonly value: unknown
  readonly rule: 'finite' | 'min' | 'max'
}

/** The first element that breaks one of the rules; null where there is none. */
export async function breachOf(array: NDArray, rules: Rules, tell: (fraction: number) => void): Promise<Breach | null> {
  checkKind(array, rules)
  if (rules.finite !== true && rules.min === undefined && rules.max === undefined) return null
  const ordered = lineOf(array)?.order === 'C'
  let done = 0
  for await (const block of blocksOf(array)) {
    if (block.size > 0 && (await mayBreak(block, rules))) {
      const found = ordered ? firstIn(partsOf(block), rules) : firstIn(inOrder(array), rules)
      if (found !== null) {
        const index = unravel((ordered ? done : 0) + found.place, array.shape)
        return { index, value: array.get(...index), rule: found.rule }
      }
      // Of all elements, none.
      if (!ordered) return null
    }
    done += block.size
    tell(done / array.size)
  }
  return null
}

function checkKind({ dtype }: NDArray, { finite, min, max }: Rules): void {
  const { kind, name } = dtype
  if (finite === true && !'biufcMm'.includes(kind)) {
    throw new UsageError(`--finite asks numbers and dates, and the elements are ${name}${fieldHint(dtype.names)}`)
  }
  const bound = min !== undefined ? '--min' : max !== undefined ? '--max' : null
  if (bound === null || 'biufMm'.includes(kind)) return
  throw new UsageError(
    kind === 'c'
      ? `${bound} asks for an order, which complex numbers have none of`
      : `${bound} asks numbers and dates, and the elements are ${name}${fieldHint(dtype.names)}`,
  )
}

function fieldHint(names: readonly string[] | null): string {
  return names === null ? '' : ` (a field of records is named by --field ${inspect(names[0])})`
}

function* inOrder(array: NDArray): Generator<NDArray> {
  for (const [piece] of chunksOf([array])) yield piece as NDArray
}

/** Whether a block is worth a closer look: the least and the greatest element tell of most that it is not. */
async function mayBreak(block: NDArray, { finite, min, max }: Rules): Promise<boolean> {
  const { kind } = block.dtype
  if (!'biuf'.includes(kind)) return true
  if (kind !== 'f' && min === undefined && max === undefined) return false
  const least = (await block.promises.min()) as number | bigint
  const greatest = (await block.promises.max()) as number | bigint
  if (finite === true && !(Number.isFinite(Number(least)) && Number.isFinite(Number(greatest)))) return true
  return !(
    (min === undefined || least >= (min as number | bigint)) &&
    (max === undefined || greatest <= (max as number | bigint))
  )
}

/** The first place, counted over all pieces, and the rule that it breaks. */
function firstIn(pieces: Iterable<NDArray>, rules: Rules): { place: number; rule: Breach['rule'] } | null {
  let before = 0
  for (const piece of pieces) {
    let found: { place: number; rule: Breach['rule'] } | null = null
    for (const [rule, mask] of masksOf(piece, rules)) {
      if (!mask.any()) continue
      const place = mask.argmax()
      if (found === null || before + place < found.place) found = { place: before + place, rule }
    }
    if (found !== null) return found
    before += piece.size
  }
  return null
}

/** Which elements break each rule. */
function* masksOf(piece: NDArray, { finite, min, max, allowNaN }: Rules): Generator<[Breach['rule'], NDArray]> {
  const { kind } = piece.dtype
  const hasNaN = 'fcMm'.includes(kind)
  if (finite === true && hasNaN) {
    yield ['finite', piece.compare('!=', piece)]
    const parts = kind === 'c' ? [piece.real, piece.imag] : kind === 'f' ? [piece] : []
    for (const part of parts as NDArray[]) {
      yield ['finite', part.compare('==', Infinity)]
      yield ['finite', part.compare('==', -Infinity)]
    }
  }
  const nan = hasNaN && allowNaN !== true ? piece.compare('!=', piece) : null
  for (const [rule, op, bound] of [
    ['min', '<', min],
    ['max', '>', max],
  ] as const) {
    if (bound === undefined) continue
    yield [rule, piece.compare(op, bound as never)]
    if (nan !== null) yield [rule, nan]
  }
}
