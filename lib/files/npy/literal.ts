/**
 * A reader of Python literals, as `ast.literal_eval` takes them: it builds values and runs nothing.
 *
 * The grammar is that of CPython 3.11's tokenizer and parser, limits included: 200 brackets inside one another, 4300 digits.
 * What it leaves out is `\N{NAME}` in text, which needs the names of all characters.
 * @module
 */
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { textOf } from './string-literal.js'

/** A Python value. Numbers that are no integers are of no use in a header, so what they are is not kept. */
export type PythonLiteral =
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'tuple' | 'list' | 'set'; readonly items: readonly PythonLiteral[] }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [key: PythonLiteral, value: PythonLiteral])[] }
  | { readonly type: 'None' | 'float' | 'complex' | 'bytes' | 'Ellipsis' }

/** Brackets inside one another, as in CPython's tokenizer. */
const MAX_DEPTH = 200

/** Decimal digits of an integer, as in CPython: reading more takes long. */
const MAX_DIGITS = 4300

const DIGITS = String.raw`\d(?:_?\d)*`
const EXPONENT = String.raw`[eE][+-]?${DIGITS}`
const FLOAT = String.raw`(?:${DIGITS}\.(?:${DIGITS})?|\.${DIGITS})(?:${EXPONENT})?|${DIGITS}${EXPONENT}`
const BASED = String.raw`0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+`

const COMPLEX_NUMBER = new RegExp(`(?:${FLOAT}|${DIGITS})[jJ]`, 'y')
const FLOAT_NUMBER = new RegExp(FLOAT, 'y')
const BASED_NUMBER = new RegExp(BASED, 'y')
const DECIMAL_NUMBER = /0(?:_?0)*|[1-9](?:_?\d)*/y
const NAME = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/y
const STRING_START = /([bB]?[rR]?|[rR][bB]|[uU])('''|"""|'|")/y
const COMMENT = /#[^\n]*/y
const INDENTATION = /[ \t\f]*(?:#[^\n]*)?/y
const PART_OF_NAME = /[\w\u0080-\uffff]/

/** Whether a value can be a key of a dict or in a set. */
function isHashable(value: PythonLiteral): boolean {
  if (value.type === 'tuple') return value.items.every(isHashable)
  return value.type !== 'list' && value.type !== 'dict' && value.type !== 'set'
}

/**
 * Reads one literal, which is all of the text.
 * @param python2 also takes what Python 2 wrote, an `L` behind a number, as NumPy does in versions 1.0 and 2.0
 * @throws MemmapError `ERR_MEMMAP_NPY`
 */
export function parseLiteral(text: string, python2: boolean): PythonLiteral {
  return new Parser(text, python2).whole()
}

class Parser {
  readonly #text: string
  readonly #python2: boolean
  #at = 0
  #depth = 0

  constructor(text: string, python2: boolean) {
    this.#text = text.replaceAll(/\r\n?/g, '\n')
    this.#python2 = python2
  }

  whole(): PythonLiteral {
    const nul = this.#text.indexOf('\0')
    if (nul >= 0) throw this.#wrong('there is a NUL in it', nul)
    this.#at = (/^[ \t]*/.exec(this.#text)?.[0] ?? '').length
    this.#lines(true)
    const value = this.#value()
    this.#space()
    this.#lines(false)
    if (this.#at < this.#text.length) throw this.#wrong('something follows the value')
    return value
  }

  /** Skips empty lines, between brackets or not. The first line may be indented, as `literal_eval` strips it. */
  #lines(first: boolean): void {
    if (first) {
      this.#take(INDENTATION)
      this.#space()
    } else this.#take(COMMENT)
    while (this.#text[this.#at] === '\n') {
      this.#at++
      const start = this.#at
      this.#take(INDENTATION)
      const indented = /[ \t]+$/.test(this.#text.slice(start, this.#at))
      this.#space()
      const next = this.#text[this.#at]
      if (next === '\n') continue
      // Spaces at the very end, without a line break, are an indentation to Python 3 only.
      if (indented && !(next === undefined && this.#python2)) throw this.#wrong('a line is indented', start)
    }
  }

  /** Skips what separates tokens: inside brackets that is line breaks and comments too. */
  #space(): void {
    for (;;) {
      const c = this.#text[this.#at]
      if (c === ' ' || c === '\t' || c === '\f') this.#at++
      else if (c === '\\' && this.#text[this.#at + 1] === '\n') {
        this.#at += 2
        if (this.#at === this.#text.length) throw this.#wrong('it ends after a backslash')
      } else if (this.#depth > 0 && c === '\n') this.#at++
      else if (this.#depth > 0 && c === '#') this.#take(COMMENT)
      else return
    }
  }

  /** A literal, or the sum of a real and an imaginary one. */
  #value(): PythonLiteral {
    const left = this.#signed()
    this.#space()
    const sign = this.#text[this.#at]
    if (sign !== '+' && sign !== '-') return left
    if (left.type !== 'int' && left.type !== 'float') throw this.#wrong('only a number is added to')
    this.#at++
    this.#space()
    const right = this.#atom()
    if (right.type !== 'complex') throw this.#wrong('only an imaginary number is added')
    this.#space()
    return right
  }

  #signed(): PythonLiteral {
    this.#space()
    const sign = this.#text[this.#at]
    if (sign !== '+' && sign !== '-') return this.#atom()
    this.#at++
    this.#space()
    const value = this.#atom()
    if (value.type === 'int') return { type: 'int', value: sign === '-' ? -value.value : value.value }
    if (value.type !== 'float' && value.type !== 'complex') throw this.#wrong('only a number has a sign')
    return value
  }

  #atom(): PythonLiteral {
    const c = this.#text[this.#at]
    if (c === undefined) throw this.#wrong('it ends too early')
    if (c === '(') return this.#parenthesised()
    if (c === '[') return { type: 'list', items: this.#items(']').items }
    if (c === '{') return this.#braced()
    const strings = this.#strings()
    if (strings !== null) return strings
    const number = this.#number()
    if (number !== null) return number
    if (this.#text.startsWith('...', this.#at)) {
      this.#at += 3
      return { type: 'Ellipsis' }
    }
    return this.#named()
  }

  #open(): void {
    this.#at++
    if (++this.#depth > MAX_DEPTH) throw this.#wrong(`more than ${MAX_DEPTH} brackets lie inside one another`)
    this.#space()
  }

  #close(): void {
    this.#at++
    this.#depth--
  }

  /** The values up to a closing bracket; the bracket before them is still ahead. */
  #items(end: string): { items: PythonLiteral[]; commas: number } {
    this.#open()
    const items: PythonLiteral[] = []
    let commas = 0
    while (this.#text[this.#at] !== end) {
      if (commas < items.length) throw this.#wrong(`',' or '${end}' is expected`)
      items.push(this.#value())
      this.#space()
      if (this.#text[this.#at] === ',') {
        this.#at++
        commas++
        this.#space()
      }
    }
    this.#close()
    return { items, commas }
  }

  #parenthesised(): PythonLiteral {
    const { items, commas } = this.#items(')')
    const [only] = items
    return items.length === 1 && commas === 0 && only !== undefined ? only : { type: 'tuple', items }
  }

  /** A dict or a set. */
  #braced(): PythonLiteral {
    this.#open()
    const entries: [PythonLiteral, PythonLiteral][] = []
    const items: PythonLiteral[] = []
    let isSet = false
    let more = true
    while (this.#text[this.#at] !== '}') {
      if (!more) throw this.#wrong(`',' or '}' is expected`)
      const key = this.#value()
      if (!isHashable(key)) throw this.#wrong(`a ${key.type} cannot be a key`)
      this.#space()
      const pair = this.#text[this.#at] === ':'
      if (entries.length + items.length === 0) isSet = !pair
      if (pair === isSet) throw this.#wrong('a dict has a value for each key')
      if (pair) {
        this.#at++
        entries.push([key, this.#value()])
        this.#space()
      } else items.push(key)
      more = this.#text[this.#at] === ','
      if (more) {
        this.#at++
        this.#space()
      }
    }
    this.#close()
    return isSet ? { type: 'set', items } : { type: 'dict', entries }
  }

  /** Strings that follow one another are one. */
  #strings(): PythonLiteral | null {
    let text = ''
    let bytes: boolean | null = null
    for (;;) {
      const start = this.#at
      const [, prefix, quote] = this.#take(STRING_START) ?? []
      if (prefix === undefined || quote === undefined) {
        return bytes === null ? null : bytes ? { type: 'bytes' } : { type: 'str', value: text }
      }
      const isBytes = /b/i.test(prefix)
      if (bytes !== null && isBytes !== bytes) throw this.#wrong('text and bytes are joined', start)
      bytes = isBytes
      const body = this.#quoted(quote)
      const piece = textOf(body, { bytes, raw: /r/i.test(prefix) })
      if (piece === null) throw this.#wrong('an escape is none of Python', start)
      text += piece
      this.#space()
    }
  }

  #quoted(quote: string): string {
    const start = this.#at
    for (;;) {
      if (this.#text.startsWith(quote, this.#at)) break
      const c = this.#text[this.#at]
      if (c === undefined || (c === '\n' && quote.length === 1)) throw this.#wrong('a string has no end', start)
      this.#at += c === '\\' ? 2 : 1
    }
    const body = this.#text.slice(start, this.#at)
    this.#at += quote.length
    return body
  }

  #number(): PythonLiteral | null {
    const found = this.#anyNumber()
    if (found === null) return null
    if (PART_OF_NAME.test(this.#text[this.#at] ?? '') || this.#python2) this.#long()
    return found
  }

  /** The `L` of Python 2 behind a number; anything else there is an error. */
  #long(): void {
    for (;;) {
      const end = this.#at
      while (this.#python2 && /[ \t\f]/.test(this.#text[this.#at] ?? '')) this.#at++
      const [name] = this.#take(NAME) ?? []
      if (name === 'L' && this.#python2) continue
      this.#at = end
      if (PART_OF_NAME.test(this.#text[end] ?? '')) throw this.#wrong('a number is followed by something else')
      return
    }
  }

  #anyNumber(): PythonLiteral | null {
    if (this.#take(COMPLEX_NUMBER) !== null) return { type: 'complex' }
    if (this.#take(FLOAT_NUMBER) !== null) return { type: 'float' }
    const start = this.#at
    const [based] = this.#take(BASED_NUMBER) ?? []
    if (based !== undefined) return { type: 'int', value: BigInt(based.replaceAll('_', '').toLowerCase()) }
    const [decimal] = this.#take(DECIMAL_NUMBER) ?? []
    if (decimal === undefined) return null
    const digits = decimal.replaceAll('_', '')
    if (digits.length > MAX_DIGITS) throw this.#wrong(`an integer has more than ${MAX_DIGITS} digits`, start)
    return { type: 'int', value: BigInt(digits) }
  }

  #named(): PythonLiteral {
    const start = this.#at
    const [name] = this.#take(NAME) ?? []
    switch (name) {
      case 'True':
        return { type: 'bool', value: true }
      case 'False':
        return { type: 'bool', value: false }
      case 'None':
        return { type: 'None' }
      case 'set': {
        // The one call: a set without items has no other way to be written.
        this.#space()
        if (this.#text[this.#at] === '(' && this.#items(')').items.length === 0) return { type: 'set', items: [] }
      }
    }
    throw this.#wrong(
      name === undefined ? 'a value is expected' : `${inspect(name)} is a name, and a header has values only`,
      start,
    )
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }

  #wrong(what: string, at = this.#at): MemmapError {
    const near = this.#text.slice(Math.max(0, at - 20), at + 20)
    return new MemmapError(
      'ERR_MEMMAP_NPY',
      `the header is no Python literal: ${what}, at character ${at} near ${inspect(near)}; the file is damaged, or no .npy file`,
    )
  }
}
