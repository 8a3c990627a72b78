/** What the command says: words of the shell in every error, lines that fit the terminal, completion, help. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { array, save, savez } from '../lib/index.js'
import { USES_API } from '../lib/cli/errors/api-words.js'
import { inShell } from '../lib/cli/errors/in-shell.js'
import { histogramLines } from '../lib/cli/output/histogram-text.js'
import { progressLine } from '../lib/cli/output/progress.js'
import { pairLines, tableLines } from '../lib/cli/output/terminal.js'
import { COMMAND, manyIn, memmapIn, wordsOf } from './support/cli.js'
import { folder } from './support/files.js'
import { launcher, NODE } from './support/node.js'
import { posix } from './support/platform.js'
import { zip } from './support/zip.js'

function place(t: ExecutionContext): string {
  const at = folder(t)
  save(join(at, 'a.npy'), array([[1, 2.5], [-3, 4]])) // prettier-ignore
  save(join(at, 'text.npy'), array(['ä', 'b']))
  save(join(at, 'date.npy'), array(['2020-01-31'], { dtype: 'M8[D]' }))
  save(join(at, 'void.npy'), array([new Uint8Array(4)], { dtype: 'V4' }))
  save(join(at, 'complex.npy'), array([{ re: 1, im: 2 }]))
  save(join(at, 'record.npy'), array([{ x: 1, y: 2 }], { dtype: [['x', 'f4'], ['y', 'i2']] })) // prettier-ignore
  const npy = readFileSync(join(at, 'a.npy'))
  writeFileSync(join(at, 'raw'), Buffer.alloc(47))
  writeFileSync(join(at, 'empty'), '')
  writeFileSync(join(at, 'empty.npy'), '')
  writeFileSync(join(at, 'empty.npz'), '')
  writeFileSync(join(at, 'text.npz'), 'no zip')
  writeFileSync(join(at, 'notes.npy'), 'no array')
  writeFileSync(join(at, 'cut.npy'), npy.subarray(0, 130))
  writeFileSync(join(at, 'version.npy'), Buffer.concat([npy.subarray(0, 6), Buffer.from([9, 0]), npy.subarray(8)]))
  const long = Buffer.alloc(12 + 20_000, 32)
  npy.copy(long, 0, 0, 6)
  long[6] = 2
  long.writeUInt32LE(20_000, 8)
  writeFileSync(join(at, 'long.npy'), long)
  const object = Buffer.from(npy)
  object.write('|O8', object.indexOf('<f8'))
  writeFileSync(join(at, 'object.npy'), object)
  savez(join(at, 'two.npz'), { x: array([1]), y: array([2]) })
  const member = { name: 'x.npy', data: npy }
  writeFileSync(join(at, 'readme.npz'), zip([{ name: 'readme', data: Buffer.from('hello world') }] as never))
  writeFileSync(join(at, 'method.npz'), zip([{ ...member, method: 12 }] as never))
  writeFileSync(join(at, 'crc.npz'), zip([{ ...member, crc: 1 }] as never))
  mkdirSync(join(at, 'folder'))
  mkdirSync(join(at, 'closed'))
  chmodSync(join(at, 'closed'), 0o500)
  return at
}

const FILES =
  'a.npy text.npy date.npy void.npy complex.npy record.npy raw empty empty.npy empty.npz text.npz notes.npy cut.npy version.npy long.npy object.npy two.npz readme.npz method.npz crc.npz folder missing memmap().npy'

/** Wrong uses; each file above meets each of these. */
const USES = [
  'info FILE',
  'show FILE',
  'stats FILE',
  'check FILE --finite --min 1',
  'diff FILE a.npy',
  'diff text.npy FILE',
  'nearest FILE --row 0',
  'nearest a.npy --query FILE',
  'convert FILE out.npy --force',
  'convert FILE out.csv --force --dtype f2',
  'convert FILE out.png --force',
  'show FILE --image out.png --force',
  'stats FILE --field x',
  'show FILE --slice 0,0,0,0',
  'show FILE --slice 9',
  'info FILE --dtype f8 --shape 1000',
  'stats FILE --dtype f8',
  'stats FILE --dtype V0',
  'check FILE --dtype f8 --offset 1000',
]

const MORE = [
  ...['1:2:0', '[0.5]', '[[1], [2, 3]]', '[true]', '[true, false, true]', '"x"', '..., ...', '::x', '1.5', '[1, "a"]', '[0, 9]', 'get(1)'].map(
    (slice) => ['show', 'a.npy', '--slice', slice],
  ),
  ...['f9', 'O', 'float32(', '[]', '[["x"]]', '{"names": 1}', "[('x', '<f4'), ('x', '<f4')]", '<f4<', 'M8[x]', 'M8[25s/7]', '(2,3)', 'S99999999999', '{"names": ["a"], "formats": ["f4"], "offsets": ["x"]}', '{"names": ["a"], "formats": ["f4"], "itemsize": 1}', '[["x", "f4", -1]]', 'Float32Array', 'a(b)'].flatMap(
    (dtype) => [
      ['stats', 'raw', '--dtype', dtype],
      ['convert', 'a.npy', 'out.npy', '--force', '--to-dtype', dtype],
    ],
  ),
  ...['precision', 'threshold', 'edgeitems', 'linewidth'].flatMap((option) =>
    ['-1', 'x', 'inf', 'nan', '1e99', '99999'].map((value) => ['show', 'a.npy', `--${option}`, value]),
  ),
  ...['-1,-1', '1e5', '9007199254740993', '9007199254740991,2', '0,-1', Array.from({ length: 65 }, () => '1').join(',')].flatMap((shape) => [
    ['info', 'raw', '--shape', shape],
    ['create', 'out.npy', '--force', '--shape', shape],
  ]),
  ...['int8', 'S3', 'U2', 'M8[s]', 'm8', 'complex64', 'bool', 'V3', "[('x', '<f4')]", 'uint64', 'float16'].flatMap((dtype) =>
    ['300', '1e999', 'nan', 'ü', 'x', '1+2j', '2020-99-99', '-1', 'true'].map((fill) => ['create', 'out.npy', '--force', '--shape', '2', '--dtype', dtype, `--fill=${fill}`]),
  ),
  ...['text', 'date', 'void', 'complex', 'record', 'a'].flatMap((name) =>
    ['f8', 'S1', 'S2', 'M8[D]', 'M8', 'm8', 'V2', 'c8', "[('x', '<f4')]", "[('p', 'f4'), ('q', 'f4'), ('r', 'f4')]", 'bool'].map((dtype) => ['convert', `${name}.npy`, 'out.npy', '--force', '--dtype', dtype]),
  ),
  ...['folder', 'nowhere/x.npy', 'closed/x.npy', '/dev/null', 'a.npy/x.npy', 'x\0.npy'].map((out) => ['convert', 'a.npy', out, '--force']),
  ['convert', 'a.npy', '/dev/full', '--raw', '--force'],
  ['diff', 'text.npy', 'date.npy', '--json'],
  ['diff', 'record.npy', 'void.npy'],
  ['diff', 'record.npy', 'a.npy', '--field', 'memmap()'],
  ['check', 'text.npy', '--min', 'a'],
  ['check', 'date.npy', '--min', 'yesterday'],
  ['check', 'date.npy', '--min', '1'],
  ['check', 'date.npy', '--min', 'NaT'],
  ['check', 'a.npy', '--max', 'nan'],
  ['check', 'complex.npy', '--max', '1+nanj'],
  ['stats', 'record.npy', '--field', 'z.q'],
  ['convert', 'a.npy', 'x.npz', '--name', 'x'.repeat(40_000)],
] // prettier-ignore

test('no error names a function, class or option of the API', (t) => {
  const at = place(t)
  const files = FILES.split(' ')
  const lines = [
    ...USES.flatMap((use) => files.map((file) => wordsOf(use).map((word) => (word === 'FILE' ? file : word)))),
    ...MORE,
  ]
  let errors = 0
  manyIn(at, lines).forEach(({ out, err }, number) => {
    const line = lines[number] as string[]
    let said = `${err}${out}`
    for (const word of line.toSorted((a, b) => b.length - a.length)) said = said.replaceAll(word, 'x')
    if (err !== '') errors++
    t.notRegex(said, USES_API, `${line.join(' ')}: ${err}${out}`)
    if (err !== '') t.regex(err, /^(memmap: [^\n]{10,}\n)+$/, line.join(' '))
    t.notRegex(err, /\n? {4}at |Error:/, line.join(' '))
  })
  t.true(errors > 300, String(errors))
})

test('any message of the library loses its words of the API', (t) => {
  const sources = readdirSync('lib', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('cli'))
    .map((name) => readFileSync(join('lib', name), 'utf8').replaceAll(/^ *(\/?\*|\/\/).*$/gm, ''))
  const messages = sources.flatMap((source) =>
    [...source.matchAll(/`((?:invalid|cannot|the) [^`]*)`|'((?:invalid|cannot|the) [^'\n]*)'/g)].map(([, one, other]) =>
      (one ?? other ?? '').replaceAll(/\$\{[^}]*\}+/g, '7'),
    ),
  )
  t.true(messages.length > 100)
  for (const message of messages) {
    const said = inShell(message, 'ERR_MEMMAP_ARGUMENT')
    t.notRegex(said, USES_API, message)
    t.not(said, '', message)
  }
})

test('what the user typed and names in files are repeated as they are', (t) => {
  const at = place(t)
  savez(join(at, 'names.npz'), { fooBar: array([1]), 'get()': array(['x']) })
  const [unknown, several, text] = manyIn(at, [
    ['show', 'names.npz:x'],
    ['show', 'names.npz'],
    ['stats', 'names.npz'],
  ])
  t.regex(unknown?.err ?? '', /the file has \[ 'fooBar', 'get\(\)' \]/)
  t.regex(several?.err ?? '', /\(fooBar, get\(\)\)/)
  t.regex(text?.err ?? '', /^memmap: names\.npz:get\(\): invalid dtype/)
  const { err } = memmapIn(at, ['stats', 'load().npy'])
  t.regex(err, /ENOENT[^\n]*'load\(\)\.npy'/)
})

test('messages name options of the command', (t) => {
  const at = place(t)
  const cases: [line: string, message: RegExp][] = [
    ['stats notes.npy', /a file of raw elements must not be called \.npy/],
    ['stats empty --dtype f4 --shape 3', /--shape/],
    ['info empty', /the file is empty, so there is nothing to read/],
    ['stats raw --dtype f8', /check --dtype and --offset, or give --shape/],
    ['stats raw --dtype f4 --shape 100', /give a smaller --shape or --offset/],
    ['show a.npy --precision 99999', /invalid --precision 99999/],
  ]
  manyIn(at, cases.map(([line]) => wordsOf(line))).forEach(({ err }, number) => t.regex(err, cases[number]?.[1] as RegExp)) // prettier-ignore
})

const longest = (lines: readonly string[]): number => Math.max(...lines.map((line) => line.length))

test('bars, histograms and tables fit any terminal', (t) => {
  for (const columns of [10, 20, 44, 60, 80, 200]) {
    for (const fraction of [0, 0.5, 1]) {
      t.true(progressLine('convert', fraction, 3725, columns).length < columns, String(columns))
    }
    for (const edges of [
      [0, 0.5, 1],
      [-1437.25, 12.5, 2205],
      [-1e300, 0, 1e300],
    ]) {
      const lines = histogramLines({ edges, counts: [1_234_567, 3] }, columns)
      t.true(longest(lines) <= columns, lines.join('\n'))
    }
    const pairs = pairLines(
      [
        ['file', 'a/path/of/many/folders/and/a/long/name/scan.npy'],
        ['dtype', "[('x', '<f4'), ('y', '<i2', (2,)), ('a name that is long', '<f8')]"],
      ],
      columns,
    ).map((parts) => parts.join(''))
    t.true(longest(pairs) <= columns, pairs.join('\n'))
    const all =
      'file a/path/of/many/folders/and/a/long/name/scan.npy' +
      "dtype [('x', '<f4'), ('y', '<i2', (2,)), ('a name that is long', '<f8')]"
    t.is(pairs.join('').replaceAll(/\s/g, ''), all.replaceAll(/\s/g, ''))
    const lines = tableLines(['file', 'min'], [['scan.npy', '12.5']], columns)
    t.is(lines === null, columns < 14)
  }
  t.is(longest(histogramLines({ edges: [0, 1], counts: [5] }, Infinity)), 4 + 4 + 4 + 3 + 2 + 40)
  t.regex(progressLine('stats', 0.5, 61, 80), /^stats █{20}░{20} {2}50 % \| 1m1s left$/)
  t.regex(progressLine('stats', 0.5, 61, 44), /^stats █+░+ {2}50 % \| 1m1s left$/)
  t.is(progressLine('stats', 0.5, 61, 10), '50 %')
})

const hasScript = spawnSync('script', ['--version']).status === 0
;(hasScript ? posix : test.skip)('no line is wider than a terminal of 44 or 20 columns', (t) => {
  const at = place(t)
  savez(join(at, 'several.npz'), { 'a long name of a member': array([1.5, 1 / 3]), b: array([1n]) })
  const command = [...NODE, COMMAND].join(' ')
  for (const columns of [20, 44]) {
    const lines = ['info a.npy', 'info several.npz', 'info a.npy several.npz', 'stats a.npy', 'stats several.npz', 'show a.npy --slice "[0,0,0,0,0,0,0,0]"', 'diff a.npy a.npy'] // prettier-ignore
    const run = lines.map((line) => `${command} ${line}`).join('; ')
    const { stdout } = spawnSync('script', ['-qec', `stty cols ${columns} rows 30; ${run}`, '/dev/null'], {
      cwd: at,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', NO_COLOR: '1', NODE_NO_WARNINGS: '1' },
    })
    // A sentence may go on in the next line.
    const printed = stdout.split(/\r?\n/).filter((line) => !line.startsWith('a.npy and a.npy'))
    t.true(printed.length > 60)
    t.true(longest(printed) <= columns, printed.filter((line) => line.length > columns).join('\n'))
  }
})

posix('completion for bash completes members of .npz files', (t) => {
  const at = place(t)
  savez(join(at, 'odd.npz'), { 'with space': array([1]), 'a:b': array([1]), '\n': array([1]) })
  mkdirSync(join(at, 'bin'))
  writeFileSync(join(at, 'bin/memmap'), launcher(COMMAND), { mode: 0o755 })
  writeFileSync(join(at, 'memmap.bash'), memmapIn(at, ['completion', 'bash']).out)
  const complete = (...words: string[]): string[] => {
    const script = `source ./memmap.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _memmap; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', script], {
      cwd: at,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(at, 'bin')}:${process.env['PATH']}` },
    })
      .trim()
      .split('\n')
  }
  // Bash breaks words at colons.
  t.deepEqual(complete('memmap', 'show', 'two.npz', ':'), ['x', 'y'])
  t.deepEqual(complete('memmap', 'show', 'two.npz', ':', 'y'), ['y'])
  t.deepEqual(complete('memmap', 'show', 'two.npz:'), ['two.npz:x', 'two.npz:y'])
  t.deepEqual(complete('memmap', 'diff', 'a.npy', 'odd.npz', ':'), ['with space', 'a:b'])
  t.deepEqual(complete('memmap', 'show', 'missing.npz', ':'), [''])
  t.deepEqual(complete('memmap', 'show', 'two'), ['two.npz'])
})

test('help is a command', (t) => {
  const at = folder(t)
  const [help, show, flag, unknown] = manyIn(at, [['help'], ['help', 'show'], ['show', '--help'], ['help', 'frob']])
  t.regex(help?.out ?? '', /^Usage: memmap/)
  t.is(help?.code, 0)
  t.deepEqual(show, flag)
  t.notRegex(help?.out ?? '', /__members/)
  t.is(unknown?.code, 2)
  t.regex(unknown?.err ?? '', /invalid command 'frob'/)
})
