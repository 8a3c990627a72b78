// Draws a digital elevation model: land and sea floor around Vancouver Island, mapped inside a .npz, shaded from the north-west,
// written as a PNG.
//
//   node examples/dem.mjs [OUT.png]
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { load } from 'memmap'

const several = load(new URL('topobathy.npz', import.meta.url), { mmapMode: 'r' })
const topo = several.get('topo').flip(0) // the file begins in the south
const [height, width] = topo.shape
console.log(`${height} x ${width} heights from ${topo.min()} m to ${topo.max()} m`)

// The slope to the neighbour above and to the left, for all at once: a copy minus a view, element by element.
const { data } = topo.copy()
const at = (row, column) => data[Math.max(0, row) * width + Math.max(0, column)]
const pixels = new Uint8Array(3 * width * height)
for (const [[row, column], metres] of topo.entries()) {
  const light = 1 + Math.max(-0.5, Math.min(0.5, (metres - at(row - 1, column - 1)) / 400))
  const depth = Math.min(1, Math.abs(metres) / 1500)
  const colour =
    metres < 0
      ? [60 - 40 * depth, 130 - 70 * depth, 200 - 80 * depth]
      : [90 + 130 * depth, 150 + 60 * depth, 80 + 110 * depth]
  pixels.set(
    colour.map((part) => Math.max(0, Math.min(255, part * light))),
    3 * (row * width + column),
  )
}

const [path = join(tmpdir(), 'dem.png')] = process.argv.slice(2)
writeFileSync(path, encode({ width, height, channels: 3, data: pixels }))
console.log(`drawn as ${path}`)
const land = topo.compare('>=', 0).countNonzero()
console.log(`${((100 * land) / topo.size).toFixed(1)} % of it is land`)
topo.close()
several.close()
