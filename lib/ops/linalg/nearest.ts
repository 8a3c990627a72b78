/**
 * The rows of a matrix that are nearest to queries.
 * @module
 */
import { allocateEmpty } from '../../array/allocate.js'
import { isArray } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { ComputedValue, inMemory } from '../../array/computed.js'
import { asOwner, viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { innerDataOf } from '../../array/typed-views.js'
import { parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { checkOptions } from '../../errors/check-options.js'
import { entriesOf } from '../../errors/entries.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { normalizeIndex } from '../../layout/axis.js'
import { integerOf, shapeText } from '../../layout/shape.js'
import type { IntegerArray } from '../../layout/shape.js'
import { native, unwrapNative } from '../../native/native.js'
import type { NativeTask } from '../../native/native.js'
import { nativeCopy } from '../cast/parts.js'
import { arrayFrom } from '../from-values.js'
import { positionsIn } from '../indexing/selectors.js'
import type { IntegerList, Positions } from '../indexing/selectors.js'
import { METRICS } from './metrics.js'
import type { Metric } from './metrics.js'

/** The options of `nearest`. */
export interface NearestOptions {
  /** How many rows to find for each query; 10 by default. */
  k?: number
  /** What is near; `'cosine'` by default. */
  metric?: Metric
  /** Booleans, one for each row: only rows for which they are true are found. */
  mask?: ArrayBase | ComputedValue | readonly boolean[]
  /**
   * Rows that are never found: a position or a list of them, negative ones from the end; for several queries also a list for each
   * query.
   */
  exclude?: number | bigint | IntegerList | IntegerArray | ArrayBase
}

/** The names of {@link NearestOptions}. */
export const NEAREST_OPTIONS = ['k', 'metric', 'mask', 'exclude']

/** The rows that `nearest` finds. */
export interface Neighbours {
  indices: ArrayBase
  distances: ArrayBase
}

/** A checked `nearest`, with its results allocated. */
export interface NearestPlan extends Neighbours {
  readonly matrix: ArrayBase
  readonly mask: ArrayBase | null
  readonly metric: number
  readonly queries: Float64Array
  readonly excluded: Float64Array
  /** Lists of excluded rows: none, one for all queries, or one for each. */
  readonly lists: number
  readonly isSingle: boolean
}

/** `NDArray.nearest`. */
export function nearest(array: ArrayBase, query: unknown, options: NearestOptions = {}): Neighbours {
  checkOptions(options, NEAREST_OPTIONS, 'nearest')
  const plan = planNearest(array, query, options)
  return neighboursOf(
    plan,
    unwrapNative(() => runNearest(plan, plan.matrix, plan.mask)),
  )
}

/** Checks a `nearest` and allocates its results. */
export function planNearest(array: ArrayBase, given: unknown, options: NearestOptions): NearestPlan {
  const { k = 10, metric = 'cosine' } = options
  array.store.checkOpen()
  if (array.ndim !== 2) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shape ${shapeText(array.shape)}: nearest searches the rows of a 2-d array; reshape() it`,
    )
  }
  checkReal(array.dtype, 'array')
  const code = METRICS.indexOf(metric)
  if (code < 0) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid metric ${inspect(metric)}: it must be one of ${METRICS.map((name) => `'${name}'`).join(', ')}`,
    )
  }
  const isHamming = metric === 'hamming'
  if (isHamming && array.dtype.name !== 'uint8') {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${array.dtype.name}: 'hamming' compares the bits of uint8; pack them, or look at the bytes with view('uint8')`,
    )
  }
  const count = integerOf(k)
  if (count === null || count < 1) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid k ${inspect(k)}: it must be a whole number from 1 on`)
  }
  const [rows, columns] = array.shape as [number, number]
  const queries = queriesOf(given, columns, isHamming)
  const number = queries.shape.length === 1 ? 1 : (queries.shape[0] as number)
  const mask = options.mask === undefined ? null : maskOf(options.mask, rows)
  const { excluded, lists } = excludedOf(options.exclude, rows, queries.shape)
  const shape = [number, Math.min(count, rows)]
  return {
    matrix: array,
    mask,
    metric: code,
    queries: queries.values,
    excluded,
    lists,
    isSingle: queries.shape.length === 1,
    indices: allocateEmpty(shape, parseDType('int64')),
    distances: allocateEmpty(shape, distanceDType(array.dtype)),
  }
}

/** Runs a planned search; the arrays are the plan's, or equal to them. */
export function runNearest(
  { indices, distances, metric, queries, excluded, lists }: NearestPlan,
  matrix: ArrayBase,
  mask: ArrayBase | null,
  task?: NativeTask,
): unknown {
  return native.nearest(
    operand(0, matrix),
    operand(1, mask ?? matrix),
    operand(2, indices),
    operand(3, distances),
    mask !== null,
    metric,
    queries,
    excluded,
    lists,
    task,
  )
}

/** The results of a search: of a single query without the places for which there was no row. */
export function neighboursOf({ indices, distances, isSingle }: NearestPlan, found: unknown): Neighbours {
  if (!isSingle) return { indices, distances }
  const first = (array: ArrayBase): ArrayBase =>
    asOwner(viewOf(array, { shape: [Number(found)], byteStrides: [array.itemsize], position: array.position }))
  return { indices: first(indices), distances: first(distances) }
}

/** float32 where the elements have no more precision, else float64. */
function distanceDType({ name }: DType): DType {
  return parseDType(['float32', 'float16', 'int8', 'uint8'].includes(name) ? 'float32' : 'float64')
}

function checkReal({ kind, name }: DType, what: string): void {
  if ('biuf'.includes(kind)) return
  const wayOut = kind === 'c' ? 'search its real or imaginary part' : 'convert it with astype()'
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid ${what} of ${name}: nearest is defined for real numbers; ${wayOut}`,
  )
}

/** The numbers of the queries, and their shape. */
function queriesOf(
  given: unknown,
  columns: number,
  isHamming: boolean,
): { shape: readonly number[]; values: Float64Array } {
  const queries = arrayFrom(given)
  const { shape, dtype } = queries
  // An empty list has no dtype of its own.
  checkReal(dtype, 'query')
  if (shape.length < 1 || shape.length > 2) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid query of shape ${shapeText(shape)}: it must be a row, or a list of rows`,
    )
  }
  if (shape.at(-1) !== columns) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid query of shape ${shapeText(shape)}: it must have as many numbers as the rows of the array, ${columns}`,
      { expected: columns, actual: shape.at(-1) },
    )
  }
  const values = innerDataOf(nativeCopy(queries, parseDType('float64'))) as Float64Array
  const wrong = isHamming ? values.find((value) => !(value >= 0 && value <= 255 && Number.isInteger(value))) : undefined
  if (wrong !== undefined) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid query with ${wrong}: 'hamming' compares bytes; give whole numbers from 0 to 255`,
    )
  }
  return { shape, values }
}

/** A bool for each row. */
function maskOf(given: ArrayBase | ComputedValue | readonly boolean[], rows: number): ArrayBase {
  const list: unknown = given instanceof ComputedValue ? inMemory(given.computed) : given
  const isBooleans = Array.isArray(list) && entriesOf<unknown>(list).every((flag) => typeof flag === 'boolean')
  const mask = isArray(list) ? list : isBooleans ? arrayFrom(list, parseDType('bool')) : null
  if (mask === null || mask.dtype.kind !== 'b') {
    const shown = mask === null ? inspect(list) : `of dtype ${mask.dtype.name}`
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid mask ${shown}: it must be booleans, one for each row; create an array of them with compare()`,
    )
  }
  mask.store.checkOpen()
  if (mask.ndim !== 1 || mask.size !== rows) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid mask of shape ${shapeText(mask.shape)}: it must have one boolean for each row, ${rows}`,
      { expected: rows, actual: mask.size },
    )
  }
  return mask
}

/** The rows that are excluded, in lists. */
function excludedOf(
  exclude: unknown,
  rows: number,
  queries: readonly number[],
): { excluded: Float64Array; lists: number } {
  if (exclude === undefined) return { excluded: new Float64Array(0), lists: 0 }
  const ofEach = listsOf(exclude, rows, queries)
  if (ofEach !== null) return ofEach
  const positions = positionsIn(exclude)
  if (positions === null) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid exclude ${inspect(exclude)}: it must be the position of a row, or a list of positions`,
    )
  }
  const { shape, values } = positions
  if (shape.length > 1 && (shape.length > 2 || queries.length !== 2 || shape[0] !== queries[0])) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid exclude of shape ${shapeText(shape)}: it must be one list for all queries, or a list for each`,
    )
  }
  return {
    excluded: values.map((position) => normalizeIndex(position, [rows], 0)),
    lists: shape.length === 2 ? (shape[0] as number) : 1,
  }
}

/** The rows that are excluded for each of several queries; null for anything but a list of as many lists. */
function listsOf(
  exclude: unknown,
  rows: number,
  queries: readonly number[],
): { excluded: Float64Array; lists: number } | null {
  if (!Array.isArray(exclude) || queries.length !== 2 || exclude.length !== queries[0]) return null
  const positions = exclude.map((list) => positionsIn(list))
  if (!positions.every((list) => list?.shape.length === 1)) return null
  const lists = positions as readonly Positions[]
  const longest = lists.reduce((most, { values }) => Math.max(most, values.length), 1)
  // Shorter lists are filled up with a position that no row has.
  const excluded = new Float64Array(lists.length * longest).fill(rows)
  lists.forEach(({ values }, list) =>
    values.forEach((position, index) => (excluded[list * longest + index] = normalizeIndex(position, [rows], 0))),
  )
  return { excluded, lists: lists.length }
}
