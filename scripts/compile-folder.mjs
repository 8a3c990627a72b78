/**
 * Compiles the modules of a folder as strict TypeScript, without output: the code of the documents and of the docstrings.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Returns what the compiler printed, and its status. */
export function compileFolder(folder, include) {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable', 'dom'],
    types: ['node'],
    skipLibCheck: true,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }, null, 2))
  const tsc = ['node_modules/typescript/bin/tsc', '-p', folder, '--pretty', 'false']
  return spawnSync(process.execPath, tsc, { encoding: 'utf8' })
}
