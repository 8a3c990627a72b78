/**
 * What a user reads where the native code cannot be loaded: the innermost reason, and what to do.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runtimes } from '../runtimes.mjs'
import { Project, nameOf } from './project.mjs'

const USE = `
import('memmap').then(
  ({ array }) => console.log('loaded', array([1, 2]).sum()),
  ({ name, code, message }) => console.log(name, code, message),
)`

/**
 * A library that needs another one under a name, and a version of a symbol in it; null without a C compiler. The other one is
 * linked to and not there when it is loaded, or there without that version.
 */
function needing(folder, soname, version) {
  const files = {
    'other.c': 'int other(void) { return 1; }',
    'own.c': 'int other(void); int own(void) { return other(); }',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  writeFileSync(join(folder, 'other.map'), `${version} { other; };`)
  const cc = (...args) => spawnSync('cc', ['-shared', '-fPIC', '-o', ...args], { cwd: folder }).status === 0
  const isMade =
    cc('other.so', 'other.c', '-Wl,--version-script=other.map', `-Wl,-soname,${soname}`) &&
    cc('own.node', 'own.c', '-nostdlib', './other.so')
  return isMade ? join(folder, 'own.node') : null
}

export function failures({ main, own, folder, check }) {
  const project = new Project(join(folder, 'failures'), { 'use.mjs': USE }, { tarballs: [main, own] })
  const name = nameOf(own)
  const installed = project.bin(name)
  const binary = join(
    installed,
    readdirSync(installed).find((file) => file.endsWith('.node')),
  )
  const kept = join(folder, 'kept.node')
  cpSync(binary, kept)
  const says = (pattern, command = process.execPath, args = ['use.mjs'], options = {}) =>
    project.expect(command, args, { prints: pattern, ...options })
  const withBinary = (make, work) => {
    rmSync(binary)
    try {
      make()
      work()
    } finally {
      rmSync(binary, { recursive: true, force: true })
      cpSync(kept, binary)
    }
  }
  const missing = (text) => new RegExp(`^MemmapError ERR_MEMMAP_NATIVE_MISSING invalid ${text}`)

  check('the packages load', () => says(/^loaded 3/))
  check('not installed: the error names the package', () => {
    const aside = join(folder, 'aside')
    renameSync(installed, aside)
    try {
      says(missing(`installation of memmap: the package '${name}'.*npm install ${name}`))
    } finally {
      renameSync(aside, installed)
    }
  })
  check('damaged: the error says so, and names the file', () => {
    withBinary(() => writeFileSync(binary, 'junk'), () => says(missing(`native code '.*\\.node': the file is damaged \\(.*too short.*again`))) // prettier-ignore
    withBinary(() => writeFileSync(binary, 'j'.repeat(9000)), () => says(missing(`native code '.*\\.node': the file is damaged \\(.*ELF`))) // prettier-ignore
  })
  check('of another processor: the error says so', () => {
    withBinary(
      () => {
        cpSync(kept, binary)
        const file = spawnSync('sh', ['-c', `printf '\\267' | dd of='${binary}' bs=1 seek=18 conv=notrunc`])
        if (file.status !== 0) throw new Error(String(file.stderr))
      },
      () => says(missing(`native code '.*\\.node': it (?:was built for another processor|does not load)`)),
    )
  })
  check('a C library that is too old: the error names its version', () => {
    const made = needing(folder, 'libc.so.6', 'GLIBC_9.99')
    if (made === null) return
    const text = `native code '.*\\.node': the C library of this system is too old for it \\(.*GLIBC_9\\.99`
    withBinary(() => cpSync(made, binary), () => says(missing(text))) // prettier-ignore
  })
  check('for another C library: the error says so', () => {
    const made = needing(folder, 'libc.musl-x86_64.so.1', 'V1')
    if (made === null || !name.endsWith('gnu')) return
    const aside = join(folder, 'aside')
    renameSync(installed, aside)
    try {
      const other = `node_modules/${name.replace('gnu', 'musl')}`
      project.write({ [`${other}/package.json`]: JSON.stringify({ main: 'x.node' }) })
      cpSync(made, join(project.folder, other, 'x.node'))
      says(missing(`native code '.*musl.*x\\.node': it was built for another C library`))
      rmSync(join(project.folder, other), { recursive: true })
    } finally {
      renameSync(aside, installed)
    }
  })
  check('of another version: the error names both', () => {
    project.write({ 'fake.cjs': `module.exports = { version: () => '9.9.9' }` })
    says(missing(`native code '.*fake.cjs': its version is 9\\.9\\.9, and that of memmap`), undefined, undefined, {
      env: { MEMMAP_NATIVE_PATH: join(project.folder, 'fake.cjs') },
    })
  })
  check('MEMMAP_NATIVE_PATH: another file is loaded, or the error names the variable', () => {
    for (const path of [kept, relative(project.folder, kept)])
      says(/^loaded 3/, undefined, undefined, { env: { MEMMAP_NATIVE_PATH: path } })
    says(missing(`MEMMAP_NATIVE_PATH '/nowhere/x.node'`), undefined, undefined, {
      env: { MEMMAP_NATIVE_PATH: '/nowhere/x.node' },
    })
  })
  for (const { name: version, kind, path } of runtimes()) {
    if (kind === 'node' && !version.startsWith('Node 20')) {
      check(`${version} --permission: the error names the flag`, () => {
        says(missing(`native code.*--allow-addons`), path, ['--permission', '--allow-fs-read=*', 'use.mjs'])
        const flags = ['--permission', '--allow-addons', `--allow-fs-read=${project.folder}/*`]
        says(/^loaded 3/, path, [...flags, 'use.mjs'])
      })
    }
    if (kind === 'deno') {
      check(`${version}: the error names the permissions, and those that it names suffice`, () => {
        const deno = (...flags) => [path, ['run', '--no-prompt', '--node-modules-dir=manual', ...flags, 'use.mjs']]
        says(missing(`native code.*--allow-ffi`), ...deno('--allow-read'))
        says(/^loaded 3/, ...deno('--allow-ffi', '--allow-read', '--allow-env'))
        says(/^loaded 3/, ...deno('--allow-ffi'))
      })
      check(`${version}: its permissions limit save() and load(), and not memmap()`, () => {
        const script = `import { memmap, save } from 'memmap'
memmap('w.bin', { mode: 'w+', shape: 2 }).close()
try { save('w.npy', [1]) } catch (error) { console.log(error.message) }`
        project.write({ 'write.mjs': script })
        const args = ['run', '--no-prompt', '--node-modules-dir=manual', '--allow-ffi', '--allow-read', 'write.mjs']
        says(/^Requires write access/, path, args)
      })
    }
    if (kind === 'bun') check(`${version} loads the packages`, () => says(/^loaded 3/, path, ['use.mjs']))
  }
  check('a read-only folder, without HOME: everything but writing works', () => {
    const script = `
import { memmap, load, save } from 'memmap'
import { writeFileSync } from 'node:fs'
try { memmap('data.bin') } catch (error) { console.log(error.code, error.message) }
console.log(memmap('data.bin', { mode: 'r' }).sum())
try { save('x.npy', [1]) } catch (error) { console.log(error.code, error.message) }
`
    project.write({ 'readonly.mjs': script, 'data.bin': 'abc' })
    const inside = `mount --bind '${project.folder}' '${project.folder}' && mount -o remount,bind,ro '${project.folder}' && exec '${process.execPath}' readonly.mjs`
    const ran = project.run(
      'unshare',
      ['--mount', '--map-root-user', 'sh', '-c', `cd '${project.folder}' && ${inside}`],
      {
        env: { HOME: undefined },
      },
    )
    if (/Operation not permitted|unshare failed|must be superuser|permission denied/.test(ran.text)) return
    if (
      !/^EROFS .*mode: 'r'|^EROFS .*mode 'r'/m.test(ran.text) ||
      !/^294n$/m.test(ran.text) ||
      !/^EROFS/m.test(ran.text)
    )
      throw new Error(ran.text)
  })
  check('a file system that is mounted noexec: the error says so', () => {
    const mounted = join(folder, 'noexec')
    mkdirSync(mounted)
    const inside = [
      `mount -t tmpfs -o noexec,size=64m none '${mounted}'`,
      `cp -r '${project.folder}/.' '${mounted}'`,
      `cd '${mounted}'`,
      `exec '${process.execPath}' use.mjs`,
    ].join(' && ')
    const ran = project.run('unshare', ['--mount', '--map-root-user', 'sh', '-c', inside])
    if (/unshare failed|must be superuser|permission denied|unshare: /.test(ran.text)) return
    if (
      !missing(`native code '.*': the system does not let it run, as on a file system that is mounted noexec`).test(
        ran.text,
      )
    )
      // prettier-ignore
      throw new Error(ran.text)
  })
}
