// Labels what is brighter than a threshold in an image that may be larger than memory, and counts the sizes: the image is read block by
// block, and connected regions are joined over the borders of the blocks by union and find.
//
//   node examples/threshold.mjs [MEBIBYTES]      8192 is 8 GiB, created for this
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arange, expr, memmap } from 'memmap'

const WIDTH = 2048
const PITCH = 64 // between the centres of the spots
const path = join(tmpdir(), `memmap-threshold-${process.pid}`)
const height = PITCH * Math.max(1, Math.floor((Number(process.argv[2] ?? 16) * 2 ** 20) / (4 * WIDTH * PITCH)))

// Round spots on a grid, larger in each row of spots than in the one above.
const image = memmap(`${path}.f32`, { dtype: 'float32', shape: [height, WIDTH], mode: 'w+' })
const [y, x] = [arange(height).reshape([height, 1]), arange(WIDTH)]
const half = PITCH / 2
image.assign(expr`8 + ${y} // ${PITCH} % 8 - hypot(${y} % ${PITCH} - ${half}, ${x} % ${PITCH} - ${half})`)

const bright = expr`${image} > 0` // a bool for each pixel, computed block by block below
const labels = memmap(`${path}.i32`, { dtype: 'int32', shape: [height, WIDTH], mode: 'w+' })

// Label 0 is the background. `parents[label]` is a smaller label of the same region, or the label itself.
const parents = [0]
const find = (label) => {
  while (parents[label] !== label) label = parents[label] = parents[parents[label]]
  return label
}

const start = performance.now()
let above = new Int32Array(WIDTH) // the labels of the row above
let first = 0
for (const block of bright.blocks({ bytes: 2 ** 20 })) {
  const [rows] = block.shape
  const { data } = block
  const target = labels.slice(first, first + rows).data
  for (let row = 0; row < rows; row++) {
    const own = target.subarray(row * WIDTH, (row + 1) * WIDTH)
    for (let column = 0; column < WIDTH; column++) {
      if (data[row * WIDTH + column] === 0) continue
      const [left, up] = [column > 0 ? own[column - 1] : 0, above[column]]
      if (left === 0 && up === 0) own[column] = parents.push(parents.length) - 1
      else if (left === 0 || up === 0) own[column] = left + up
      else {
        const [one, other] = [find(left), find(up)]
        own[column] = Math.min(one, other)
        parents[Math.max(one, other)] = own[column]
      }
    }
    above = own
  }
  first += rows
}

// Labels in sequence, block by block.
const names = new Int32Array(parents.length)
let regions = 0
for (let label = 1; label < parents.length; label++)
  names[label] = find(label) === label ? ++regions : names[find(label)]
for (const block of labels.blocks({ bytes: 2 ** 20 })) block.apply((label) => names[label])

const sizes = labels
  .ravel()
  .bincount({ minlength: regions + 1 })
  .slice(1) // without the background
const seconds = (performance.now() - start) / 1000
const fraction = (100 * bright.countNonzero()) / image.size
console.log(`${height} x ${WIDTH} pixels, ${fraction.toFixed(1)} % of them bright`)
console.log(`${regions} regions of ${sizes.min()} to ${sizes.max()} pixels, in ${seconds.toFixed(2)} s`)
const { values, counts } = sizes.unique()
for (const [at, size] of values.toArray().entries()) console.log(`${counts.get(at)} of ${size} pixels`)
console.log(`every bright pixel is in one: ${Number(sizes.sum()) === bright.countNonzero()}`)
image.close()
labels.close()
rmSync(`${path}.f32`)
rmSync(`${path}.i32`)
