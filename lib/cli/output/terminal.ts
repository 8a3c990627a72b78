import { escaped } from './escape.js'

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

/** Prints a line, or several. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints names and values, a pair on each line, in two columns. */
export function printPairs(pairs: readonly (readonly [name: string, value: string])[]): void {
  const width = Math.max(...pairs.map(([name]) => name.length))
  const { dim } = styleOf(process.stdout)
  for (const [name, value] of pairs) print(`${dim(name.padEnd(width))}  ${escaped(value)}`)
}

/** Prints a table with the names of its columns; aligns columns of numbers to the right. */
export function printTable(names: readonly string[], rows: readonly (readonly string[])[]): void {
  const { dim } = styleOf(process.stdout)
  const safe = rows.map((row) => row.map(escaped))
  const widths = names.map((name, column) => Math.max(name.length, ...safe.map((row) => (row[column] ?? '').length)))
  const numeric = names.map((_, column) => safe.every((row) => /^[\d,.]*$/.test(row[column] ?? '')))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] as number
        return numeric[column] ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  print(dim(line(names)))
  for (const row of safe) print(line(row))
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
