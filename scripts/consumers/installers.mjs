/**
 * Package managers other than npm. pnpm gives a project only what it asks for: the native code is a dependency of the package alone.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Project, nameOf } from './project.mjs'

const PNPM = 'pnpm@10.26.0'

const USE = `const { memmap } = require('memmap')
const a = memmap('data.bin', { dtype: 'u1', mode: 'w+', shape: 3 }).fill(7)
console.log('sum', a.sum())
import('memmap').then(({ Memmap }) => console.log('same', a instanceof Memmap))
`

export function installers({ main, own, folder, check, sample }) {
  if (sample) return
  const tools = new Project(join(folder, 'tools'), {}, { packages: [PNPM, 'esbuild@0.28.2'] })
  const pnpm = tools.bin('pnpm/bin/pnpm.cjs')
  const install = (name, settings) => {
    // The platform package comes from its tarball, because nothing is published yet.
    const manifest = {
      private: true,
      dependencies: { memmap: `file:${main}` },
      pnpm: { overrides: { [nameOf(own)]: `file:${own}` } },
    }
    const project = new Project(join(folder, name), {
      'package.json': JSON.stringify(manifest),
      'use.cjs': USE,
      ...settings,
    })
    project.expect(
      process.execPath,
      [pnpm, 'install', '--ignore-scripts', '--no-frozen-lockfile', '--config.optional=true'],
      {
        env: { npm_config_store_dir: join(folder, 'store') },
      },
    )
    return project
  }
  check('pnpm: the package loads, by require and import', () => {
    const project = install('pnpm', {})
    project.expect(process.execPath, ['use.cjs'], { prints: /sum 21n[^]*same true/ })
    // A bundle does not see the dependencies of the package.
    writeFileSync(
      join(project.folder, 'app.mjs'),
      `import { array } from 'memmap'\nconsole.log('sum', array([1, 2]).sum())\n`,
    )
    const bundle = [
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--outfile=out/app.mjs',
      '--log-level=error',
      'app.mjs',
    ]
    project.expect(process.execPath, [tools.bin('esbuild/bin/esbuild'), ...bundle])
    project.expect(process.execPath, ['out/app.mjs'], { prints: /sum 3/ })
  })
  check('pnpm, hoisted: the package loads', () => {
    install('hoisted', { '.npmrc': 'node-linker=hoisted\n' }).expect(process.execPath, ['use.cjs'], {
      prints: /same true/,
    })
  })
  check('a deployed folder without package.json of its own, in a container', () => {
    const from = new Project(join(folder, 'app'), { 'use.cjs': USE }, { tarballs: [main, own] })
    const deployed = join(folder, 'deployed')
    mkdirSync(deployed)
    cpSync(join(from.folder, 'node_modules'), join(deployed, 'node_modules'), { recursive: true })
    cpSync(join(from.folder, 'use.cjs'), join(deployed, 'use.cjs'))
    from.expect(process.execPath, ['use.cjs'], { cwd: '../deployed', env: { HOME: undefined }, prints: /same true/ })
  })
}
