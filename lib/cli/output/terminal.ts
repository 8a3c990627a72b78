import { escaped } from './escape.js'
import { write } from './stdout.js'

/** Styles text for a terminal that supports it. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
}

/** The styles of an output: none in a file or pipe, with `NO_COLOR`, or on a dumb terminal. */
export function styleOf(stream: NodeJS.WriteStream): Style {
  const { NO_COLOR, TERM } = process.env
  const styled = stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb'
  const by = (on: number, off: number) => (text: string) => (styled ? `\u001B[${on}m${text}\u001B[${off}m` : text)
  return { bold: by(1, 22), dim: by(2, 22), red: by(31, 39), green: by(32, 39) }
}

/** The columns of the terminal; Infinity for a file or pipe, or where the terminal does not say. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY === true && stream.columns > 0 ? stream.columns : Infinity
}

/** Prints a line, or several. */
export function print(text: string): void {
  write(`${text}\n`)
}

/** Prints names and values, a pair on each line, in two columns. */
export function printPairs(pairs: readonly (readonly [name: string, value: string])[]): void {
  const { dim } = styleOf(process.stdout)
  for (const [name, value] of pairLines(pairs, columnsOf(process.stdout))) print(`${dim(name)}${value}`)
}

/** The lines of {@link printPairs}: a value too wide for the terminal goes on in the next lines. */
export function pairLines(
  pairs: readonly (readonly [name: string, value: string])[],
  columns: number,
): [name: string, value: string][] {
  const widest = Math.max(...pairs.map(([name]) => name.length)) + 2
  // Values below their names where too little would be left beside them.
  const stacked = columns - widest < 8
  const indent = stacked ? Math.min(2, columns - 1) : widest
  return pairs.flatMap(([name, value]): [string, string][] => {
    const lines = wrapped(escaped(value), columns - indent)
    if (!stacked) return lines.map((line, at) => [(at === 0 ? name : '').padEnd(indent), line])
    const below = lines.map((line): [string, string] => [' '.repeat(indent), line])
    return [...wrapped(name, columns).map((line): [string, string] => [line, '']), ...below]
  })
}

/** Breaks text into lines of at most `width` characters, behind a space or comma where there is one. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const at = Math.max(rest.lastIndexOf(' ', width), rest.lastIndexOf(',', width - 1) + 1)
    const end = at > width / 2 ? at : width
    lines.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  return [...lines, rest]
}

/** Prints a table with the names of its columns; aligns columns of numbers to the right. */
export function printTable(names: readonly string[], rows: readonly (readonly string[])[]): void {
  const { dim } = styleOf(process.stdout)
  const lines = tableLines(names, rows, columnsOf(process.stdout))
  if (lines !== null) return lines.forEach((line, at) => print(at === 0 ? dim(line) : line))
  // Too wide for the terminal: a block of pairs for each row.
  rows.forEach((row, at) => {
    if (at > 0) print('')
    printPairs(
      row.map((cell, column): [string, string] => [names[column] as string, cell]).filter(([, cell]) => cell !== ''),
    )
  })
}

/** The lines of a table; null if it is wider than the terminal. */
export function tableLines(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] | null {
  const safe = rows.map((row) => row.map(escaped))
  // The last cell of a row may hold a message, which takes the rest of the line.
  const cells = (column: number): string[] =>
    safe.filter((row) => column < row.length - 1 || row.length === names.length).map((row) => row[column] ?? '')
  const widths = names.map((name, column) => Math.max(name.length, ...cells(column).map((cell) => cell.length)))
  const numeric = names.map((_, column) => cells(column).every((cell) => /^[\d,.]*$/.test(cell)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] as number
        return numeric[column] ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  const lines = [names, ...safe].map(line)
  return Math.max(...lines.map((one) => one.length)) > columns ? null : lines
}

/** `1234567` as `1,234,567`. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** Bytes, exactly and in the largest unit. */
export function bytesText(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let size = bytes
  let unit = -1
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit++
  }
  if (unit < 0) return `${bytes} bytes`
  return `${grouped(bytes)} bytes (${size.toFixed(size < 10 ? 1 : 0)} ${units[unit]})`
}
