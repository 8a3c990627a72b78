/**
 * The format of an output, by the ending of its name.
 * @module
 */
import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { inspect } from '../../errors/inspect.js'
import type { CliOptions } from '../cli-options.js'
import { UsageError } from '../exit.js'

export const FORMATS = ['npy', 'npz', 'csv', 'txt', 'png', 'raw'] as const

export type OutputFormat = (typeof FORMATS)[number]

/** A file to write, or standard output. */
export interface Output {
  /** `-` is standard output. */
  readonly path: string
  readonly format: OutputFormat
  /** Whether to replace an existing file. */
  readonly force: boolean
}

/** The output that is not a file. */
export const STANDARD_OUTPUT = '-'

/**
 * Finds the format of the output of `convert` and `create`: that of its ending, `--raw` for any other, `--to` for `-`.
 * @throws UsageError for an ending that says nothing, and for a file that exists without `--force`
 */
export function outputOf(path: string, options: CliOptions): Output {
  const format = formatFor(path, options['raw'] === true ? 'raw' : (options['to'] as OutputFormat | undefined))
  const output = { path, format, force: options['force'] === true }
  if (path === STANDARD_OUTPUT) checkStandardOutput(format, options)
  else checkFree(output)
  return output
}

/**
 * Checks that a file may be written: only `--force` replaces one. The check that counts is at the end, when the new file takes the
 * name; this one saves the work before it.
 */
export function checkFree({ path, force }: Output): void {
  if (!force && statSync(path, { throwIfNoEntry: false })?.isFile() === true) throw existsError(path)
}

export function existsError(path: string): UsageError {
  return new UsageError(
    `invalid output file ${inspect(path)}: it exists; add --force to replace it, or name another file`,
  )
}

function formatFor(path: string, stated: OutputFormat | undefined): OutputFormat {
  if (path === STANDARD_OUTPUT) return stated ?? 'npy'
  const ending = extname(path).toLowerCase()
  const own = FORMATS.find((format) => format !== 'raw' && ending === `.${format}`)
  const wrong = (rule: string): UsageError => new UsageError(`invalid output file ${inspect(path)}: ${rule}`)
  if (ending === '.safetensors') throw wrong('this version does not write .safetensors files; name a .npy or .npz file')
  if (own !== undefined) {
    if (stated === undefined || stated === own) return own
    throw wrong(`its ending says ${own}, and the options say ${stated}; give another name, or leave the option out`)
  }
  if (stated === 'raw') return 'raw'
  throw wrong(
    `${ending === '' ? 'its name has no ending' : `the ending ${ending} says no format`}; end it in ${ENDINGS}, or add --raw for the elements alone`,
  )
}

const ENDINGS = FORMATS.filter((format) => format !== 'raw')
  .map((format) => `.${format}`)
  .join(', ')

function checkStandardOutput(format: OutputFormat, options: CliOptions): void {
  if (options['json'] === true) {
    throw new UsageError('invalid --json with - as the output: standard output has the elements; name a file')
  }
  if (process.stdout.isTTY === true && format !== 'csv' && format !== 'txt') {
    throw new UsageError(
      `invalid output -: standard output is a terminal, and ${format} is not text; add --to csv or --to txt, or name a file`,
    )
  }
}
