import nodeModule from 'node:module'
import type * as Zlib from 'node:zlib'

let loaded: typeof Zlib | null = null

/** `node:zlib`, loaded at the first use, because loading takes time and most files are not compressed. */
export function zlib(): typeof Zlib {
  return (loaded ??= nodeModule.createRequire(import.meta.url ?? __filename)('node:zlib') as typeof Zlib)
}
