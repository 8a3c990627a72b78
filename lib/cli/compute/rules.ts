/**
 * The rules of `check` for elements.
 * @module
 */
import { chunksOf } from '../../async/chunks.js'
import { inspect } from '../../errors/inspect.js'
import type { NDArray } from '../../ndarray.js'
import { UsageError } from '../exit.js'
import { blocksOf, lineOf, partsOf, unravel } from './line.js'

/** Rules for elements; one that is undefined does not apply. */
export interface Rules {
  /** Neither NaN nor infinite; for dates, not NaT. */
  readonly finite?: boolean
  /** At least this. */
  readonly min?: unknown
  /** At most this. */
  readonly max?: unknown
  /** Whether `min` and `max` skip NaN; otherwise NaN breaks them, because it compares false with everything. */
  readonly allowNaN?: boolean
}

/** The first element in C order that breaks a rule. */
export interface Breach {
  readonly index: readonly number[]
  readonly value: unknown
  readonly rule: 'finite' | 'min' | 'max'
}

/** Returns the first element in C order that breaks one of the rules, or null. */
export async function breachOf(
  array: NDArray,
  rules: Rules,
  report: (fraction: number) => void,
): Promise<Breach | null> {
  checkKind(array, rules)
  if (rules.finite !== true && rules.min === undefined && rules.max === undefined) return null
  const ordered = lineOf(array)?.order === 'C'
  let done = 0
  for await (const block of blocksOf(array)) {
    if (block.size > 0 && (await mayBreak(block, rules))) {
      const first = ordered ? firstIn(partsOf(block), rules) : firstIn(inOrder(array), rules)
      if (first !== null) {
        const index = unravel((ordered ? done : 0) + first.position, array.shape)
        return { index, value: array.get(...index), rule: first.rule }
      }
      // The search covered all elements, not only the block.
      if (!ordered) return null
    }
    done += block.size
    report(done / array.size)
  }
  return null
}

function checkKind({ dtype }: NDArray, { finite, min, max }: Rules): void {
  const { kind, name } = dtype
  if (finite === true && !'biufcMm'.includes(kind)) {
    throw new UsageError(`invalid --finite for ${name}: the elements must be numbers or dates${fieldHint(dtype.names)}`)
  }
  const bound = min !== undefined ? '--min' : max !== undefined ? '--max' : null
  if (bound === null || 'biufMm'.includes(kind)) return
  throw new UsageError(
    kind === 'c'
      ? `invalid ${bound} for ${name}: complex numbers have no order`
      : `invalid ${bound} for ${name}: the elements must be numbers or dates${fieldHint(dtype.names)}`,
  )
}

function fieldHint(names: readonly string[] | null): string {
  return names === null ? '' : `; name a field of the records, as in --field ${inspect(names[0])}`
}

function* inOrder(array: NDArray): Generator<NDArray> {
  for (const [chunk] of chunksOf([array])) yield chunk as NDArray
}

/** Whether a block may have an element that breaks a rule, from its minimum and maximum. */
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

/** The first position, counted over all chunks, and the rule that it breaks. */
function firstIn(chunks: Iterable<NDArray>, rules: Rules): { position: number; rule: Breach['rule'] } | null {
  let before = 0
  for (const chunk of chunks) {
    let first: { position: number; rule: Breach['rule'] } | null = null
    for (const [rule, mask] of masksOf(chunk, rules)) {
      if (!mask.any()) continue
      const position = before + mask.argmax()
      if (first === null || position < first.position) first = { position, rule }
    }
    if (first !== null) return first
    before += chunk.size
  }
  return null
}

/** For each rule, a mask of the elements that break it. */
function* masksOf(chunk: NDArray, { finite, min, max, allowNaN }: Rules): Generator<[Breach['rule'], NDArray]> {
  const { kind } = chunk.dtype
  const hasNaN = 'fcMm'.includes(kind)
  if (finite === true && hasNaN) {
    yield ['finite', chunk.compare('!=', chunk)]
    const parts = kind === 'c' ? [chunk.real, chunk.imag] : kind === 'f' ? [chunk] : []
    for (const part of parts as NDArray[]) {
      yield ['finite', part.compare('==', Infinity)]
      yield ['finite', part.compare('==', -Infinity)]
    }
  }
  const nan = hasNaN && allowNaN !== true ? chunk.compare('!=', chunk) : null
  for (const [rule, op, bound] of [
    ['min', '<', min],
    ['max', '>', max],
  ] as const) {
    if (bound === undefined) continue
    yield [rule, chunk.compare(op, bound as never)]
    if (nan !== null) yield [rule, nan]
  }
}
