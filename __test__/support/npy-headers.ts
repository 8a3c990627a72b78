/**
 * Headers of `.npy` files as other programs may write them: valid ones in many spellings, and damaged ones.
 * @module
 */
import type { Random } from './numpy-live.js'

const PLAIN = [
  '<f8',
  '>i2',
  '|u1',
  '|b1',
  '<c16',
  '|S5',
  '<U3',
  '>U2',
  '|V4',
  '<M8[ns]',
  '>m8[25s]',
  '<f2',
  '|S0',
  '<u8',
]
const NAMES = [
  'f8',
  '=f4',
  '|f8',
  'float64',
  'int',
  '?',
  'datetime64[D]',
  'M8',
  '<f8,<i4',
  '(2,)f4',
  '2i2',
  'a5',
  'V',
  'c',
]
const WRONG = [
  '<f3',
  '|O',
  'object',
  '',
  'x',
  '<i16',
  'bfloat16',
  '|T16',
  'O8',
  '<f16',
  'g',
  'f8 ',
  '!f8',
  'datetime',
  'i4,',
]

/** Text that a damaged header may have anywhere. */
const PIECES = [
  ...Array.from('\'"()[]{},:\\\n \t\f\r#+-._01Luéb\0\u00a0\v'),
  ..."rb x j e True False None ... set() 2L 0x2 ''' \\x64 \\u0064 \\142 \\\n u' b' rb'' 1e5 1_0 00 01 '' (1,) [] {} 1+2j".split(
    ' ',
  ),
]

function spaced(random: Random): string {
  return random.chance(0.85) ? '' : random.pick([' ', '  ', '\n', '\t', ' # note\n', '\\\n', '\r\n', '\f'])
}

/** Text as a Python string literal, in a random spelling. */
function quoted(random: Random, text: string): string {
  const quote = random.pick(["'", '"', "'''", '"""'])
  const prefix = random.pick(['', '', '', 'u', 'U', 'r', 'R'])
  const characters = Array.from(text)
  const escaped = characters.map((c) => {
    const code = c.codePointAt(0) ?? 0
    if (/r/i.test(prefix) || random.chance(0.9)) return c
    return random.pick([
      `\\x${code.toString(16).padStart(2, '0')}`,
      `\\u${code.toString(16).padStart(4, '0')}`,
      `\\U${code.toString(16).padStart(8, '0')}`,
      `\\${code.toString(8)}`,
      `\\\n${c}`,
    ])
  })
  const at = random.below(characters.length + 1)
  if (random.chance(0.08)) return `'${text.slice(0, at)}'${spaced(random)}"${text.slice(at)}"`
  return `${prefix}${quote}${escaped.join('')}${quote}`
}

function integer(random: Random, value: number): string {
  return random.pick([
    `${value}`,
    `${value}`,
    `${value}`,
    `+${value}`,
    `0x${value.toString(16)}`,
    `0o${value.toString(8)}`,
    `0B${value.toString(2)}`,
    `${value}L`,
    `(${value})`,
    `${value}_0`,
  ])
}

/** A tuple of integers, rarely something else. */
function shape(random: Random, wild: boolean): string {
  if (wild && random.chance(0.15)) {
    return random.pick([
      '2',
      '(2)',
      '[2]',
      'None',
      "('2',)",
      '(2.0,)',
      '(True,)',
      '(-1,)',
      '(1<<3,)',
      '(9999999999999999999,)',
      '{2}',
      '(2j,)',
    ])
  }
  const lengths = Array.from({ length: random.below(4) }, () => integer(random, random.below(5)))
  if (lengths.length === 0) return '()'
  const comma = lengths.length === 1 || random.chance(0.2) ? ',' : ''
  return `(${spaced(random)}${lengths.join(`,${spaced(random)}`)}${comma}${spaced(random)})`
}

function descr(random: Random, wild: boolean, depth = 0): string {
  const kind = random.next()
  if (wild && kind < 0.05)
    return random.pick(['3', 'None', "b'<f8'", "{'names': ['a']}", '()', "('<f8',)", "{'ai': 1}", '...', '1.5'])
  if (depth > 2 || kind < 0.5)
    return quoted(random, random.pick(wild && random.chance(0.3) ? WRONG : random.chance(0.3) ? NAMES : PLAIN))
  if (kind < 0.6) {
    const of = random.pick(['2', '(2,)', '(2, 3)', '()', '[2]', ...(wild ? ["'2'", '-1', 'True', '2.0', '99, 3'] : [])])
    return `(${descr(random, wild, depth + 1)},${spaced(random)}${of})`
  }
  const fields = Array.from({ length: random.below(4) }, (_, index) => field(random, wild, depth, index))
  return `[${spaced(random)}${fields.join(`,${spaced(random)}`)}${fields.length > 0 && random.chance(0.2) ? ',' : ''}]`
}

function field(random: Random, wild: boolean, depth: number, index: number): string {
  const text = random.pick([
    `f${index}`,
    `x y${index}`,
    `it's${index}`,
    `é${index}`,
    '',
    ...(wild ? ['same', 'same'] : []),
  ])
  if (text === '') return `('',${spaced(random)}'|V${random.below(5)}')`
  const name = /['\\]/.test(text) ? JSON.stringify(text) : quoted(random, text)
  const key = random.chance(0.15)
    ? `('t${index}', ${name})`
    : wild && random.chance(0.05)
      ? random.pick(['3', "b'a'", "['t', 'n']", 'None', "(3, 'n')", "('t', 'n', 'x')"])
      : name
  const of = descr(random, wild, depth + 1)
  const more = random.chance(0.25)
    ? `, ${random.pick(['2', '(2,)', '(1, 2)', '()', ...(wild ? ["'x'", '-1'] : [])])}`
    : ''
  const [open, close] = random.chance(0.1) ? '[]' : '()'
  return `${open}${key},${spaced(random)}${of}${more}${close}`
}

/** The text of a header; wild ones are mostly invalid. */
export function randomHeader(random: Random): string {
  const wild = random.chance(0.5)
  const entries = [
    `${quoted(random, 'descr')}${spaced(random)}:${spaced(random)}${descr(random, wild)}`,
    `${quoted(random, 'fortran_order')}:${spaced(random)}${wild && random.chance(0.1) ? random.pick(['None', '0', '1', "'True'"]) : random.pick(['True', 'False'])}`,
    `${quoted(random, 'shape')}:${spaced(random)}${shape(random, wild)}`,
  ]
  const order = random.pick([
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    ...(wild
      ? [
          [0, 1],
          [0, 1, 2, 2],
          [0, 0, 1, 2],
        ]
      : []),
  ])
  const end = random.pick(['', ',', ', ', ` ${spaced(random)}`])
  const text = `${spaced(random)}{${spaced(random)}${order.map((index) => entries[index]).join(`,${spaced(random)}`)}${end}}${spaced(random)}${' '.repeat(random.below(20))}${random.chance(0.9) ? '\n' : ''}`
  return wild && random.chance(0.5) ? damagedText(random, text) : text
}

/** The text with some characters removed, doubled, swapped or added. */
export function damagedText(random: Random, text: string): string {
  let result = text
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(result.length + 1)
    const cut = random.chance(0.5) ? random.below(3) : 0
    const added = random.chance(0.6) ? random.pick(PIECES) : result.slice(at, at + random.below(6))
    result = result.slice(0, at) + added + result.slice(at + cut)
  }
  return result
}

/** A file with this header, and a few bytes of data. */
export function fileWith(text: string, major: number, data = 64): Buffer {
  const body = Buffer.from(text, major === 3 ? 'utf8' : 'latin1')
  const length = Buffer.alloc(major === 1 ? 2 : 4)
  length.writeUIntLE(body.length, 0, length.length)
  return Buffer.concat([
    Buffer.from(`\x93NUMPY${String.fromCharCode(major)}\0`, 'latin1'),
    length,
    body,
    Buffer.alloc(data),
  ])
}
