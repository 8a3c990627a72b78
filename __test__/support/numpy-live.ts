import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A Python with NumPy: `MEMMAP_PYTHON`, or the virtual environment in the root of the repository; undefined without one. */
export function findPython(): string | undefined {
  const local = join(import.meta.dirname, '../../../../.venv/bin/python')
  return process.env['MEMMAP_PYTHON'] ?? (existsSync(local) ? local : undefined)
}

export const SKIPPED = 'skipped: no Python with NumPy'

/** Runs a script that reads JSON from stdin and writes JSON to stdout. */
export function askPython<Answer>(python: string, script: string, question: unknown): Answer {
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  if (status !== 0) throw new Error(`Python failed: ${stderr}`)
  return JSON.parse(stdout) as Answer
}

/**
 * The seed of random cases: fixed, so that runs are comparable. `MEMMAP_SEED` sets another, and `MEMMAP_SEED=random` a new one for
 * each run.
 */
export function seed(): number {
  const given = process.env['MEMMAP_SEED'] ?? '20260401'
  return given === 'random' ? Date.now() % 2 ** 31 : Number(given)
}

/** Random numbers from a seed, so that a failure can be repeated (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  return {
    next,
    below,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    chance: (p) => next() < p,
  }
}

export interface Random {
  /** At least 0, below 1. */
  next(): number
  /** An integer from 0 to n - 1. */
  below(n: number): number
  pick<T>(list: readonly T[]): T
  chance(p: number): boolean
}
