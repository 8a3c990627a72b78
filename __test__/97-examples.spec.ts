/** The examples do their jobs: each is run, small, and what it prints is looked at. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import test from 'ava'
import { NODE } from './support/node.js'

const python = process.env['MEMMAP_PYTHON'] ?? resolve('.venv/bin/python')
const hasDask = existsSync(python) && spawnSync(python, ['-c', 'import dask.distributed']).status === 0

/** What each is run with, and what it then prints. */
const EXAMPLES: Readonly<Record<string, { args?: string[]; prints: RegExp[]; run?: boolean }>> = {
  'histogram.mjs': { args: ['8'], prints: [/^the counts agree: true$/m, /^1 thread .* times as fast$/m] },
  'dask.mjs': {
    args: ['4'],
    prints: [/^2 processes normalised 4096 of 4096 rows$/m, /^mean 0\.000, standard deviation 1\.000$/m],
    run: hasDask,
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
