/**
 * Rewords the library's errors for a shell, where there are options and files in place of functions and arguments.
 *
 * Every error is `<problem>: <rule>; <way out>`. The table rewords those that have an equivalent here. From any other error, also
 * one that the library gets later, the clauses that name functions, classes or options of the API are removed, and the way
 * out by its code takes their place.
 * @module
 */
import { USES_API } from './api-words.js'

type Replacement = readonly [pattern: RegExp, text: string]

const TABLE: readonly Replacement[] = [
  [
    /; open a file of raw elements with memmap\(\)/,
    '; a file of raw elements must not be called .npy or .npz: rename it, and describe it by --dtype and --shape',
  ],
  [/; raise maxHeaderSize if you trust the file/, '; such headers are read by numpy.load with max_header_size'],
  [/; omit version, or give \[(\d), 0\]/, '; write raw elements by --raw'],
  [/invalid print option (\w+) /, 'invalid --$1 '],
  [/a number \(Infinity never (\w+)\)/, 'a number (inf never $1)'],
  [/whole number, or undefined for an open end/, 'whole number, or nothing for an open end'],
  [/a slice \('1:3' or slice\(1, 3\)\)/, "a slice ('1:3')"],
  [/takes \{ re, im \}, \[re, im\], a number, bigint or boolean/, 'takes a number, as in 1+2j'],
  [/takes a number, bigint or boolean/, 'takes a number, true or false'],
  [
    /it takes ticks \(bigint, or a whole number\), a Date, ISO 8601 text or NaT; [^[]*/,
    'it takes ISO 8601 text or NaT',
  ],
  [
    /it takes ticks \(bigint, or a whole number, also as text\) or NaT; [^[]*/,
    'it takes whole numbers of its unit, or NaT',
  ],
  [/up to 2\^53 - 1 as a number; round it, or use a bigint/, 'in the unit of the dtype'],
  [/, or 'now' or 'today'/, ''],
  [/use Infinity if that is meant/, 'give inf if that is meant'],
  [/use a 'U' dtype, or encode it yourself and pass a Uint8Array/, "give a 'U' dtype"],
  [/give the option dtype/, 'give --dtype'],
  [
    /invalid dtype (.*): give a name \('float32'\), .* or a DType/s,
    "invalid dtype $1: give a name (float32), a NumPy string ('<f4') or fields (\"[('x', '<f4')]\")",
  ],
  [/text is not parsed as numbers; convert it first, as with [^;]*/, 'text is not parsed as numbers'],
  [
    /NumPy has no such cast; use view\(\), which reinterprets the bytes/,
    'NumPy has no such cast; name a field of records by --field',
  ],
  [/; take (?:one field|one of their fields|a field of records) with field\(\)/, '; name a field, as in --field x'],
  [
    /convert (?:one|the elements) with astype\(\), or (?:compare field by field|name a field)/,
    'name a field of records by --field',
  ],
  [
    /the target has no unit; give it one, or use astype\('int64'\) for the ticks/,
    "the target has no unit; give it one, as in 'M8[s]', or int64 for the ticks",
  ],
  [/; read its element with item\(\)/, '; leave --slice out'],
  [
    /; select a part by index\(\), or lower threshold or edgeitems/,
    '; select a part by --slice, or lower --threshold or --edgeitems',
  ],
  [/, or map a file with mode 'w\+'/, ''],
  [/so mode '\S+' has nothing to map: .*/, 'so there is nothing to read: write to it first'],
  [/, or let mode 'r\+' grow the file/, ''],
  [/give a smaller shape or offset/, 'give a smaller --shape or --offset'],
  [/give a smaller (shape|offset)/, 'give a smaller --$1'],
  [/check the dtype and offset, or give the shape/, 'check --dtype and --offset, or give --shape'],
  [/give a length in the dtype, or the shape/, 'give a length in --dtype, or --shape'],
  [/map a part of the file by offset and shape/, 'describe a part of the file by --offset and --shape'],
  [/, or open without the option lock/, ''],
  [/, or open with space allocated \(without the option sparse\)/, ', or leave --sparse out'],
  [/, or open the file with mode 'r'/, ''],
  [/: close the array and open the file again/, ': run the command again when nobody writes to it'],
  [
    /; a saved file is a new one that takes the name of the old, .*/s,
    '; the new file takes the name of the old one, which its folder must permit: name a file in another folder',
  ],
]

/** The way out by the code of an error, where the library's own is not for a shell. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  ERR_MEMMAP_EMPTY: 'there is nothing to read in it',
  ERR_MEMMAP_DTYPE: 'see --dtype',
  ERR_MEMMAP_SHAPE: 'see --shape',
  ERR_MEMMAP_OFFSET: 'see --offset',
  ERR_MEMMAP_ORDER: 'give --order C or --order F',
  ERR_MEMMAP_INDEX: 'see --slice',
  ERR_MEMMAP_TOO_LARGE: 'select a part by --slice, or describe a part of a raw file by --offset and --shape',
  ERR_MEMMAP_TRUNCATED: 'run the command again when nobody writes to the file',
  ERR_MEMMAP_CAST: 'give another value or dtype',
}

/** Text in quotes, which is a name or a value. */
const QUOTED = /(?<!\w)(["'`])(?:(?!\1)[^\\]|\\.)*\1/g

/** The modes of the API in quotes, which are none. */
const MODE = /^'(?:r|r\+|w\+|c)'$/

/** What the user typed, which is no word of the API whatever it looks like. */
let given: readonly string[] = []

/** Sets the arguments of the command, which messages repeat. */
export function setGiven(args: readonly string[]): void {
  given = args.filter((arg) => USES_API.test(arg)).toSorted((a, b) => b.length - a.length)
}

/** Rewords the message of an error of the library. */
export function inShell(message: string, code: string): string {
  const masked: string[] = []
  const mask = (text: string): string => String.fromCodePoint(MASK + masked.push(text) - 1)
  let text = given.reduce((rest, arg) => (rest.includes(arg) ? rest.replaceAll(arg, mask(arg)) : rest), message)
  for (const [pattern, replacement] of TABLE) text = text.replace(pattern, replacement)
  text = text.replaceAll(QUOTED, (quoted) => (MODE.test(quoted) ? quoted : mask(quoted)))
  if (USES_API.test(text)) text = withoutApi(text, code)
  // The last ones may have others in them.
  return masked.reduceRight(
    (rest, original, at) => rest.replaceAll(String.fromCodePoint(MASK + at), () => original),
    text,
  )
}

/** The first of the characters for private use that stand for names and values. */
const MASK = 0xf0000

/** Removes the clauses that name the API; keeps a problem that has no other words, without those. */
function withoutApi(message: string, code: string): string {
  const [problem = '', ...clauses] = message.split(/(?<=[^\s]); /)
  const [thing = '', ...rules] = problem.split(/: (?=[^\s])/)
  const kept = [thing, ...rules].filter((part) => !USES_API.test(part)).join(': ')
  const ways = clauses.filter((part) => !USES_API.test(part))
  const wayOut = WAYS_OUT[code]
  if (ways.length === 0 && wayOut !== undefined) ways.push(wayOut)
  return [kept === '' ? 'invalid use of the file' : kept, ...ways].join('; ')
}
