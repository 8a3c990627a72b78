import { array, slice } from '../../lib/index.js'
import type { NDArray } from '../../lib/index.js'

type Comparison = '<' | '<=' | '==' | '!=' | '>=' | '>'

/**
 * Runs a NumPy statement about an array `a`: `a[1:] = a[:-1]`, `a[[0,1],[2,0]] = [50,60]`, `a[mask a>2] = -1`,
 * `a += 1`. Values are Python's literals and `array([...], 'dtype')`. Text in brackets behind it, or before `a`, is a
 * comment.
 */
export function carryOut(statement: string, a: NDArray): void {
  const parser = new Parser(statement.replace(/^\w+ (?=a\b)/, '').replace(/ \([a-z ]+\)$/i, ''), a)
  parser.statement()
}

class Parser {
  private at = 0

  constructor(
    private readonly text: string,
    private readonly a: NDArray,
  ) {}

  statement(): void {
    const { target, selectors } = this.place()
    if (this.takes('+=')) {
      const step = this.value() as number
      target.apply((element) => (element as number) + step)
    } else {
      this.expect('=')
      target.assign(this.value() as never, selectors as never)
    }
    if (this.rest() !== '') throw new SyntaxError(`${this.rest()} is left of ${this.text}`)
  }

  /** `a`, `a.T[0]`, ...: the last brackets are what is stored to. */
  private place(): { target: NDArray; selectors: unknown[] | undefined } {
    this.expect('a')
    let target = this.a
    let selectors: unknown[] | undefined
    for (;;) {
      const next = this.takes('.T') ? 'T' : this.takes('[') ? '[' : ''
      if (next === '') return { target, selectors }
      if (selectors !== undefined) target = target.index(...(selectors as never[])) as NDArray
      selectors = next === '[' ? this.selectors() : undefined
      if (next === 'T') target = target.T
    }
  }

  private selectors(): unknown[] {
    const list: unknown[] = []
    while (!this.takes(']')) {
      list.push(this.selector())
      this.takes(',')
    }
    return list
  }

  private selector(): unknown {
    if (this.takes('...')) return '...'
    const mask = this.match(/mask a\s*([<>=!]=?)\s*/y)
    if (mask !== null) return this.a.compare(mask[1] as Comparison, this.value() as never)
    if (this.takes('[')) return this.selectors()
    const part = this.match(/-?\d*:-?\d*(?::-?\d*)?/y)
    if (part === null) return this.value()
    const [start, stop, step] = part[0]
      .split(':')
      .map((bound) => (bound === '' || bound === undefined ? undefined : Number(bound)))
    return slice(start, stop, step)
  }

  private value(): unknown {
    if (this.takes('array(')) return this.array()
    if (this.takes('[')) return this.list()
    if (this.takes('(')) return this.complex()
    const text = this.match(/(b?)'((?:[^'\\]|\\.)*)'/y)
    if (text !== null) return text[1] === 'b' ? new Uint8Array(Buffer.from(text[2] as string, 'latin1')) : text[2]
    const word = this.match(/True|False|nan|-?inf/y)?.[0]
    if (word !== undefined) return { True: true, False: false, nan: NaN, inf: Infinity, '-inf': -Infinity }[word]
    const imaginary = this.match(/(-?[\d.]+(?:e[+-]?\d+)?)j/y)
    if (imaginary !== null) return { re: 0, im: Number(imaginary[1]) }
    const number = this.match(/-?[\d.]+(?:e[+-]?\d+)?/y)?.[0]
    if (number === undefined) return this.view()
    return Number.isSafeInteger(Number(number)) || /[.e]/.test(number) ? Number(number) : BigInt(number)
  }

  private view(): NDArray {
    const { target, selectors } = this.place()
    return selectors === undefined ? target : target.index(...(selectors as never[]))
  }

  private array(): NDArray {
    const values = this.value()
    this.expect(',')
    const dtype = this.value() as never
    this.expect(')')
    return array(values, { dtype }) as unknown as NDArray
  }

  private list(): unknown[] {
    const list: unknown[] = []
    while (!this.takes(']')) {
      list.push(this.value())
      this.takes(',')
    }
    return list
  }

  private complex(): unknown {
    const parts = this.match(/(-?[\d.]+(?:e[+-]?\d+)?)([+-][\d.]+(?:e[+-]?\d+)?)j\)/y)
    if (parts === null) throw new SyntaxError(`no complex number at ${this.rest()}`)
    return { re: Number(parts[1]), im: Number(parts[2]) }
  }

  private takes(token: string): boolean {
    this.match(/\s*/y)
    const found = this.text.startsWith(token, this.at)
    if (found) this.at += token.length
    return found
  }

  private expect(token: string): void {
    if (!this.takes(token)) throw new SyntaxError(`${token} is missing at ${this.rest()} in ${this.text}`)
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found !== null) this.at = pattern.lastIndex
    return found
  }

  private rest(): string {
    return this.text.slice(this.at)
  }
}
