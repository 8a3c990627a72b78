/**
 * A project of a user, in a folder of its own: packages from npm, and the packed ones of this repository.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--no-package-lock']

export class Project {
  /**
   * @param folder that does not exist yet
   * @param files texts by path
   * @param options.packages from npm, `name@version`
   * @param options.tarballs that are unpacked into `node_modules`
   */
  constructor(folder, files, { packages = [], tarballs = [] } = {}) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
    this.write({ 'package.json': '{"private":true}', ...files })
    if (packages.length > 0) this.expect('npm', ['install', ...QUIET, ...packages])
    for (const path of tarballs) this.unpack(path)
  }

  /** Unpacks a tarball, because npm would look for the packages of other platforms, or without optional ones leave out others'. */
  unpack(tarball, nodeModules = 'node_modules') {
    const into = join(this.folder, nodeModules, nameOf(tarball))
    mkdirSync(into, { recursive: true })
    this.expect('tar', ['-xzf', tarball, '-C', into, '--strip-components=1'])
  }

  write(files) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(this.folder, dirname(path)), { recursive: true })
      writeFileSync(join(this.folder, path), text)
    }
  }

  /** Runs a program: `{ status, text }`, with what it printed. */
  run(command, args, { env = {}, cwd = '.', timeout = 120_000 } = {}) {
    const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
      cwd: join(this.folder, cwd),
      encoding: 'utf8',
      timeout,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        NODE_V8_COVERAGE: '',
        CI: '1',
        NO_COLOR: '1',
        FORCE_COLOR: undefined,
        ...env,
      },
    })
    return { status: status ?? signal, text: `${stdout}${stderr}${error === undefined ? '' : error.message}` }
  }

  /** Runs a program that must succeed, and print what matches; returns what it printed. */
  expect(command, args, { prints = /(?:)/, status = 0, ...options } = {}) {
    const ran = this.run(command, args, options)
    if (ran.status !== status || !prints.test(ran.text))
      throw new Error(`${basename(command)} ${args.join(' ')} exits with ${ran.status}, for ${prints}\n${ran.text}`)
    return ran.text
  }

  /** Throws unless a file has what matches. */
  reads(path, pattern) {
    const text = readFileSync(join(this.folder, path), 'utf8')
    if (!pattern.test(text)) throw new Error(`${path} has no ${pattern}\n${text}`)
  }

  /** The path of a file of an installed package. */
  bin(path) {
    return join(this.folder, 'node_modules', path)
  }

  copyTo(folder, paths) {
    for (const path of paths) cpSync(join(this.folder, path), join(folder, path), { recursive: true })
  }
}

/** The name of the package in a tarball; that of `@memmap/binding-...` is `memmap-binding-...`. */
export function nameOf(tarball) {
  return basename(tarball)
    .replace(/-\d.*$/, '')
    .replace(/^memmap-binding/, '@memmap/binding')
}
