/** Each example runs on small data, and its output is checked. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test from 'ava'
import { decode } from 'fast-png'
import { load } from '../lib/index.js'
import { folder } from './support/files.js'
import { NODE } from './support/node.js'

const python = process.env['MEMMAP_PYTHON'] ?? resolve('.venv/bin/python')
const hasDask = existsSync(python) && spawnSync(python, ['-c', 'import dask.distributed']).status === 0

/** Arguments and expected output of each. */
const EXAMPLES: Readonly<Record<string, { args?: string[]; prints: RegExp[]; run?: boolean }>> = {
  'histogram.mjs': { args: ['8'], prints: [/^the counts agree: true$/m, /^1 thread .* times as fast$/m] },
  'dask.mjs': {
    args: ['4'],
    prints: [/^2 processes normalised 4096 of 4096 rows$/m, /^mean 0\.000, standard deviation 1\.000$/m],
    run: hasDask,
  },
  'nifti.mjs': {
    prints: [/^24 x 32 x 20 voxels of >i2, from byte 352 on$/m, /^values from 0 to 496\.5$/m, /@@@@/],
  },
  'dem.mjs': {
    args: [join(tmpdir(), `memmap-dem-${process.pid}.png`)],
    prints: [/^91 x 120 heights from -1437 m to 2205 m$/m, /^55\.7 % of it is land$/m],
  },
  'python.mjs': {
    prints: [/^NumPy reads: \[\[0\.0, -1\.0, -1\.0, 9\.0\],.* \[1\.0, -1\.0, -1\.0, 10\.0\]$/m],
    run: existsSync(python),
  },
  'log.mjs': {
    args: ['3000'],
    prints: [
      /^a reader sees 10 rows, the last of 2024-01-01T00:00:00\.090$/m,
      /^the reader sees 3000 rows now$/m,
      /^3000 rows in 42000 bytes; of sensor 2 there are 1000,/m,
    ],
  },
  'neighbours.mjs': {
    args: ['16'],
    prints: [/^16384 vectors, 16 MiB; V8's heap holds \d+ MiB$/m, /^found itself: true$/m],
  },
  'normalise.mjs': {
    args: ['8'],
    prints: [
      /^21 images, 8 MiB; V8's heap holds \d+ MiB$/m,
      /^restored, they differ by less than 0\.01: true$/m,
      /^each channel has mean 0: true$/m,
    ],
  },
  'threshold.mjs': {
    args: ['4'],
    prints: [/^256 regions of 193 to 697 pixels, in /m, /^32 of 437 pixels$/m, /^every bright pixel is in one: true$/m],
  },
  'merge.mjs': {
    args: ['4'],
    prints: [
      /^10 files are one array of shape 4090 x 256, float32$/m,
      /^the mean of all is 5; the first and the last row begin with \[0\. 9\.\]$/m,
      /^it differs in 0 elements$/m,
    ],
  },
  'search.mjs': {
    args: ['500'],
    prints: [
      /^500 texts as float32 vectors of 384, made in /m,
      /^found the text that was added: true$/m,
      /^and not after it was deleted: true$/m,
    ],
  },
}

for (const [name, { args = [], prints, run = true }] of Object.entries(EXAMPLES)) {
  ;(run ? test.serial : test.skip)(`examples/${name}`, (t) => {
    const { status, stdout, stderr } = spawnSync(NODE[0], [...NODE.slice(1), `examples/${name}`, ...args], {
      encoding: 'utf8',
      env: { ...process.env, MEMMAP_PYTHON: python },
    })
    t.is(status, 0, stderr)
    for (const pattern of prints) t.regex(stdout, pattern)
  })
}

test.serial('examples/dem.mjs draws the picture', (t) => {
  const path = join(folder(t), 'dem.png')
  t.is(spawnSync(NODE[0], [...NODE.slice(1), 'examples/dem.mjs', path]).status, 0)
  const { width, height, data } = decode(readFileSync(path))
  t.deepEqual([width, height, data.length], [120, 91, 3 * 120 * 91])
  rmSync(join(tmpdir(), `memmap-dem-${process.pid}.png`), { force: true })
})

test.serial('examples/server.mjs serves slices of a grid, and ends on SIGTERM', async (t) => {
  const server = spawn(NODE[0], [...NODE.slice(1), 'examples/server.mjs', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => server.kill('SIGKILL'))
  const [said] = (await once(server.stdout, 'data')) as [Buffer]
  const at = said.toString().trim()
  const part = await fetch(`${at}/topo?slice=0:2,-1`)
  t.deepEqual(await part.json(), { dtype: '<f4', shape: [2], data: [99, 97] })
  const npy = join(folder(t), 'part.npy')
  writeFileSync(npy, new Uint8Array(await (await fetch(`${at}/topo?slice=0:2,0:3&as=npy`)).arrayBuffer()))
  t.deepEqual((load(npy) as ReturnType<typeof load> & { toArray(): unknown }).toArray(), [
    [-1405, -1437, -1291],
    [-1246, -1031, -1041],
  ])
  const range = await fetch(`${at}/topo`, { headers: { range: 'bytes=4-7' } })
  t.is(range.status, 206)
  t.is(range.headers.get('content-range'), 'bytes 4-7/43680')
  t.is(Buffer.from(await range.arrayBuffer()).readFloatLE(), -1437)
  t.is((await fetch(`${at}/topo`, { headers: { range: 'bytes=43680-' } })).status, 416)
  t.is((await fetch(`${at}/topo?slice=x`)).status, 400)
  t.is((await fetch(`${at}/topo?slice=500`)).status, 400)
  t.is((await fetch(`${at}/other`)).status, 404)
  if (process.platform === 'win32') return
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  t.deepEqual(await ended, [0, null])
})
