import { createRequire } from 'node:module'
import type * as Zlib from 'node:zlib'

let loaded: typeof Zlib | null = null

/** `node:zlib`, loaded at the first use, because loading takes time and most files are not compressed. */
export function zlib(): typeof Zlib {
  return (loaded ??= createRequire(import.meta.url)('node:zlib') as typeof Zlib)
}
