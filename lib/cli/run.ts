import { sep } from 'node:path'
// Registers the classes of arrays.
import '../memmap.js'
import { CommanderError } from 'commander'
import { MemmapError } from '../errors/memmap-error.js'
import { OK, USAGE_ERROR, UsageError } from './exit.js'
import { escaped } from './output/escape.js'
import { styleOf } from './output/terminal.js'
import { programOf } from './program.js'

/** Runs the command with these arguments and returns the exit code. Reports an error in one line on stderr. */
export async function run(args: readonly string[]): Promise<number> {
  let code = OK
  try {
    await programOf((ended) => (code = ended)).parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    // Commander throws after printing help.
    if (error instanceof CommanderError && error.exitCode === 0) return OK
    const { bold, red } = styleOf(process.stderr)
    process.stderr.write(`${bold('memmap')}: ${red(messageOf(error))}\n`)
    return USAGE_ERROR
  }
}

/** The message of an error, on one line and safe for a terminal, with paths relative to the working directory. */
function messageOf(error: unknown): string {
  if (error instanceof CommanderError) {
    const text = error.message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)/s, ' (did you mean $1?)')
    return escaped(`${text.replace(/\.$/, '')}; see memmap --help`)
  }
  if (error instanceof MemmapError) {
    const { code, message, path } = error
    const about = path === undefined || message.includes(path) ? '' : ` ('${path}')`
    return escaped(`${message}${about} [${code}]`.replaceAll(`${process.cwd()}${sep}`, ''))
  }
  if (error instanceof UsageError) return escaped(error.message)
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
