// Merges ten .npy files into one, which may be larger than memory, and reads all ten as one array without merging them.
//
//   node examples/merge.mjs [MEBIBYTES]      8192 is 8 GiB in all, created for this
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arange, concat, expr, load, openMemmap, save } from 'memmap'

const [FILES, WIDTH] = [10, 256]
const folder = mkdtempSync(join(tmpdir(), 'memmap-merge-'))
const rows = Math.max(1, Math.floor((Number(process.argv[2] ?? 64) * 2 ** 20) / (4 * FILES * WIDTH)))

// A file for each day, the last one of another dtype and byte order.
const paths = Array.from({ length: FILES }, (_, day) => join(folder, `day-${day}.npy`))
for (const [day, path] of paths.entries()) {
  const dtype = day === FILES - 1 ? '>i2' : 'float32'
  const file = openMemmap(path, { mode: 'w+', dtype, shape: [rows, WIDTH] })
  file.assign(expr`${day} + ${arange(WIDTH)} % 2`)
  file.close()
}

const days = paths.map((path) => openMemmap(path, { mode: 'r' }))
const all = concat(days) // nothing is copied
console.log(`${FILES} files are one array of shape ${all.shape.join(' x ')}, ${all.dtype.name}`)
console.log(
  `the mean of all is ${all.mean({ dtype: 'float64' })}; the first and the last row begin with ${all.take([0, -1]).index(':', 0)}`,
)

const start = performance.now()
const merged = join(folder, 'all.npy')
save(merged, all) // streamed, and whole or not at all
const seconds = (performance.now() - start) / 1000
const one = load(merged, { mmapMode: 'r' })
console.log(`merged ${Math.round(one.nbytes / 2 ** 20)} MiB in ${seconds.toFixed(2)} s`)
console.log(`it differs in ${expr`${one} != ${all}`.countNonzero()} elements`)
for (const day of days) day.close()
one.close()
rmSync(folder, { recursive: true })
