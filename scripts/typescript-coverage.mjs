import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Summarizes the TypeScript coverage of tests that ran with `NODE_V8_COVERAGE`.
 * @param found the folder named by this variable
 * @param pages the folder for HTML; none if left out
 * @returns a line each for statements, branches, functions and lines
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
      '--exclude=lib/memory/accessors/generated.ts',
      '--exclude=lib/ops/map/generated.ts',
      '--exclude=lib/array/plain/generated.ts',
    ],
    { encoding: 'utf8' },
  )
  const lines = stdout?.match(/^\w+\s*: [\d.]+%.*$/gm) ?? []
  return status === 0 && lines.length > 0 ? lines : [`no coverage: ${stderr}`]
}
