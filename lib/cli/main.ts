#!/usr/bin/env node
/**
 * The command `memmap`: it answers at once what needs no file, and loads the rest when it is asked for.
 * @module
 */
import module from 'node:module'
import { versionOf } from './version.js'

// Compiled code is kept between runs, where the runtime can.
const { enableCompileCache } = module as { enableCompileCache?: () => unknown }
enableCompileCache?.()

// What reads from a pipe may have enough before the end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 2)
})

const args = process.argv.slice(2)
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) console.log(versionOf())
else {
  const { run } = await import('./run.js')
  process.exitCode = await run(args)
}
