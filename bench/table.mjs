/** Formats rows as Markdown that reads well on a terminal, ratios first. */

const number = (value, digits = 1) => (value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits))
const times = (value) => (value === undefined ? '-' : `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} x`)
const spread = ({ median, low, high }, scale, digits) =>
  `${number(median * scale, digits)} (${number(low * scale, digits)}-${number(high * scale, digits)})`

export function sizeText(bytes) {
  return bytes >= 2 ** 30 ? `${+(bytes / 2 ** 30).toFixed(2)} GiB` : `${+(bytes / 2 ** 20).toFixed(2)} MiB`
}

/** A Markdown table with padded columns, numbers right-aligned. */
export function table(head, rows) {
  const widths = head.map((title, column) => Math.max(1, title.length, ...rows.map((row) => row[column].length)))
  const line = (cells) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

const ratio = (sides, name) => (sides[name] === undefined ? undefined : sides[name].median / sides.ours.median)
/** The share of the machine's limit that a side reached, in percent. */
const share = (sides, name) =>
  sides.limit === undefined || sides[name] === undefined ? undefined : (100 * sides.limit.median) / sides[name].median
const percent = (part) => (part === undefined ? '-' : `${part.toFixed(0)} %`)

/** The result of a row at 1 GiB against its target, as text; empty without a target. */
function verdict({ bytes, target: [faster, part], sides }) {
  if (bytes !== 2 ** 30) return ''
  const said = (what, reached, wanted) =>
    wanted === null || reached === undefined ? [] : [`${what}: ${reached >= wanted ? 'yes' : 'NO'}`]
  return [
    ...said(`${faster} x`, ratio(sides, 'numpy'), faster),
    ...said(`${100 * part} %`, share(sides, 'ours'), part === null ? null : 100 * part),
  ].join(', ')
}

const HEAD = [
  'operation',
  'size',
  'x NumPy',
  '% of limit',
  'NumPy: % of limit',
  'x JS loop',
  'x readFile',
  'ms (middle half)',
  'GB/s',
  'target',
]

export function wholeRow(row) {
  const { name, bytes, traffic, sides } = row
  return [
    name,
    sizeText(bytes),
    times(ratio(sides, 'numpy')),
    percent(share(sides, 'ours')),
    percent(share(sides, 'numpy')),
    times(ratio(sides, 'loop')),
    times(ratio(sides, 'readFile')),
    spread(sides.ours, 1e3, sides.ours.median < 0.01 ? 3 : 1),
    number(traffic / sides.ours.median / 1e9),
    verdict(row),
  ]
}

export const wholeTable = (rows) => table(HEAD, rows.map(wholeRow))

const SCALE = { ns: 1e9, us: 1e6, ms: 1e3 }

export function smallTable(rows) {
  return table(
    ['what', 'ours', 'others', 'ours / other', 'target'],
    rows.map(({ name, unit, ours, others, times: most, seconds, target }) => {
      const scale = SCALE[unit]
      const text = (of) => `${spread(of, scale, 2)} ${unit}`
      const entries = Object.entries(others)
      const ratios = ours === null ? [] : entries.map(([, other]) => ours.median / other.median)
      const asked = []
      if (seconds !== undefined)
        asked.push(`under ${number(seconds * scale, 1)} ${unit}: ${ours.median < seconds ? 'yes' : 'NO'}`)
      if (most != null) asked.push(`at most ${most} x: ${ratios[0] <= most ? 'yes' : 'NO'}`)
      if (target !== undefined && ratios.length > 0)
        asked.push(`${target} x faster: ${1 / ratios[0] >= target ? 'yes' : 'NO'}`)
      return [
        name,
        ours === null ? '-' : text(ours),
        entries.map(([who, other]) => `${who} ${text(other)}`).join(', ') || '-',
        ratios.map((value) => value.toFixed(2)).join(', ') || '-',
        asked.join('; '),
      ]
    }),
  )
}

export function growthTable(rows) {
  const smallest = rows[0]
  return table(
    ['sum float32', 'ms', 'times as much data', 'times as long'],
    rows.map(({ bytes, sides }) => [
      sizeText(bytes),
      spread(sides.ours, 1e3, 2),
      String(bytes / smallest.bytes),
      number(sides.ours.median / smallest.sides.ours.median, 1),
    ]),
  )
}

export function boundedTable({ bytes, how, rows }) {
  const lines = rows.map(({ name, peak, before, seconds, failed }) =>
    failed === undefined
      ? [name, `${number(seconds, 2)} s`, `${number(peak, 0)} MiB`, `${number(before, 0)} MiB`]
      : [name, `failed: ${failed}`, '-', '-'],
  )
  return `${sizeText(bytes)} under ${how}\n\n${table(['how', 'time', 'peak resident', 'of which Node at the start'], lines)}`
}

export function loopTable({ bytes, idle, busy, abort, reports, steady }) {
  const ms = (of) => `${number(of.median, 2)} (${number(of.low, 2)}-${number(of.high, 2)}) ms`
  return table(
    ['promises', sizeText(bytes), 'target'],
    [
      ['longest delay of the event loop, nothing going on', ms(idle), ''],
      [
        'longest delay of the event loop during promises.sum()',
        ms(busy),
        `under 5 ms: ${busy.median < 5 ? 'yes' : 'NO'}`,
      ],
      ['from abort() to the rejection, promises.std()', ms(abort), `under 50 ms: ${abort.median < 50 ? 'yes' : 'NO'}`],
      ['progress never goes back, and ends with 1', `${reports} reports`, steady ? 'yes' : 'NO'],
    ],
  )
}

export function guardTable(rows) {
  return table(
    ['guard against faults', 'on', 'off', 'on / off'],
    rows.map(({ name, on, off }) => {
      const [scale, unit] = on < 1e-6 ? [1e9, 'ns'] : [1e6, 'us']
      return [name, `${number(on * scale, 2)} ${unit}`, `${number(off * scale, 2)} ${unit}`, number(on / off, 2)]
    }),
  )
}

export function othersTable({ bytes, sides, missing }) {
  const [ours] = Object.values(sides)
  const rows = Object.entries(sides).map(([name, of]) => [name, times(of.median / ours.median), spread(of, 1e3, 1)])
  const text = table([`sum of float32, ${sizeText(bytes)}`, 'of our time', 'ms'], rows)
  return missing.length === 0 ? text : `${text}\n\n${missing.map((why) => `Did not take part: ${why}`).join('\n')}`
}
