/**
 * Tests the packages as users of another platform get them: npm, run by a Node of that platform, installs the tarballs into an
 * empty folder with install scripts off and no network, and its npx runs the command. Prints `ok NAME` or `not ok NAME` for each.
 *
 *   node scripts/test-package-foreign.mjs PLATFORM TARBALL ...
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { nodesFor, npm, shared } from './foreign.mjs'

const [platform, ...tarballs] = process.argv.slice(2)
const folder = shared(`package-${process.pid}`)
for (const path of tarballs) copyFileSync(path, join(folder, basename(path)))

for (const [index, { name, command, env, see, around = [], toFile = false }] of nodesFor(platform).entries()) {
  const into = join(folder, String(index))
  mkdirSync(join(into, 'bin'), { recursive: true })
  writeFileSync(join(into, 'package.json'), '{"private":true}')
  writeFileSync(join(into, 'x.f8'), new Uint8Array(new Float64Array([1, 2, 3, 6]).buffer))
  // Found by `#!/usr/bin/env node`; Windows has the folder of its Node on its PATH.
  const words = command.map((word) => `'${word}'`).join(' ')
  if (!toFile) writeFileSync(join(into, 'bin/node'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 })
  const run = (script, ...args) => {
    const out = join(into, 'out.txt')
    // Node under Wine writes to files only.
    const line = `"$@" > ${out} 2> ${out}.errors < /dev/null; status=$?; cat ${out}; cat ${out}.errors >&2; exit $status`
    return spawnSync('sh', ['-c', line, 'sh', ...around, ...command, see(join(npm(), 'bin', script)), ...args], {
      cwd: into,
      encoding: 'utf8',
      env: { PATH: `${join(into, 'bin')}:/usr/bin:/bin:/usr/sbin:/sbin`, HOME: into, ...env, MEMMAP_AT: into },
    })
  }
  const flags = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--no-update-notifier']
  const paths = tarballs.map((path) => see(join(folder, basename(path))))
  check(`${name}: npm installs the tarballs`, run('npm-cli.js', 'install', '--omit=optional', ...flags, ...paths))
  const stats = ['--offline', '--no-install', 'memmap', 'stats', 'x.f8', '--dtype', 'float64', '--json']
  check(`${name}: npx memmap stats`, run('npx-cli.js', ...stats), ({ count, mean, max }) => {
    return count === 4 && mean === 3 && max === 6
  })
}
rmSync(folder, { recursive: true, force: true })

function check(name, { status, stdout, stderr }, holds = null) {
  const good = status === 0 && (holds === null || holds(JSON.parse(stdout)))
  console.log(good ? `ok ${name}` : `not ok ${name}: ${status}\n${stdout}${stderr}`)
  if (!good) process.exitCode = 1
}
