#!/usr/bin/env node
/**
 * The command `memmap`. Prints the version at once, and loads everything else when a command needs it.
 * @module
 */
import module from 'node:module'
import { VERSION } from '../native/version.js'

// Caches compiled code between runs, since Node 22.
const { enableCompileCache } = module as { enableCompileCache?: () => unknown }
enableCompileCache?.()

// The reader of a pipe may close it before the end of the output.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 2)
})

const args = process.argv.slice(2)
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) console.log(VERSION)
else {
  const { run } = await import('./run.js')
  process.exitCode = await run(args)
}
