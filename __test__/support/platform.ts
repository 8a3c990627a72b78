/** What only some platforms can do: elsewhere the test is skipped, by its name. */
import { existsSync, lstatSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'

/** Looks at the process through `/proc`, or asks for what only Linux has. */
export const linux = process.platform === 'linux' ? test : test.skip

/**
 * Windows neither cuts, removes nor replaces a file that is mapped, and has no shell, no signals and no
 * control characters in names.
 */
export const posix = process.platform === 'win32' ? test.skip : test

/** Whether addresses have 64 bits. */
export const is64Bit = process.arch.endsWith('64')

/** Where addresses have 64 bits. */
export const wide = is64Bit ? test : test.skip

/** As `linux`, about terabytes of addresses, or limits of a process (qemu's 32-bit ones die of theirs before Node does). */
export const linux64 = is64Bit ? linux : test.skip

/** Windows makes links for those only who have the right, and Wine makes none. */
export const linking = canLink() ? test : test.skip

function canLink(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'memmap-link-'))
  try {
    symlinkSync('nowhere', join(at, 'link'))
    return lstatSync(join(at, 'link')).isSymbolicLink()
  } catch {
    return false
  } finally {
    rmSync(at, { recursive: true })
  }
}

/** TypeScript is a binary of its own for each platform; npm installs that of the machine it runs on. */
export const compiling = existsCompiler() ? test : test.skip

function existsCompiler(): boolean {
  const from = createRequire(createRequire(import.meta.url).resolve('typescript/package.json'))
  try {
    return existsSync(from.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`))
  } catch {
    return false
  }
}

/** Node 20 requires modules of the other kind from 20.19 on. */
export const requiring =
  (process.features as { readonly require_module?: boolean }).require_module === true ? test : test.skip
