/**
 * Tests the packages as users get them: packed, installed from the tarballs into an empty folder with no compiler on the PATH and
 * no install scripts, and used on every Node by `import` and `require`. Prints `ok NAME` or `not ok NAME` for each test.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pack } from './pack.mjs'
import { otherNpm, runtimes } from './runtimes.mjs'

const folder = mkdtempSync(join(tmpdir(), 'memmap-package-'))
let failed = 0

function check(name, work) {
  try {
    work()
    console.log(`ok ${name}`)
  } catch (error) {
    failed++
    console.log(`not ok ${name}: ${error.message}`)
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message)
}

const { main, platforms } = pack()
const own = platforms.find((path) => basename(path).includes(`${process.platform}-${process.arch}`))
// No compiler and no Rust, only what npm needs.
const bare = { PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(':'), HOME: folder }

// At the same time, because it waits for npm and for other processes.
const runners = spawn(process.execPath, ['scripts/test-consumers.mjs', '--sample', main, own], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const runnersEnd = once(runners, 'close')
let runnersText = ''
runners.stdout.on('data', (piece) => (runnersText += piece))

function install(name, tarballs) {
  const into = join(folder, name)
  mkdirSync(into)
  writeFileSync(join(into, 'package.json'), '{"private":true}')
  execFileSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional', '--offline', ...tarballs],
    {
      cwd: into,
      env: { ...bare, npm_config_cache: join(folder, 'cache') },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  return into
}

const USE = `
  const { writeFileSync } = require('node:fs')
  writeFileSync('data.bin', Buffer.from([1, 2, 3, 4]))
  const use = ({ memmap }, how) => {
    const a = memmap('data.bin', { dtype: 'int16', mode: 'r' })
    if (a.get(1) !== 1027 || a.sum() !== 1540n) throw new Error('wrong elements by ' + how)
    a.close()
  }
  use(require('memmap'), 'require')
  import('memmap').then((module) => use(module, 'import'))
`

check('the tarball of the main package holds what users need, and nothing else', () => {
  const list = execFileSync('tar', ['-tzf', main]).toString().trim().split('\n')
  const bundled = ['commander', 'cli-progress', 'fast-png', 'fflate', 'iobuffer', 'string-width']
  const odd = list.filter(
    (path) =>
      !path.startsWith('package/node_modules/') &&
      !/^package\/(package\.json|README\.md|LICENSE|CHANGELOG\.md|index\.d\.c?ts|native\/binding\.d\.cts|dist\/.*\.(c?js|d\.cts))$/.test(
        path,
      ),
  )
  expect(odd.length === 0, `unexpected: ${odd.join(', ')}`)
  for (const needed of [
    'package.json',
    'README.md',
    'LICENSE',
    'index.d.ts',
    'index.d.cts',
    'dist/index.js',
    'dist/cli/main.js',
  ]) {
    expect(list.includes(`package/${needed}`), `missing: ${needed}`)
  }
  for (const name of bundled) {
    expect(
      list.some((path) => path.endsWith(`/node_modules/${name}/package.json`)),
      `missing: ${name}`,
    )
  }
})

check('the tarball of the platform package holds the binary', () => {
  const list = execFileSync('tar', ['-tzf', own]).toString().trim().split('\n').toSorted()
  expect(list.some((path) => path.endsWith('.node')) && list.length === 4, list.join(', '))
})

const both = install('both', [main, own])
for (const { name, kind, path } of runtimes()) {
  if (kind !== 'node') continue
  check(`${name} uses the installed packages by import and require`, () => {
    const { status, stderr } = spawnSync(path, ['-e', USE], { cwd: both, env: bare, encoding: 'utf8' })
    expect(status === 0, stderr)
  })
}

check('npx memmap works offline, from the tarballs alone', () => {
  writeFileSync(join(both, 'x.f64'), new Uint8Array(new Float64Array([1, 2, 3, 6]).buffer))
  const args = ['--no-install', 'memmap', 'stats', 'x.f64', '--dtype', 'float64', '--json']
  const env = { ...bare, npm_config_offline: 'true', npm_config_cache: join(folder, 'cache') }
  const { status, stdout, stderr } = spawnSync('npx', args, { cwd: both, env, encoding: 'utf8' })
  expect(status === 0, stderr)
  const { count, mean, max } = JSON.parse(stdout)
  expect(count === 4 && mean === 3 && max === 6, stdout)
})

for (const { name, kind, path } of runtimes()) {
  if (kind !== 'node') continue
  check(`${name} runs the installed command`, () => {
    const bin = join(both, 'node_modules/.bin/memmap')
    const run = (...args) => spawnSync(path, [bin, ...args], { cwd: both, env: bare, encoding: 'utf8' })
    const converted = run('convert', 'x.f64', 'x.npy', '--dtype', 'float64', '--shape', '2,2', '--force')
    expect(converted.status === 0, converted.stderr)
    const checked = run('check', 'x.npy', '--max', '5')
    expect(checked.status === 1 && checked.stdout.includes('[1, 1]'), checked.stdout + checked.stderr)
    const drawn = run('show', 'x.npy', '--image', 'x.png', '--force')
    expect(drawn.status === 0, drawn.stderr)
    expect(run('diff', 'x.npy', 'x.npy').status === 0, 'a file differs from itself')
  })
}

const npm12 = otherNpm()
const node24 = runtimes().find(({ name }) => name.startsWith('Node 24.'))
if (npm12 === null || node24 === undefined) console.log('skip npm 12: not on this machine')
else {
  check('npm 12 with its defaults, which run no scripts, installs the tarballs, and its npx runs the command', () => {
    const into = join(folder, 'npm12')
    mkdirSync(into)
    writeFileSync(join(into, 'package.json'), '{"private":true}')
    const env = { ...bare, PATH: `${dirname(node24.path)}:${bare.PATH}`, npm_config_cache: join(folder, 'cache12') }
    const npm = (...args) => spawnSync(node24.path, [npm12, ...args], { cwd: into, env, encoding: 'utf8' })
    const installed = npm('install', '--no-audit', '--no-fund', '--omit=optional', '--offline', main, own)
    expect(installed.status === 0, installed.stderr)
    writeFileSync(join(into, 'x.u1'), 'abc')
    const ran = npm('exec', '--offline', '--no', '--', 'memmap', 'stats', 'x.u1', '--dtype', 'uint8', '--json')
    expect(ran.status === 0 && JSON.parse(ran.stdout).count === 3, ran.stdout + ran.stderr)
  })
}

check('without the platform package the error names it', () => {
  const alone = install('alone', [main])
  const script = `import('memmap').then(() => process.exit(3), (error) => console.log(error.code, error.message))`
  const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: alone, env: bare, encoding: 'utf8' })
  const name = `@${basename(own).replace(/-\d.*/, '').replace('-', '/')}`
  expect(stdout.startsWith('ERR_MEMMAP_NATIVE_MISSING') && stdout.includes(name), stdout)
})

for (const [tool, args] of [
  ['publint', ['--strict', main]],
  ['attw', ['--profile', 'node16', main]],
]) {
  check(`${tool} finds nothing`, () => {
    const { status, stdout, stderr } = spawnSync('npx', ['--no-install', tool, ...args], { encoding: 'utf8' })
    expect(status === 0, stdout + stderr)
  })
}

const [status] = await runnersEnd
process.stdout.write(runnersText)
rmSync(folder, { recursive: true, force: true })
process.exitCode = failed > 0 || status !== 0 ? 1 : 0
