import { createRequire } from 'node:module'
import type * as Zlib from 'node:zlib'

let loaded: typeof Zlib | null = null

/** `node:zlib`, loaded when it is first used: most files are not compressed, and to load it takes a while. */
export function zlib(): typeof Zlib {
  return (loaded ??= createRequire(import.meta.url)('node:zlib') as typeof Zlib)
}
