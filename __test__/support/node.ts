/**
 * The command that runs the Node that runs this: another one stands before it where the platform is foreign (qemu, the loader of
 * another C library).
 */
export const NODE: readonly [string, ...string[]] = JSON.parse(
  process.env['MEMMAP_NODE'] ?? JSON.stringify([process.execPath]),
) as [string, ...string[]]
