// A .npy file from Python and back: NumPy writes it, Node maps it and changes it in place, NumPy reads it again.
//
//   node examples/python.mjs      needs a Python with NumPy: python3, or what MEMMAP_PYTHON names
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMemmap, save } from 'memmap'

const folder = mkdtempSync(join(tmpdir(), 'memmap-python-'))
const python = (script) =>
  execFileSync(process.env.MEMMAP_PYTHON ?? 'python3', ['-c', `import numpy as np\n${script}`], {
    cwd: folder,
    encoding: 'utf8',
  }).trim()

python(`np.save('grid.npy', np.arange(12, dtype='>f4').reshape(3, 4, order='F'))`)

const grid = openMemmap(join(folder, 'grid.npy'), { mode: 'r+' })
console.log(grid) // big-endian and in Fortran order, as NumPy left it
grid.assign(-1, [':', '1:3']) // NumPy: grid[:, 1:3] = -1
save(join(folder, 'means.npy'), grid.mean({ axis: 0 }))
grid.close()

console.log(`NumPy reads: ${python(`print(np.load('grid.npy').tolist(), np.load('means.npy').tolist())`)}`)
rmSync(folder, { recursive: true })
