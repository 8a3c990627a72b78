/** The results as a picture: the cost of a sum against the size of the file, and the speedup over NumPy of each operation. */
import { sizeText } from './table.mjs'

const WIDTH = 900
const COLOURS = { ours: '#d9480f', limit: '#868e96', numpy: '#1971c2', loop: '#2f9e44', readFile: '#9c36b5' }
const LABELS = {
  ours: 'memmap',
  limit: 'this machine at best',
  numpy: 'numpy.memmap',
  loop: 'loop over the typed array',
  readFile: 'fs.readFile and loop',
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const text = (x, y, what, more = '') => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escape(what)}</text>`

/** Time against size, both logarithmic. */
function growth(rows, top) {
  const [left, right, height] = [80, 680, 300]
  const seconds = rows.flatMap(({ sides }) => Object.values(sides).map(({ median }) => median))
  const [low, high] = [Math.floor(Math.log10(Math.min(...seconds))), Math.ceil(Math.log10(Math.max(...seconds)))]
  const sizes = rows.map(({ bytes }) => Math.log2(bytes))
  const [first, last] = [sizes[0], Math.max(sizes.at(-1), sizes[0] + 1)]
  const x = (bytes) => left + ((Math.log2(bytes) - first) / (last - first)) * (right - left)
  const y = (time) => top + height - ((Math.log10(time) - low) / (high - low)) * height
  const parts = [text(left, top - 18, 'Sum of a float32 file, warm: time against size', 'class="title"')]
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power)
    parts.push(`<line x1="${left}" y1="${at}" x2="${right}" y2="${at}" class="grid"/>`)
    const label = power >= 0 ? `${10 ** power} s` : power >= -3 ? `${10 ** (power + 3)} ms` : `${10 ** (power + 6)} us`
    parts.push(text(left - 8, at + 4, label, 'text-anchor="end"'))
  }
  for (const { bytes } of rows) parts.push(text(x(bytes), top + height + 18, sizeText(bytes), 'text-anchor="middle"'))
  Object.entries(LABELS).forEach(([side, label], index) => {
    const points = rows
      .filter(({ sides }) => sides[side] !== undefined)
      .map(({ bytes, sides }) => `${x(bytes).toFixed(1)},${y(sides[side].median).toFixed(1)}`)
    if (points.length === 0) return
    parts.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[side]}" stroke-width="2"/>`)
    for (const point of points) {
      const [cx, cy] = point.split(',')
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${COLOURS[side]}"/>`)
    }
    parts.push(text(right + 16, top + 12 + 20 * index, label, `fill="${COLOURS[side]}"`))
  })
  return { parts, bottom: top + height + 50 }
}

/** Bars of the speedup over NumPy, logarithmic. */
function bars(rows, top) {
  const [left, right, step] = [300, 800, 20]
  const ratios = rows.map(({ sides }) => sides.numpy.median / sides.ours.median)
  const most = Math.max(10, ...ratios)
  const x = (ratio) => left + (Math.log10(Math.max(1, ratio)) / Math.log10(most)) * (right - left)
  const parts = [
    text(
      80,
      top - 18,
      `Times faster than numpy.memmap, ${sizeText(rows[0].bytes)}, warm (logarithmic)`,
      'class="title"',
    ),
  ]
  rows.forEach(({ name }, index) => {
    const at = top + step * index
    parts.push(text(left - 8, at + 13, name, 'text-anchor="end"'))
    parts.push(
      `<rect x="${left}" y="${at + 2}" width="${Math.max(1, x(ratios[index]) - left).toFixed(1)}" height="${step - 6}" fill="${COLOURS.ours}"/>`,
    )
    parts.push(text(x(ratios[index]) + 6, at + 13, `${ratios[index].toFixed(1)} x`))
  })
  return { parts, bottom: top + step * rows.length + 20 }
}

/** An SVG document of both, where there are results. */
export function plot(rows) {
  const growing = rows.filter(({ name }) => name === 'sum float32')
  const size = Math.max(
    ...rows
      .filter(({ sides }) => sides.numpy !== undefined && !Number.isNaN(sides.numpy.median))
      .map(({ bytes }) => (bytes <= 2 ** 30 ? bytes : 0)),
  )
  const largest = rows.filter(({ bytes, sides }) => bytes > size / 2 && bytes <= size && sides.numpy !== undefined)
  const parts = []
  let top = 40
  if (growing.length > 1) {
    const drawn = growth(growing, top)
    parts.push(...drawn.parts)
    top = drawn.bottom + 40
  }
  if (largest.length > 0) {
    const drawn = bars(largest, top)
    parts.push(...drawn.parts)
    top = drawn.bottom
  }
  const style =
    'text { font: 12px sans-serif; fill: #212529 } .title { font-weight: bold; font-size: 14px } .grid { stroke: #dee2e6 }'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}">\n<style>${style}</style>\n<rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n</svg>\n`
}
