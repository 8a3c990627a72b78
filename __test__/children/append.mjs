// Appends to a file, a row or many at a time, until the test kills it.
import { args, memmap, openMemmap } from './common.mjs'

const [path, kind, seed] = args
const a =
  kind === 'npy' ? openMemmap(path, { mode: 'r+' }) : memmap(path, { dtype: 'int32', mode: 'r+', shape: [-1, 3] })
let rows = a.shape[0]
console.log('ready')
for (let round = seed; ; round++) {
  const count = 1 + ((round * 7919) % 400)
  a.append(Array.from({ length: count }, (_, i) => [rows + i, -(rows + i), 7]))
  rows += count
  // Limits the size of the file.
  if (rows > 40_000) {
    a.resize([10, 3])
    rows = 10
  }
}
