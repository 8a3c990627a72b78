/**
 * Parses the Python literals of headers as `ast.literal_eval` does: it builds values and runs nothing.
 *
 * The grammar is that of CPython 3.11's tokenizer and parser, including its limits of 200 nested brackets and 4300 digits, for
 * strings, integers, booleans, None, tuples, lists and dicts. No valid header has floats, complex numbers, bytes, sets or
 * Ellipsis, so they are errors, and so is `\N{NAME}` in strings, which needs the names of all characters.
 * @module
 */
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { unescape } from './string-literal.js'

/** A Python value. */
export type PythonLiteral =
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'tuple' | 'list'; readonly items: readonly PythonLiteral[] }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [key: PythonLiteral, value: PythonLiteral])[] }
  | { readonly type: 'None' }

/** Nested brackets, as in CPython's tokenizer. */
const MAX_DEPTH = 200

/** Decimal digits of an integer, as in CPython, because parsing takes quadratic time. */
const MAX_DIGITS = 4300

const BASED_NUMBER = /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+/y
const DECIMAL_NUMBER = /0(?:_?0)*|[1-9](?:_?\d)*/y
const NAME = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/y
const STRING_START = /([rRuU]?)('''|"""|'|")/y
const COMMENT = /#[^\n]*/y
const PART_OF_NAME = /[\w\u0080-\uffff]/

/** Whether a value can be a key of a dict. */
function isHashable(value: PythonLiteral): boolean {
  if (value.type === 'tuple') return value.items.every(isHashable)
  return value.type !== 'list' && value.type !== 'dict'
}

/**
 * Parses a text with one literal.
 * @param python2 accept Python 2's `L` after an integer, as NumPy does in versions 1.0 and 2.0
 * @throws MemmapError `ERR_MEMMAP_NPY`
 */
export function parseLiteral(text: string, python2: boolean): PythonLiteral {
  return new Parser(text, python2).whole()
}

class Parser {
  readonly #text: string
  readonly #python2: boolean
  /** Whether the last line break is a carriage return alone, with nothing but blanks behind it. */
  readonly #endsAfterReturn: boolean
  #at = 0
  #depth = 0

  constructor(text: string, python2: boolean) {
    this.#text = text.replaceAll(/\r\n?/g, '\n')
    this.#python2 = python2
    this.#endsAfterReturn = /\r[ \t\f]*$/.test(text)
  }

  whole(): PythonLiteral {
    const nul = this.#text.indexOf('\0')
    if (nul >= 0) throw this.#wrong('it contains NUL', nul)
    this.#at = (/^[ \t]*/.exec(this.#text)?.[0] ?? '').length
    this.#lines(true)
    const value = this.#value()
    this.#space()
    this.#lines(false)
    if (this.#at < this.#text.length) throw this.#wrong('something follows the value')
    return value
  }

  /** Skips empty lines outside of brackets. The first line may be indented, because `literal_eval` strips it. */
  #lines(first: boolean): void {
    if (first) {
      const indented = this.#indentation()
      this.#space()
      const next = this.#text[this.#at]
      // NumPy's filter for Python 2 drops an indentation behind a form feed.
      const isDropped = this.#python2 && indented === 'plain'
      if (indented !== null && next !== '\n' && !isDropped) throw this.#wrong('a line is indented', 0)
    } else this.#take(COMMENT)
    while (this.#text[this.#at] === '\n') {
      this.#at++
      const start = this.#at
      const indented = this.#indentation()
      this.#space()
      const next = this.#text[this.#at]
      if (next === '\n') continue
      // Only Python 3 takes spaces at the very end, without a line break, for an indentation; NumPy's filter for Python 2 drops
      // them, but sees no line break in a carriage return alone.
      const isDropped = next === undefined && this.#python2 && indented === 'plain' && !this.#endsAfterReturn
      if (indented !== null && !isDropped) throw this.#wrong('a line is indented', start)
    }
  }

  /**
   * Skips the blanks at the start of a line, and a comment behind them. Returns null where there is no indentation, or a comment: a
   * form feed starts it anew, and a backslash continues it in the next line.
   */
  #indentation(): 'plain' | 'continued' | null {
    let isIndented = false
    let wasIndented = false
    let isContinued = false
    for (;;) {
      const c = this.#text[this.#at]
      if (c === '\\' && this.#text[this.#at + 1] === '\n') {
        wasIndented ||= isIndented
        isContinued = true
        this.#continueLine()
        continue
      }
      if (c !== ' ' && c !== '\t' && c !== '\f') break
      isIndented = c !== '\f'
      this.#at++
    }
    if (this.#take(COMMENT) !== null || !(isIndented || wasIndented)) return null
    return isContinued ? 'continued' : 'plain'
  }

  /** Skips a backslash and the line break behind it. */
  #continueLine(): void {
    this.#at += 2
    if (this.#at === this.#text.length) throw this.#wrong('it ends after a backslash')
  }

  /** Skips what separates tokens: inside brackets line breaks and comments too. */
  #space(): void {
    for (;;) {
      const c = this.#text[this.#at]
      if (c === ' ' || c === '\t' || c === '\f') this.#at++
      else if (c === '\\' && this.#text[this.#at + 1] === '\n') this.#continueLine()
      else if (this.#depth > 0 && c === '\n') this.#at++
      else if (this.#depth > 0 && c === '#') this.#take(COMMENT)
      else return
    }
  }

  #value(): PythonLiteral {
    this.#space()
    const sign = this.#text[this.#at]
    if (sign !== '+' && sign !== '-') return this.#atom()
    this.#at++
    this.#space()
    const value = this.#atom()
    if (value.type !== 'int') throw this.#wrong('only a number has a sign')
    return { type: 'int', value: sign === '-' ? -value.value : value.value }
  }

  #atom(): PythonLiteral {
    const c = this.#text[this.#at]
    if (c === undefined) throw this.#wrong('it ends too early')
    if (c === '(') return this.#parenthesised()
    if (c === '[') return { type: 'list', items: this.#items(']').items }
    if (c === '{') return this.#dict()
    return this.#strings() ?? this.#number() ?? this.#named()
  }

  #open(): void {
    this.#at++
    if (++this.#depth > MAX_DEPTH) throw this.#wrong(`more than ${MAX_DEPTH} brackets are nested`)
    this.#space()
  }

  #close(): void {
    this.#at++
    this.#depth--
  }

  /** Parses an opening bracket and the values up to the closing one. */
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

  #dict(): PythonLiteral {
    this.#open()
    const entries: [PythonLiteral, PythonLiteral][] = []
    let more = true
    while (this.#text[this.#at] !== '}') {
      if (!more) throw this.#wrong(`',' or '}' is expected`)
      const key = this.#value()
      if (!isHashable(key)) throw this.#wrong(`a ${key.type} cannot be a key`)
      this.#space()
      if (this.#text[this.#at] !== ':') throw this.#wrong(`':' and a value are expected`)
      this.#at++
      entries.push([key, this.#value()])
      this.#space()
      more = this.#text[this.#at] === ','
      if (more) {
        this.#at++
        this.#space()
      }
    }
    this.#close()
    return { type: 'dict', entries }
  }

  /** Parses consecutive strings, which are one string in Python. */
  #strings(): PythonLiteral | null {
    let text: string | null = null
    for (;;) {
      const start = this.#at
      const [, prefix, quote] = this.#take(STRING_START) ?? []
      if (prefix === undefined || quote === undefined) return text === null ? null : { type: 'str', value: text }
      const body = this.#quoted(quote)
      const unescaped = /r/i.test(prefix) ? body : unescape(body)
      if (unescaped === null) throw this.#wrong('a string has an invalid escape', start)
      text = (text ?? '') + unescaped
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
    const value = this.#integer()
    if (value === null) return null
    if (PART_OF_NAME.test(this.#text[this.#at] ?? '') || this.#python2) this.#long()
    return { type: 'int', value }
  }

  /** Skips the `L` of Python 2 after an integer; any other name there is an error. */
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

  #integer(): bigint | null {
    const start = this.#at
    const [based] = this.#take(BASED_NUMBER) ?? []
    if (based !== undefined) return BigInt(based.replaceAll('_', '').toLowerCase())
    const [decimal] = this.#take(DECIMAL_NUMBER) ?? []
    if (decimal === undefined) return null
    const digits = decimal.replaceAll('_', '')
    if (digits.length > MAX_DIGITS) throw this.#wrong(`an integer has more than ${MAX_DIGITS} digits`, start)
    return BigInt(digits)
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
    }
    throw this.#wrong(name === undefined ? 'a value is expected' : `${inspect(name)} is not a value`, start)
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
      `invalid header at character ${at} near ${inspect(near)}: it is not a Python literal, ${what}; the file is damaged, or not a .npy file`,
    )
  }
}
