import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Sums up how much of the TypeScript the tests reached that ran with `NODE_V8_COVERAGE`, and writes pages of it where asked.
 * @param found the folder that this variable named
 * @param pages where HTML goes; none if left out
 * @returns a line each of statements, branches, functions and lines
 */
export function typescriptCoverage(found, pages) {
  const { status, stdout, stderr } = spawnSync(
    join('node_modules', '.bin', 'c8'),
    [
      'report',
      `--temp-directory=${found}`,
      `--reports-dir=${pages ?? found}`,
      '--reporter=text-summary',
      ...(pages === undefined ? [] : ['--reporter=html']),
      '--exclude-after-remap',
      '--include=lib/**',
      '--exclude=lib/elements/made/**',
    ],
    { encoding: 'utf8' },
  )
  const lines = stdout?.match(/^\w+\s*: [\d.]+%.*$/gm) ?? []
  return status === 0 && lines.length > 0 ? lines : [`coverage is not known: ${stderr}`]
}
