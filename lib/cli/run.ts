// Registers the classes of arrays.
import '../memmap.js'
import { CommanderError } from 'commander'
import { setGiven } from './errors/in-shell.js'
import { reportError } from './errors/report-error.js'
import { OK, USAGE_ERROR } from './exit.js'
import { markMembers } from './input/standard-input.js'
import { programOf } from './program.js'

/** Runs the command with these arguments and returns the exit code. Reports an error in one line on stderr. */
export async function run(args: readonly string[]): Promise<number> {
  let code = OK
  setGiven(args)
  try {
    await programOf((ended) => (code = ended)).parseAsync(markMembers(args), { from: 'user' })
    return code
  } catch (error) {
    // Commander throws after printing help.
    if (error instanceof CommanderError && error.exitCode === 0) return OK
    reportError(error)
    return USAGE_ERROR
  }
}
