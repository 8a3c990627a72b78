/**
 * Checks the docstrings of everything that index.d.ts exports: each export, member and option has a description, each function and
 * method an example, and each example compiles and runs. A value in a comment behind a line, as in `a.shape // [2, 3]`, is the value
 * of that line. Prints `ok NAME` or `not ok NAME` for each export.
 *
 *   npm run check:docstrings            reads the docstrings by typedoc
 *   npm run check:docstrings -- --built    takes those that `npm run docs` has read
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { runExamples } from './docstring-examples.mjs'

const API = 'docs/api/api.json'
/** Kinds of typedoc's reflections. */
const [FUNCTION, INTERFACE, PROPERTY, METHOD, ACCESSOR, ALIAS] = [64, 256, 1024, 2048, 262144, 2097152]

if (!process.argv.includes('--built')) {
  const run = (...args) => execFileSync(...args, { cwd: 'docs', stdio: ['ignore', 'inherit', 'inherit'] })
  if (!existsSync('docs/node_modules')) run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  run('npx', ['--no-install', 'typedoc', '--logLevel', 'Error', '--json', resolve(API)])
}

const exports = JSON.parse(readFileSync(API, 'utf8')).children
/** The faults of each export, and the examples of all. */
const faults = new Map(exports.map(({ name }) => [name, []]))
const examples = []
/** Interfaces and type aliases are types only. */
const isType = ({ kind }) => kind === INTERFACE || kind === ALIAS
const names = {
  values: exports.filter((one) => !isType(one)).map(({ name }) => name),
  types: exports.filter(isType).map(({ name }) => name),
}

for (const one of exports) check(one, one.name, one)
for (const { owner, text } of await runExamples(examples, names)) faults.get(owner).push(text)
for (const [name, found] of faults)
  console.log(found.length === 0 ? `ok ${name}` : `not ok ${name}\n${found.map((text) => `  ${text}`).join('\n')}`)
process.exitCode = [...faults.values()].some((found) => found.length > 0) ? 1 : 0

/** Checks a declaration and everything in it; `path` is its name, and `top` the export that it belongs to. */
function check(declaration, path, top) {
  if (declaration.inheritedFrom !== undefined) return
  const { kind, name } = declaration
  const commented = commentedOf(declaration)
  const comments = commented.map(({ comment }) => comment).filter(Boolean)
  const complain = (text) => faults.get(top.name).push(`${path} ${text}`)
  if (!comments.some(({ summary }) => textOf(summary) !== '')) complain('has no description')
  for (const comment of comments) collect(comment, path, top)
  // The runtime calls members named by symbols.
  const isCalled = kind === FUNCTION || (kind === METHOD && !name.startsWith('['))
  const isOperation = kind === PROPERTY && declaration.type?.name?.endsWith('Method')
  if ((isCalled || isOperation) && !comments.some((comment) => refers(comment) || exampleOf(comment).length > 0))
    complain('has no example')
  for (const { parameters = [] } of commented) for (const parameter of parameters) checkOptions(parameter, path, top)
  for (const child of declaration.children ?? []) check(child, `${path}.${child.name}`, top)
  if (declaration.type?.type === 'reflection') checkOptions(declaration, path, top)
}

/** Checks that each option of a literal type has a description. */
function checkOptions({ type, name }, path, top) {
  const parts = type?.types ?? [type]
  const described = parts.flatMap((part) => exports.find((one) => one.name === part?.name)?.children ?? [])
  for (const { declaration } of parts.filter((part) => part?.type === 'reflection')) {
    for (const option of declaration.children ?? []) {
      if (option.kind === METHOD || textOf(option.comment?.summary) !== '') continue
      // Said by the interface that this literal narrows.
      if (described.some((one) => one.name === option.name)) continue
      faults.get(top.name).push(`${path}: ${name}.${option.name} has no description`)
    }
  }
}

/** What carries the comments of a declaration: its signatures, for what has some. */
function commentedOf({ kind, signatures, getSignature, ...declaration }) {
  if (kind === ACCESSOR) return [getSignature]
  // What can be called is described as a whole.
  if (kind === INTERFACE) return [declaration]
  return signatures ?? [declaration]
}

function collect(comment, path, top) {
  for (const code of exampleOf(comment)) {
    // Signatures of one function have the same.
    if (!examples.some((one) => one.path === path && one.code === code)) examples.push({ owner: top.name, path, code })
  }
}

function exampleOf({ blockTags = [] }) {
  return blockTags
    .filter(({ tag }) => tag === '@example')
    .map(({ content }) => /```\w*\n([^]*?)\n?```/.exec(textOf(content))?.[1] ?? '')
}

/** True of `{@link NDArray.field}.`, which has its example there. */
function refers({ summary }) {
  return summary[0]?.kind === 'inline-tag' && summary.length <= 2
}

function textOf(parts = []) {
  return parts
    .map(({ text }) => text)
    .join('')
    .trim()
}
