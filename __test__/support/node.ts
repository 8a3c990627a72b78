/**
 * The command that runs the Node that runs this: another one stands before it where the platform is foreign (qemu, the loader of
 * another C library).
 */
export const NODE: readonly [string, ...string[]] = JSON.parse(
  process.env['MEMMAP_NODE'] ?? JSON.stringify([process.execPath]),
) as [string, ...string[]]

/** A script for a shell that runs this Node on another script, with the arguments that it is given. */
export function launcher(script: string): string {
  return `#!/bin/sh\nexec ${[...NODE, script].map((part) => `'${part}'`).join(' ')} "$@"\n`
}
