/**
 * The command that runs this Node. On a foreign platform it starts with an emulator or the loader of another C library.
 */
export const NODE: readonly [string, ...string[]] = JSON.parse(
  process.env['MEMMAP_NODE'] ?? JSON.stringify([process.execPath]),
) as [string, ...string[]]

/** A shell script that runs this Node on another script and passes its arguments on. */
export function launcher(script: string): string {
  return `#!/bin/sh\nexec ${[...NODE, script].map((part) => `'${part}'`).join(' ')} "$@"\n`
}
