// Several processes: Node creates a large map and passes on descriptors of its slices, a Dask cluster of Python processes works on
// them with numpy.memmap and stores its results, and Node reads these. Needs Python with numpy, dask and distributed.
//
//   node examples/dask.mjs [MEBIBYTES]
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { memmap } from 'memmap'

const PARTS = 8
const rows = 1024 * Number(process.argv[2] ?? 64)
const path = (name) => join(tmpdir(), `dask-${process.pid}-${name}.f32`)
const [source, target] = ['source', 'target'].map((name) =>
  memmap(path(name), { dtype: 'float32', shape: [rows, 256], mode: 'w+' }),
)
const ramp = Float32Array.from({ length: 256 }, (_, i) => i)
source.assign(ramp)

const parts = Array.from({ length: PARTS }, (_, index) => {
  const [from, to] = [(rows * index) / PARTS, (rows * (index + 1)) / PARTS]
  return { source: source.slice(from, to).describe(), target: target.slice(from, to).describe() }
})
const script = fileURLToPath(new URL('dask_worker.py', import.meta.url))
const { stdout, stderr, status } = spawnSync(process.env.MEMMAP_PYTHON ?? 'python3', [script], {
  input: JSON.stringify(parts),
  encoding: 'utf8',
})
if (status !== 0) throw new Error(stderr)
const { rows: done, workers } = JSON.parse(stdout)
console.log(`${workers} processes normalised ${done} of ${rows} rows`)
console.log(`mean ${Math.abs(target.mean()).toFixed(3)}, standard deviation ${target.std().toFixed(3)}`)
for (const array of [source, target]) {
  array.close()
  rmSync(array.filename)
}
