/**
 * The parser of `expr` templates: NumPy's expressions as a tree of calls of its functions.
 * @module
 */
import { MemmapError } from '../errors/memmap-error.js'
import { FUNCTIONS } from './functions.js'
import { CONSTANTS, isCallable, OPERATORS } from './grammar.js'

/** A node of the tree. `at` is its place in the text. */
export type Tree =
  | { readonly kind: 'operand'; readonly index: number; readonly at: number }
  | { readonly kind: 'integer'; readonly value: bigint; readonly at: number }
  | { readonly kind: 'float'; readonly value: number; readonly at: number }
  | { readonly kind: 'bool'; readonly value: boolean; readonly at: number }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly args: readonly Tree[]
      readonly at: number
      /** True for an operator, which Python has for its own scalars. */
      readonly isOperator: boolean
    }

interface Token {
  readonly kind: 'operand' | 'integer' | 'float' | 'name' | 'symbol' | 'end'
  readonly text: string
  /** The place in the text that errors show. */
  readonly at: number
  /** The number of the interpolated value. */
  readonly index: number
}

/** The deepest nesting, which keeps the parser and the compiler within their stacks. */
const MAX_DEPTH = 200

/** The most operations, for the same reason: those of a sum are nested too. */
const MAX_OPERATIONS = 1000

/** The most characters of a template. */
const MAX_LENGTH = 100_000

/** A parsed template, and its text as errors show it, with a name for each interpolated value. */
export interface Template {
  readonly text: string
  readonly tree: Tree
}

const templates = new WeakMap<readonly string[], Template>()

/**
 * Parses the text of a template, once for each place in a program.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT` with a caret under the place
 */
export function parseTemplate(strings: readonly string[]): Template {
  const known = templates.get(strings)
  if (known !== undefined) return known
  const template = new Parser(strings).parse()
  templates.set(strings, template)
  return template
}

class Parser {
  /** The text as errors show it, with a name for each interpolated value. */
  readonly #text: string
  readonly #tokens: Token[] = []
  #next = 0
  #depth = 0
  #operations = 0

  constructor(strings: readonly (string | undefined)[]) {
    let text = ''
    for (const [index, part] of strings.entries()) {
      if (part === undefined) {
        throw new MemmapError(
          'ERR_MEMMAP_ARGUMENT',
          'invalid expression: an escape in its text is malformed; leave the backslash out',
        )
      }
      if (text.length + part.length > MAX_LENGTH) {
        throw new MemmapError(
          'ERR_MEMMAP_ARGUMENT',
          `invalid expression of more than ${MAX_LENGTH} characters: it is too long; make several, each an operand of the next`,
        )
      }
      this.#scan(part, text.length)
      text += part
      if (index === strings.length - 1) break
      const name = `\${${index}}`
      this.#tokens.push({ kind: 'operand', text: name, at: text.length, index })
      text += name
    }
    this.#text = text
    this.#tokens.push({ kind: 'end', text: '', at: text.length, index: -1 })
  }

  parse(): Template {
    const tree = this.#comparison()
    const { kind, text } = this.#peek()
    if (kind !== 'end') {
      this.#fail(
        this.#peek(),
        kind === 'symbol' || cureOf(text) !== undefined
          ? `'${text}' has no place here`
          : 'there is no operator between two values',
        cureOf(text) ?? (kind === 'symbol' ? 'leave it out' : 'put one between them'),
      )
    }
    return { text: this.#text, tree }
  }

  #scan(part: string, start: number): void {
    const pattern =
      /\s+|(\d[\d_]*\.?(?:\d[\d_]*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(\*\*|\/\/|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~<>(),=!])|([^])/uy
    for (let match = pattern.exec(part); match !== null; match = pattern.exec(part)) {
      const [all, number, name, symbol, other] = match
      const at = start + match.index
      const token = (kind: Token['kind']): void => void this.#tokens.push({ kind, text: all, at, index: -1 })
      if (number !== undefined) token(/^[\d_]+$/.test(number) ? 'integer' : 'float')
      else if (name !== undefined) token('name')
      else if (symbol !== undefined) token('symbol')
      else if (other !== undefined) token('symbol')
      if (pattern.lastIndex === part.length) break
    }
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token
  }

  #take(): Token {
    return this.#tokens[this.#next++] as Token
  }

  /** Takes a symbol if it is the next token. */
  #accept(...symbols: readonly string[]): Token | null {
    const token = this.#peek()
    return token.kind === 'symbol' && symbols.includes(token.text) ? this.#take() : null
  }

  #comparison(): Tree {
    const left = this.#binary(0)
    const token = this.#accept('<', '<=', '==', '!=', '>=', '>')
    if (token === null) return left
    const right = this.#binary(0)
    const second = this.#peek()
    if (second.kind === 'symbol' && ['<', '<=', '==', '!=', '>=', '>'].includes(second.text)) {
      this.#fail(second, 'comparisons form no chain', 'write (a < b) & (b < c)')
    }
    return this.#operation(OPERATORS.comparison[token.text] as string, [left, right], token)
  }

  /** Operators with two operands, by their precedence. */
  #binary(level: number): Tree {
    const operators = OPERATORS.binary[level]
    if (operators === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (let token = this.#accept(...Object.keys(operators)); token !== null;) {
      left = this.#operation(operators[token.text] as string, [left, this.#binary(level + 1)], token)
      token = this.#accept(...Object.keys(operators))
    }
    return left
  }

  #unary(): Tree {
    const token = this.#accept('-', '+', '~')
    if (token === null) return this.#power()
    return this.#nested(token, () => this.#operation(OPERATORS.unary[token.text] as string, [this.#unary()], token))
  }

  #power(): Tree {
    const base = this.#atom()
    const token = this.#accept('**')
    // From the right, and stronger than a sign before, weaker than one behind, as in Python.
    return token === null ? base : this.#nested(token, () => this.#operation('power', [base, this.#unary()], token))
  }

  #atom(): Tree {
    const token = this.#take()
    const { kind, text, at, index } = token
    switch (kind) {
      case 'operand':
        return { kind, index, at }
      case 'integer':
        return { kind, value: BigInt(this.#digits(token)), at }
      case 'float':
        return { kind, value: Number(this.#digits(token)), at }
      case 'name':
        return this.#named(token)
      case 'end':
        return this.#fail(token, 'a value is missing', 'end with one')
      case 'symbol':
    }
    if (text !== '(') {
      return this.#fail(token, `'${text}' has no place here`, cureOf(text) ?? 'put a value there')
    }
    return this.#nested(token, () => {
      const inner = this.#comparison()
      if (this.#accept(')') === null) this.#fail(this.#peek(), "')' is missing", `close the '(' before it`)
      return inner
    })
  }

  /** A literal without the underscores between its digits. */
  #digits(token: Token): string {
    if (/__|_$|_[.eE]/.test(token.text)) this.#fail(token, 'an underscore stands between two digits', 'leave it out')
    const text = token.text.replaceAll('_', '')
    if (token.kind === 'integer' && /^0\d/.test(text) && !/^0+$/.test(text)) {
      this.#fail(token, 'a whole number has no leading zeros', 'leave them out')
    }
    const behind = this.#peek()
    if (behind.kind === 'name' && behind.at === token.at + token.text.length) {
      this.#fail(
        behind,
        `'${behind.text}' follows a number`,
        'put an operator between them, or interpolate complex numbers',
      )
    }
    return text
  }

  #named(token: Token): Tree {
    const { text, at } = token
    if (this.#accept('(') !== null) return this.#nested(token, () => this.#call(token))
    const constant = CONSTANTS[text]
    if (constant !== undefined && Object.hasOwn(CONSTANTS, text)) {
      return typeof constant === 'boolean'
        ? { kind: 'bool', value: constant, at }
        : { kind: 'float', value: constant, at }
    }
    const cure = cureOf(text) ?? (isCallable(text) ? `call it: ${text}(...)` : `interpolate it: \${${text}}`)
    return this.#fail(token, `there is no value '${text}'`, cure)
  }

  #call(token: Token): Tree {
    const { text } = token
    const arity = isCallable(text) ? FUNCTIONS[text]?.takes : undefined
    if (arity === undefined)
      this.#fail(token, `there is no function '${text}'`, 'use one of those of NumPy that the page "Computing" lists')
    const args: Tree[] = []
    if (this.#accept(')') === null) {
      do args.push(this.#comparison())
      while (this.#accept(',') !== null)
      if (this.#accept(')') === null) this.#fail(this.#peek(), "')' is missing", `close the call of ${text}`)
    }
    if (args.length !== arity)
      this.#fail(
        token,
        `${text} takes ${arity} ${arity === 1 ? 'value' : 'values'}, not ${args.length}`,
        'give as many',
      )
    return { ...this.#operation(text, args, token), isOperator: false }
  }

  #operation(name: string, args: readonly Tree[], token: Token): Tree & { readonly kind: 'call' } {
    if (++this.#operations > MAX_OPERATIONS) {
      this.#fail(token, `it has more than ${MAX_OPERATIONS} operations`, 'make a part of it an expression of its own')
    }
    return { kind: 'call', name, args, at: token.at, isOperator: true }
  }

  #nested<T>(token: Token, parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      this.#fail(token, `it is nested more than ${MAX_DEPTH} deep`, 'make a part of it an expression of its own')
    }
    const result = parse()
    this.#depth--
    return result
  }

  #fail({ at }: Token, rule: string, cure: string): never {
    throw expressionError(this.#text, at, rule, cure)
  }
}

/** What NumPy has in place of operators of Python and JavaScript. */
const CURES: Readonly<Record<string, string>> = {
  '&&': 'write &',
  '||': 'write |',
  '!': 'write ~, or logical_not(x)',
  '=': 'compare with ==',
  '?': 'write where(condition, a, b)',
  '[': 'call index() of the array, and interpolate the result',
  '.': 'interpolate the whole: ${a.T}, or the function without np',
  '@': 'interpolate a.dot(b)',
  None: 'write minimum(x, most) or maximum(x, least)',
  np: 'write the function without np',
  and: 'write &',
  or: 'write |',
  not: 'write ~, or logical_not(x)',
  if: 'write where(condition, a, b)',
}

function cureOf(text: string): string | undefined {
  return Object.hasOwn(CURES, text) ? CURES[text] : undefined
}

/** The most characters of a line in an error. */
const LINE = 100

/** An error that shows the line of the expression with a caret under the place. */
export function expressionError(
  text: string,
  at: number,
  rule: string,
  cure: string,
  code: 'ERR_MEMMAP_ARGUMENT' | 'ERR_MEMMAP_DTYPE' | 'ERR_MEMMAP_CAST' = 'ERR_MEMMAP_ARGUMENT',
): MemmapError {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const stop = text.indexOf('\n', at)
  const line = text.slice(start, stop < 0 ? undefined : stop)
  const column = at - start
  // A long line is cut to the part around the place.
  const from = line.length <= LINE ? 0 : Math.max(0, column - LINE / 2)
  const before = from > 0 ? '...' : ''
  const shown = `${before}${line.slice(from, from + LINE)}${from + LINE < line.length ? '...' : ''}`
  const caret = `${' '.repeat(before.length + column - from)}^`
  return new MemmapError(code, `invalid expression: ${rule}; ${cure}\n  ${shown}\n  ${caret}`)
}
