// Appends rows [writer, count, 0, ...] to a .npy file for some milliseconds, beside other writers and readers.
import { args, openMemmap, report } from './common.mjs'

const [path, writer, milliseconds] = args
let rows = 0
let refused = 0
let a = openMemmap(path)
const start = Date.now()
while (Date.now() - start < milliseconds) {
  const count = 1 + ((rows * 7919) % 5)
  try {
    a.append(Array.from({ length: count }, (_, i) => [writer, rows + i, 0, 1]))
    rows += count
  } catch (error) {
    if (error.code !== 'ERR_MEMMAP_UNSUPPORTED') throw error
    refused++
    if (refused % 2 === 0) a.refresh()
    else {
      a.close()
      a = openMemmap(path)
    }
  }
}
report({ rows, refused })
