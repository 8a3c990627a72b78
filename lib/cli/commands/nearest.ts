import { inspect } from '../../errors/inspect.js'
import type { NDArray } from '../../ndarray.js'
import type { Metric } from '../../ops/linalg/metrics.js'
import { floatScalar } from '../../scalar/number-text.js'
import type { CliOptions } from '../cli-options.js'
import { OK, UsageError } from '../exit.js'
import { openInput, rawFor } from '../input/input.js'
import type { Input, RawOptions } from '../input/input.js'
import { locate } from '../input/locate.js'
import type { Located } from '../input/locate.js'
import { checkRawOptions, parseCount } from '../input/values.js'
import { printJson } from '../output/json.js'
import { progressOf } from '../output/progress.js'
import { printTable } from '../output/terminal.js'

/** What to search for. */
interface Wanted {
  readonly k: number
  readonly metric: Metric
  /** A row of the file, which is not found itself; null for a file of queries. */
  readonly row: number | null
}

/** `memmap nearest`: prints the rows of a file that are nearest to one of its rows, or to those of another file. */
export async function nearest(name: string, options: CliOptions): Promise<number> {
  const { row, query, k, metric } = options as Record<string, string | undefined>
  if ((row === undefined) === (query === undefined)) {
    throw new UsageError('invalid query: give a row of the file by --row, or a file of rows by --query')
  }
  const wanted: Wanted = {
    k: k === undefined ? 10 : parseCount(k, '--k', 1),
    metric: (metric ?? 'cosine') as Metric,
    row: row === undefined ? null : parseRow(row),
  }
  const raw = options as RawOptions
  checkRawOptions(raw)
  const file = await locate(name)
  try {
    const other = query === undefined ? null : await locate(query)
    try {
      await search(file, other, raw, wanted, options['json'] === true)
    } finally {
      other?.release()
    }
  } finally {
    file.release()
  }
  return OK
}

async function search(
  file: Located,
  other: Located | null,
  raw: RawOptions,
  wanted: Wanted,
  isJson: boolean,
): Promise<void> {
  const someRaw = file.format === 'raw' || other?.format === 'raw'
  const matrix = await openInput(file, rawFor(file, raw, someRaw), { command: 'nearest' })
  const progress = progressOf('nearest')
  let queries: Input | null = null
  try {
    if (other !== null) queries = await openInput(other, rawFor(other, raw, someRaw), { command: 'nearest' })
    const { metric, k } = wanted
    const { query, row } = queries === null ? rowOf(matrix, wanted.row as number) : { query: queries.array, row: null }
    const found = await matrix.array.promises.nearest(query, {
      metric,
      k,
      ...(row !== null && { exclude: row }),
      onProgress: progress.report,
    })
    progress.stop()
    const lists = listsOf(found.indices, found.distances)
    const isSingle = query.ndim === 1
    if (isJson) {
      const of = (key: 'rows' | 'distances'): unknown => (isSingle ? lists[0]?.[key] : lists.map((list) => list[key]))
      const from = row === null ? { query: (queries as Input).name } : { row }
      printJson({ file: matrix.name, ...from, metric, rows: of('rows'), distances: of('distances') })
    } else printLists(lists, isSingle, found.distances.dtype.name)
  } finally {
    progress.stop()
    matrix.close()
    queries?.close()
  }
}

/** The rows that were found for a query, and their distances. */
interface Found {
  readonly rows: readonly number[]
  readonly distances: readonly number[]
}

/** A row of the file, by its number from 0. */
function rowOf({ array, name }: Input, wanted: number): { query: NDArray; row: number } {
  const length = array.shape[0] ?? 0
  const row = wanted < 0 ? wanted + length : wanted
  if (row < 0 || row >= length) {
    throw new UsageError(`invalid --row ${wanted} for '${name}': it has ${length} rows; count them from 0`)
  }
  return { query: array.index(row) as NDArray, row }
}

/** The results by query, without the places for which there was no row. */
function listsOf(indices: NDArray, distances: NDArray): Found[] {
  const lists = (array: NDArray): (bigint | number)[][] =>
    (array.ndim === 1 ? [array.toArray()] : array.toArray()) as (bigint | number)[][]
  const far = lists(distances)
  return lists(indices).map((list, query) => {
    const rows = list.map(Number).filter((row) => row >= 0)
    return { rows, distances: (far[query] ?? []).slice(0, rows.length).map(Number) }
  })
}

function printLists(lists: readonly Found[], isSingle: boolean, dtype: string): void {
  const table = lists.flatMap(({ rows, distances }, query) =>
    rows.map((row, at) => {
      const distance = floatScalar(distances[at] as number, dtype === 'float32' ? 'float32' : 'float64')
      return [...(isSingle ? [] : [String(query)]), String(row), distance]
    }),
  )
  printTable([...(isSingle ? [] : ['query']), 'row', 'distance'], table)
}

function parseRow(text: string): number {
  const number = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw new UsageError(`invalid --row ${inspect(text)}: it must be a whole number`)
}
