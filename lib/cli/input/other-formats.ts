/**
 * Files that are not raw elements, though the command does not read them either: compressed ones and `.safetensors`.
 * @module
 */
import { shellWord } from '../output/escape.js'
import { STANDARD } from './standard-input.js'

/** The first bytes of compressed files, in hexadecimal, and what unpacks them. */
const COMPRESSED = [
  [/^1f8b08/, 'gzip', 'gunzip -c'],
  [/^425a683[1-9](314159265359|177245385090)/, 'bzip2', 'bunzip2 -c'],
  [/^fd377a585a00/, 'xz', 'xz -dc'],
  [/^28b52ffd/, 'zstd', 'zstd -dc'],
] as const

/** Returns true for the first bytes of a compressed file, whatever its name. */
export function isCompressed(start: Buffer): boolean {
  const hex = start.toString('hex')
  return COMPRESSED.some(([magic]) => magic.test(hex))
}

/**
 * Returns what a file is and the way out, or null if it may be raw elements.
 * @param start its first bytes, 16 at least where it has them
 * @param command the command to run on the unpacked file
 */
export function otherFormat(path: string, start: Buffer, size: number, command: string): string | null {
  const name = path === STANDARD ? 'standard input' : `'${path}'`
  const hex = start.toString('hex')
  const packed = COMPRESSED.find(([magic]) => magic.test(hex))
  if (packed !== undefined) {
    const [, format, unpack] = packed
    const from = path === STANDARD ? `... | ${unpack}` : `${unpack} ${shellWord(path)}`
    return `invalid file ${name}: it is compressed (${format}); unpack it, as in ${from} | memmap ${command} -`
  }
  if (!isSafetensors(path, start, size)) return null
  return (
    `invalid file ${name}: it is a .safetensors file, which this version does not read; ` +
    'describe one of its tensors as raw elements by --dtype, --shape and --offset'
  )
}

/** By its name, or by the length of a header and its first brace. */
function isSafetensors(path: string, start: Buffer, size: number): boolean {
  if (/\.safetensors$/i.test(path)) return true
  if (start.length < 10 || start.readUInt32LE(4) !== 0) return false
  return start.toString('latin1', 8, 10) === '{"' && 8 + start.readUInt32LE(0) <= size
}
