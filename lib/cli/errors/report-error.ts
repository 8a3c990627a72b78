import { sep } from 'node:path'
import { CommanderError } from 'commander'
import { MemmapError } from '../../errors/memmap-error.js'
import { UsageError } from '../exit.js'
import { escaped } from '../output/escape.js'
import { styleOf } from '../output/terminal.js'
import { inShell } from './in-shell.js'

/**
 * Prints an error as one line on stderr.
 * @param file the file that the line must name
 */
export function reportError(error: unknown, file?: string): void {
  const { bold, red } = styleOf(process.stderr)
  const message = messageOf(error)
  const about = file === undefined || message.includes(escaped(file)) ? '' : `${escaped(file)}: `
  process.stderr.write(`${bold('memmap')}: ${red(`${about}${message}`)}\n`)
}

/** Prints a warning as one line on stderr. */
export function reportWarning(message: string): void {
  const { bold } = styleOf(process.stderr)
  process.stderr.write(`${bold('memmap')}: ${escaped(message)}\n`)
}

/** The message of an error, on one line and safe for a terminal, with paths relative to the working directory. */
function messageOf(error: unknown): string {
  if (error instanceof CommanderError) {
    const text = error.message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)/s, ' (did you mean $1?)')
    return escaped(`${text.replace(/\.$/, '')}; see memmap --help`)
  }
  if (error instanceof MemmapError) {
    const { code, path } = error
    const message = inShell(error.message, code)
    const about = path === undefined || message.includes(path) ? '' : ` ('${path}')`
    return escaped(`${message}${about} [${code}]`.replaceAll(`${process.cwd()}${sep}`, ''))
  }
  if (error instanceof UsageError) return escaped(error.message.replaceAll(`${process.cwd()}${sep}`, ''))
  const { code, message } = error as NodeJS.ErrnoException
  // System errors have a code. Anything else is a bug, which the first line of its stack helps to find.
  if (code !== undefined) return escaped(message)
  return escaped(
    String((error as Error)?.stack ?? error)
      .split('\n')
      .slice(0, 2)
      .join(' '),
  )
}
