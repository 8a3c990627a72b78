/**
 * Bundlers: with the package in the bundle by their defaults, and with it left out by the line that docs/bundlers.md gives. Each bundle
 * runs where the packages are installed; one with the package in it also alone, with the native code beside it.
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runtimes } from '../runtimes.mjs'
import { Project, nameOf } from './project.mjs'

const PACKAGES = [
  'esbuild@0.28.2',
  'webpack@5.113.0',
  'webpack-cli@7.3.1',
  'rollup@4.68.8',
  '@rollup/plugin-node-resolve@16.0.3',
  '@rollup/plugin-commonjs@29.0.3',
  'vite@8.4.0',
]
/** What continuous integration installs: the bundler that the repository has anyway. */
const SAMPLE = ['esbuild@0.28.2']

const FILES = {
  'app.mjs': `import { memmap, save, load } from 'memmap'
const a = memmap('data.bin', { dtype: 'f4', mode: 'w+', shape: [2, 3] })
a.assign([[1, 2, 3], [4, 5, 6]])
save('out.npy', a.slice(1))
console.log('sum', a.sum(), load('out.npy').shape.join())
a.close()
`,
  'app.cjs': `const { memmap } = require('memmap')
const a = memmap('data.bin', { dtype: 'f4', mode: 'w+', shape: [2, 3] })
a.assign([[1, 2, 3], [4, 5, 6]])
console.log('sum', a.sum(), '1,3')
a.close()
`,
  'rollup.config.mjs': `import resolve from '@rollup/plugin-node-resolve'
import commonjs from '@rollup/plugin-commonjs'
export default { input: 'app.mjs', output: { file: 'out/rollup.mjs' }, plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs()] }
`,
  'rollup.external.mjs': `import resolve from '@rollup/plugin-node-resolve'
export default { input: 'app.mjs', external: ['memmap'], output: { file: 'out/rollup-external.mjs' }, plugins: [resolve()] }
`,
  'vite.config.mjs': `export default {
  ssr: { noExternal: process.env.INSIDE ? true : undefined },
  build: { ssr: 'app.mjs', outDir: process.env.INSIDE ? 'out/vite' : 'out/vite-external', emptyOutDir: false, minify: false },
  logLevel: 'warn',
}
`,
  'webpack.config.cjs': `const external = process.env.INSIDE ? {} : { externals: { memmap: 'commonjs memmap' } }
module.exports = { mode: 'production', target: 'node', entry: process.env.ENTRY, ...external, output: { path: __dirname + '/out', filename: process.env.NAME } }
`,
}

const RESULT = /^sum 21 1,3$/m

export function bundlers({ main, own, folder, check, sample }) {
  const project = new Project(join(folder, 'bundlers'), FILES, {
    packages: sample ? SAMPLE : PACKAGES,
    tarballs: [main, own],
  })
  const installed = project.bin(nameOf(own))
  const binary = readdirSync(installed).find((file) => file.endsWith('.node'))

  /** Bundles by a command that must print no warning, and runs the bundle. */
  const bundle = (name, file, [command, ...args], { env = {}, inside = true, warns = false } = {}) => {
    check(name, () => {
      const text = project.expect(process.execPath, [project.bin(command), ...args], { env })
      if (!warns && /warning/i.test(text)) throw new Error(text)
      project.expect(process.execPath, [join('out', file)], { prints: RESULT })
      if (inside) runAlone(file)
    })
  }

  /** Runs a bundle in another folder, with no package and the native code beside it, then without that. */
  const runAlone = (file) => {
    const alone = join(folder, 'alone')
    rmSync(alone, { recursive: true, force: true })
    mkdirSync(alone, { recursive: true })
    cpSync(join(project.folder, 'out'), join(alone, 'out'), { recursive: true })
    cpSync(join(installed, binary), join(alone, 'out', dirname(file), binary))
    const run = () => project.run(process.execPath, [join(alone, 'out', file)], { cwd: '../alone' })
    const good = run()
    if (!RESULT.test(good.text)) throw new Error(`beside ${binary}: ${good.text}`)
    rmSync(join(alone, 'out', dirname(file), binary))
    const bad = run()
    // A bundler may write the path of the package's file into the bundle.
    if (!RESULT.test(bad.text) && !/ERR_MEMMAP_NATIVE_MISSING/.test(bad.text)) throw new Error(bad.text)
    if (/ERR_MEMMAP_NATIVE_MISSING/.test(bad.text) && !/mark memmap as external, or copy memmap\./.test(bad.text))
      throw new Error(bad.text)
  }

  const esbuild = ['esbuild/bin/esbuild', '--bundle', '--platform=node', '--log-level=warning']
  bundle('esbuild, ES module', 'esbuild.mjs', [...esbuild, 'app.mjs', '--format=esm', '--outfile=out/esbuild.mjs'])
  bundle('esbuild, CommonJS', 'esbuild.cjs', [...esbuild, 'app.cjs', '--format=cjs', '--outfile=out/esbuild.cjs'])
  bundle('esbuild, CommonJS of an ES module', 'esbuild2.cjs', [...esbuild, 'app.mjs', '--format=cjs', '--outfile=out/esbuild2.cjs'], { warns: true }) // prettier-ignore
  bundle('esbuild, external', 'external.mjs', [...esbuild, 'app.mjs', '--format=esm', '--external:memmap', '--outfile=out/external.mjs'], { inside: false }) // prettier-ignore
  bundle('esbuild, minified', 'small.mjs', [...esbuild, 'app.mjs', '--format=esm', '--minify', '--outfile=out/small.mjs']) // prettier-ignore
  const bun = runtimes().find(({ kind }) => kind === 'bun')
  if (bun !== undefined) {
    check(`${bun.name} build`, () => {
      project.expect(bun.path, ['build', '--target=node', 'app.mjs', '--outfile', 'out/bun.mjs'])
      project.expect(process.execPath, ['out/bun.mjs'], { prints: RESULT })
      project.expect(bun.path, ['out/bun.mjs'], { prints: RESULT })
      runAlone('bun.mjs')
    })
    check(`${bun.name} build, external`, () => {
      const out = 'out/bun-external.mjs'
      project.expect(bun.path, ['build', '--target=node', '--external', 'memmap', 'app.mjs', '--outfile', out])
      project.expect(bun.path, [out], { prints: RESULT })
    })
    check(`${bun.name} build --compile`, () => {
      project.expect(bun.path, ['build', '--compile', 'app.mjs', '--outfile', 'out/program'])
      const alone = join(folder, 'program')
      mkdirSync(alone, { recursive: true })
      cpSync(join(project.folder, 'out/program'), join(alone, 'program'))
      cpSync(join(installed, binary), join(alone, binary))
      project.expect(join(alone, 'program'), [], { cwd: '../program', prints: RESULT })
    })
  }
  if (sample) return
  bundle('rollup', 'rollup.mjs', ['rollup/dist/bin/rollup', '-c', 'rollup.config.mjs', '--silent'])
  bundle('rollup, external', 'rollup-external.mjs', ['rollup/dist/bin/rollup', '-c', 'rollup.external.mjs', '--silent'], { inside: false }) // prettier-ignore
  bundle('vite SSR, noExternal', 'vite/app.mjs', ['vite/bin/vite.js', 'build'], { env: { INSIDE: '1' } })
  bundle('vite SSR', 'vite-external/app.mjs', ['vite/bin/vite.js', 'build'], { inside: false })
  for (const [kind, entry] of [
    ['ES module', './app.mjs'],
    ['CommonJS', './app.cjs'],
  ]) {
    const webpack = ['webpack-cli/bin/cli.js', '-c', 'webpack.config.cjs']
    const name = `webpack-${kind.replaceAll(' ', '')}.cjs`
    bundle(`webpack, ${kind}`, name, webpack, { env: { INSIDE: '1', ENTRY: entry, NAME: name } })
    bundle(`webpack, ${kind}, external`, `x-${name}`, webpack, { inside: false, env: { ENTRY: entry, NAME: `x-${name}` } }) // prettier-ignore
  }
}
