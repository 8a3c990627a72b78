// A growing log of measurements: rows are appended to a .npy file, which stays valid, so that a reader sees all rows so far.
//
//   node examples/log.mjs [ROWS]
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load, openMemmap } from 'memmap'

const path = join(tmpdir(), `memmap-log-${process.pid}.npy`)
const rows = Number(process.argv[2] ?? 100_000)
const dtype = [
  ['time', 'M8[ms]'],
  ['sensor', 'u2'],
  ['value', 'f4'],
]

let reader
const log = openMemmap(path, { mode: 'w+', dtype, shape: 0 })
const start = Date.UTC(2024, 0, 1)
for (let row = 0; row < rows; row++) {
  const value = Math.sin(row / 1000) + (row % 7) / 100
  log.append({ time: new Date(start + 10 * row), sensor: row % 3, value })
  if (row === 9) {
    // A reader, here or in another process, needs no lock, and keeps the rows that it saw until it asks for more.
    reader = openMemmap(path, { mode: 'r' })
    console.log(`a reader sees ${reader.shape[0]} rows, the last of ${reader.field('time').index(-1)}`)
  }
}
log.flush({ durable: true }) // against power cuts; other processes see the rows without it
log.close()
if (reader?.refresh()) console.log(`the reader sees ${reader.shape[0]} rows now`)
reader?.close()

const all = load(path, { mmapMode: 'r' })
const third = all.field('value').mask(all.field('sensor').compare('==', 2))
console.log(
  `${all.shape[0]} rows in ${all.nbytes} bytes; of sensor 2 there are ${third.size}, at most ${third.max().toFixed(3)}`,
)
all.close()
rmSync(path)
