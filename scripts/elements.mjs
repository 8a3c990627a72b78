/**
 * Makes the getters and setters of every kind of element from those of float32, by replacing what tells them apart: the
 * lens, what a value must be to be stored as it is, and how an element is read and written. Part of `npm run build:ts`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const folder = new URL('../lib/elements/', import.meta.url)
const model = readFileSync(new URL('float32.ts', folder), 'utf8')
const code = model.slice(model.indexOf('import '))

const number = (rule) => `typeof value === 'number' && ${rule}`
const any = `typeof value === 'number'`
const big = (cast) => `typeof value === 'bigint' && BigInt.${cast}(64, value) === value`

/** name: [lens, what is stored as it is, DataView method for the other byte order and unaligned bytes] */
const KINDS = {
  bool: ['u8', `typeof value === 'boolean'`],
  int8: ['i8', number('(value << 24) >> 24 === value')],
  uint8: ['u8', number('(value & 255) === value')],
  int16: ['i16', number('(value << 16) >> 16 === value'), 'Int16'],
  uint16: ['u16', number('(value & 65535) === value'), 'Uint16'],
  int32: ['i32', number('(value | 0) === value'), 'Int32'],
  uint32: ['u32', number('value >>> 0 === value'), 'Uint32'],
  int64: ['i64', big('asIntN'), 'BigInt64'],
  uint64: ['u64', big('asUintN'), 'BigUint64'],
  float16: ['u16', any, 'Uint16'],
  float32: ['f32', any, 'Float32'],
  float64: ['f64', any, 'Float64'],
}

/** Kinds whose stored form is not the element itself. */
const FORMS = {
  bool: { read: (raw) => `${raw} !== 0`, write: (value) => `(${value} ? 1 : 0)` },
  float16: {
    read: (raw) => `HALVES[${raw}]`,
    write: (value) => `numberToHalf(${value} as number)`,
    imports: `import { halves, numberToHalf } from '../../scalar/half.js'\n`,
    constants: 'const HALVES = halves\n',
  },
}

const out = new URL('made/', folder)
// What an earlier version made is gone.
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const names = []

for (const [name, [lens, fits, method]] of Object.entries(KINDS)) {
  const kind = lens.startsWith('i64') || lens.startsWith('u64') ? 'bigint' : 'number'
  if (name !== 'float32') write(name, aligned(name, lens, fits, kind))
  for (const order of method ? ['little', 'big'] : []) {
    write(`${name}-${order}`, bytewise(name, fits, method, kind, order === 'little'))
  }
}
writeFileSync(new URL('index.ts', out), index())

function write(name, text) {
  names.push(name)
  const note = `// Made by scripts/elements.mjs from ../float32.ts: change that.\n`
  writeFileSync(new URL(`${name}.ts`, out), note + text)
}

function aligned(name, lens, fits, kind) {
  return form(name, fits, kind, code.replaceAll('this.store.f32', `this.store.${lens}`))
}

/** Through a DataView, of one byte order, which is then no question in the loop: positions and steps count bytes. */
function bytewise(name, fits, method, kind, little) {
  const text = code
    .replace(
      /this\.store\.f32\[((?:[^[\]]|\[[^\]]*\])*)\] = value as number/g,
      (_, at) => `this.store.view.set${method}(${at}, value as number, ${little})`,
    )
    .replace(
      /this\.store\.f32\[((?:[^[\]]|\[[^\]]*\])*)\]/g,
      (_, at) => `this.store.view.get${method}(${at}, ${little})`,
    )
    .replaceAll('element === undefined || ', '')
  return form(name, fits, kind, text)
}

function form(name, fits, kind, text) {
  const { read, write, imports = '', constants = '' } = FORMS[name] ?? {}
  text = text.replaceAll(`typeof value === 'number' ? 0 : -1`, `${fits} ? 0 : -1`)
  if (read) text = text.replaceAll('return element\n', `return ${read('element')}\n`)
  if (write) text = text.replaceAll('value as number', write('value'))
  text = text.replace('const GATE', `${constants}const GATE`)
  return imports + text.replaceAll('value as number', `value as ${kind}`).replaceAll(`'./access.js'`, `'../access.js'`)
}

function index() {
  const local = (name) => name.replaceAll('-', '_')
  const all = ['float32', ...names].toSorted()
  const lines = all.map(
    (name) => `import * as ${local(name)} from '${name === 'float32' ? '../float32.js' : `./${name}.js`}'`,
  )
  const entries = all.map((name) => `  '${name}': ${local(name)},`)
  return `// Made by scripts/elements.mjs.
import type { Accessors } from '../access.js'
${lines.join('\n')}

/** By the dtype's name, followed by \`-little\` or \`-big\` for elements that are not aligned or in the other byte order. */
export const ACCESSORS: Readonly<Record<string, Accessors>> = {
${entries.join('\n')}
}
`
}
