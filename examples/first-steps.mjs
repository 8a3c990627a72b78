// Maps a real file and a large one: `npm start`.
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SingleBar } from 'cli-progress'
import { encode } from 'fast-png'
import { memmap } from 'memmap'

const timed = (name, work) => {
  const start = performance.now()
  const result = work()
  console.log(`${name}: ${(performance.now() - start).toFixed(1)} ms`)
  return result
}

// 1. An MRI slice: 256 x 256, 16 bits, big-endian, no header.
const scan = memmap(new URL('s1045.ima', import.meta.url), { dtype: '>u2', shape: [256, 256], mode: 'r' })
console.log(scan)
console.log(
  `${scan.dtype} ${scan.shape.join(' x ')}: min ${scan.min()}, max ${scan.max()}, mean ${scan.mean().toFixed(1)}`,
)

const brightest = scan.max()
const pixels = scan.map((value) => Math.round((255 * value) / brightest), { dtype: 'uint8' })
const picture = join(tmpdir(), 's1045.png')
writeFileSync(picture, encode({ width: 256, height: 256, channels: 1, data: pixels.data }))
console.log(`drawn as ${picture}`)
scan.close()

// 2. A gigabyte of float32 in a new file, filled block by block.
const path = join(tmpdir(), 'first-steps.f32')
const [rows, columns] = [16384, 16384]
const grid = timed('created 1 GiB with w+', () =>
  memmap(path, { dtype: 'float32', shape: [rows, columns], mode: 'w+' }),
)
timed('filled', () => {
  const bar = new SingleBar({ format: '{bar} {percentage} %', hideCursor: true })
  bar.start(rows, 0)
  for (let row = 0; row < rows; row += 256) {
    const { data } = grid.slice(row, row + 256)
    for (let i = 0; i < data.length; i++) data[i] = row + i
    bar.update(row + 256)
  }
  bar.stop()
})
timed('flushed', () => grid.flush())
const sum = timed('summed', () => grid.sum())
grid.close()

// 3. The same file again: read-only, and copy-on-write.
const read = timed('opened in r', () => memmap(path, { dtype: 'float32', shape: [rows, columns], mode: 'r' }))
const copy = timed('opened in c', () => memmap(path, { dtype: 'float32', shape: [rows, columns], mode: 'c' }))
console.log(
  `the numbers agree: ${timed('summed again', () => read.sum()) === sum && copy.get(-1, -1) === read.get(-1, -1)}`,
)
copy.slice(0, 1).fill(-1)
console.log(`c changed: ${copy.get(0, 0)}, and the file did not: ${read.get(0, 0)}`)
read.close()
copy.close()
rmSync(path)
