/** The results of `npm run bench -- --sizes` as tables, and as a picture. */
import { table } from '../table.mjs'

export const sizeText = (bytes) =>
  bytes >= 2 ** 30
    ? `${bytes / 2 ** 30} GiB`
    : bytes >= 2 ** 20
      ? `${bytes / 2 ** 20} MiB`
      : bytes >= 1024
        ? `${bytes / 1024} KiB`
        : `${bytes} B`

/** Times as fast as another side; undefined without it. */
const ratio = ({ sides }, other) => (sides[other] === undefined ? undefined : sides[other].median / sides.ours.median)

const short = (value) =>
  value === undefined ? '-' : value >= 9.95 ? value.toFixed(0) : value >= 0.995 ? value.toFixed(1) : value.toFixed(2)

const time = (seconds) =>
  seconds < 9.995e-7
    ? `${(seconds * 1e9).toFixed(0)} ns`
    : seconds < 9.995e-4
      ? `${(seconds * 1e6).toFixed(seconds < 1e-5 ? 2 : 0)} us`
      : `${(seconds * 1e3).toFixed(seconds < 1e-2 ? 2 : 0)} ms`

/** Rows by name, each with its results by size. */
function byName(rows) {
  const names = new Map()
  for (const row of rows) {
    if (!names.has(row.name)) names.set(row.name, new Map())
    names.get(row.name).set(row.bytes, row)
  }
  return names
}

const sizesOf = (rows) => [...new Set(rows.map(({ bytes }) => bytes))].toSorted((a, b) => a - b)

/** Returns true for a row that is slower than NumPy; below 64 KiB, for one that is slower by more than a fifth. */
const isSlow = (row) => ratio(row, 'numpy') < (row.bytes < 2 ** 16 ? 0.8 : 1)

/**
 * Why a row is slow: '†' where it would not be without the cost of its calls, '*' where it makes an array, '~' where the quarters of the
 * runs overlap, '‡' for another reason, which docs/performance.md gives by the name of the row.
 */
function reason({ place, cost, times, fresh, sides: { ours, numpy } }, costs) {
  const ofCalls = costs[place][cost].median * times
  if (ours.median - ofCalls <= numpy.median) return '†'
  if (fresh) return '*'
  return ours.low <= numpy.high ? '~' : '‡'
}

/** Times as fast as NumPy, times as fast as the loop, and the time of ours. */
export function sizesTable(rows, costs) {
  const sizes = sizesOf(rows)
  const cell = (row) =>
    row === undefined
      ? ''
      : `${short(ratio(row, 'numpy'))}${isSlow(row) ? reason(row, costs) : ''} · ${short(ratio(row, 'loop'))} · ${time(row.sides.ours.median)}`
  return table(
    ['x NumPy · x loop · time', ...sizes.map(sizeText)],
    [...byName(rows)].map(([name, ofSize]) => [name, ...sizes.map((bytes) => cell(ofSize.get(bytes)))]),
  )
}

export function callsTable(rows) {
  return table(
    ['call', 'time', 'x NumPy', 'x loop', 'target'],
    rows.map(({ name, target, sides }) => [
      name,
      time(sides.ours.median),
      short(ratio({ sides }, 'numpy')),
      short(ratio({ sides }, 'loop')),
      target === null ? '' : `under ${time(target)}: ${sides.ours.median < target ? 'yes' : 'NO'}`,
    ]),
  )
}

/** The time of storing to memory that is in the cache, that is not, and that is new, and of a copy. */
export function memoryTable(rows) {
  return table(
    ['storing', 'the same memory', 'memory used before', 'a new buffer', 'copy()'],
    rows.map(({ bytes, same, around, fresh, copied }) => [
      sizeText(bytes),
      ...[same, around, fresh, copied].map(({ median }) => time(median)),
    ]),
  )
}

/** The cost of a call itself, by place. */
export function costsTable(costs) {
  return table(
    ['a call of native code', 'whose result is a number', 'whose result is an array'],
    Object.entries(costs).map(([place, { call, result }]) => [
      place === 'file' ? 'in a file' : 'in memory',
      time(call.median),
      time(result.median),
    ]),
  )
}

/** The ratios to NumPy over all rows, and the rows that are slower. */
export function verdict(rows, costs) {
  const compared = rows.filter((row) => ratio(row, 'numpy') !== undefined)
  if (compared.length === 0) return 'Not compared with NumPy.'
  const mean = Math.exp(compared.reduce((sum, row) => sum + Math.log(ratio(row, 'numpy')), 0) / compared.length)
  const small = compared.filter(({ bytes }) => bytes < 2 ** 16)
  const slowSmall = small.filter(isSlow)
  const slow = compared.filter((row) => row.bytes >= 2 ** 16 && isSlow(row))
  const [ofCalls, ofMemory, ofRuns, others] = ['†', '*', '~', '‡'].map((mark) =>
    [...slowSmall, ...slow].filter((row) => reason(row, costs) === mark),
  )
  const list = (some) =>
    some
      .map((row) => `${row.name}, ${sizeText(row.bytes)} in ${row.place} (${short(ratio(row, 'numpy'))} x)`)
      .join('; ')
  const share = small.length === 0 ? 0 : (100 * slowSmall.length) / small.length
  return [
    `- geometric mean of ${compared.length} rows: ${mean.toFixed(2)} x NumPy (at least 2.0: ${mean >= 2 ? 'yes' : 'NO'})`,
    `- under 64 KiB, ${slowSmall.length} of ${small.length} rows are under 0.8 x (at most 5 %: ${share <= 5 ? 'yes' : 'NO'})`,
    `- from 64 KiB, ${slow.length} of ${compared.length - small.length} rows are under 1.0 x (none: ${slow.length === 0 ? 'yes' : 'NO'})`,
    `- of these, ${ofCalls.length} are no slower than NumPy without the cost of their calls (†): ${list(ofCalls)}`,
    `- ${ofMemory.length} make an array, whose memory is not in the cache (*): ${list(ofMemory)}`,
    `- ${ofRuns.length} are not slower in every run (~): ${list(ofRuns)}`,
    `- ${others.length} for other reasons (‡): ${list(others)}`,
  ].join('\n')
}

const CELL = { width: 84, height: 20 }
const LEFT = 230
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Blue where NumPy is faster, orange where memmap is, deep at four times. */
function colour(value) {
  const depth = Math.min(1, Math.abs(Math.log2(value)) / 2)
  const [red, green, blue] = value < 1 ? [25, 113, 194] : [217, 72, 15]
  const mixed = (part) => Math.round(255 + (part - 255) * depth * 0.75)
  return `rgb(${mixed(red)},${mixed(green)},${mixed(blue)})`
}

/** Times as fast as NumPy: an operation a row, a size a column, memory beside files. */
export function sizesPlot(rows) {
  const compared = rows.filter((row) => ratio(row, 'numpy') !== undefined)
  if (compared.length === 0) return null
  const parts = []
  let left = LEFT
  let bottom = 0
  const names = [...byName(compared).keys()]
  for (const place of ['memory', 'file']) {
    const here = compared.filter((row) => row.place === place)
    if (here.length === 0) continue
    const sizes = sizesOf(here)
    parts.push(`<text x="${left}" y="20" class="title">${place === 'file' ? 'In a file' : 'In memory'}</text>`)
    sizes.forEach((bytes, column) => {
      const x = left + (column + 0.5) * CELL.width
      parts.push(`<text x="${x}" y="42" text-anchor="middle">${sizeText(bytes)}</text>`)
    })
    const results = byName(here)
    names.forEach((name, index) => {
      const y = 50 + index * CELL.height
      bottom = y + CELL.height
      if (left === LEFT) parts.push(`<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">${escape(name)}</text>`)
      sizes.forEach((bytes, column) => {
        const row = results.get(name)?.get(bytes)
        if (row === undefined) return
        const value = ratio(row, 'numpy')
        const x = left + column * CELL.width
        parts.push(
          `<rect x="${x + 1}" y="${y + 1}" width="${CELL.width - 2}" height="${CELL.height - 2}" fill="${colour(value)}"/>`,
          `<text x="${x + CELL.width / 2}" y="${y + 14}" text-anchor="middle">${short(value)} x</text>`,
        )
      })
    })
    left += sizes.length * CELL.width + 16
  }
  const [width, height] = [left, bottom + 34]
  const style = 'text { font: 12px sans-serif; fill: #212529 } .title { font-weight: bold; font-size: 14px }'
  const legend = 'Times as fast as NumPy: orange is faster, blue is slower.'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">\n<style>${style}</style>\n<rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n<text x="${LEFT}" y="${height - 10}">${legend}</text>\n</svg>\n`
}
