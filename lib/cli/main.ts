#!/usr/bin/env node
/**
 * The command `memmap`. Prints the version at once, and loads everything else when a command needs it.
 * @module
 */
import module from 'node:module'
import { VERSION } from '../native/version.js'
import { OutputError, USAGE_ERROR } from './exit.js'
import { write } from './output/stdout.js'

// Caches compiled code between runs, since Node 22.
const { enableCompileCache } = module as { enableCompileCache?: () => unknown }
enableCompileCache?.()

// The reader of a pipe may close it before the end of the output, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  fail(new OutputError(error))
  process.exit(USAGE_ERROR)
})
// Where the messages go nowhere, the exit code says enough.
process.stderr.on('error', () => {})

const args = process.argv.slice(2)
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) printVersion()
else {
  const { run } = await import('./run.js')
  process.exitCode = await run(args)
}

function printVersion(): void {
  try {
    write(`${VERSION}\n`)
  } catch (error) {
    fail(error as Error)
    process.exitCode = USAGE_ERROR
  }
}

function fail({ message }: Error): void {
  process.stderr.write(`memmap: ${message}\n`)
}
