/** Tests for some platforms only; skipped by name elsewhere. */
import { existsSync, lstatSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { isWhole } from './slow.js'

/** Tests that read `/proc` or need another feature of Linux. */
export const linux = process.platform === 'linux' ? test : test.skip

/**
 * Tests that Windows cannot run: it neither truncates, removes nor replaces a mapped file, and has no shell, no signals and no
 * control characters in names.
 */
export const posix = process.platform === 'win32' ? test.skip : test

/** Whether addresses have 64 bits. */
export const is64Bit = process.arch.endsWith('64')

/** Where addresses have 64 bits. */
export const wide = is64Bit ? test : test.skip

/** As `linux`, for terabytes of addresses or process limits, which qemu's 32-bit processes do not survive. */
export const linux64 = is64Bit ? linux : test.skip

/** Tests with symlinks, which Windows allows with a privilege only and Wine not at all. */
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

/** Tests of code that does not depend on the version of Node: the one that runs everything runs them. */
export const onOneVersion = isWhole ? test : test.skip

/** Tests that compile, because npm installs the TypeScript binary of its own platform only. */
export const compiling = isWhole && existsCompiler() ? test : test.skip

function existsCompiler(): boolean {
  const from = createRequire(createRequire(import.meta.url).resolve('typescript/package.json'))
  try {
    return existsSync(from.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`))
  } catch {
    return false
  }
}

/** Tests that require() an ES module, which Node 20 can from 20.19 on. */
export const requiring =
  (process.features as { readonly require_module?: boolean }).require_module === true ? test : test.skip
