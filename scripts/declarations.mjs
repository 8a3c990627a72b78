/**
 * Makes the declarations that the compiler wrote into `dist/` fit for users: `npm run build:ts` calls it.
 *
 * They become CommonJS (`.d.cts`), so that both `index.d.ts` and `index.d.cts` can export them and each class has one declaration
 * in every project. They say nothing that TypeScript 5.0, or a project without a target, does not know. What users do not reach
 * is deleted.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ENTRY = 'index.d.ts'

/** Types that take a parameter since TypeScript 5.7; the parameter has a default. */
const BUFFERS = /\b((?:(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array)|DataView|Buffer)<ArrayBuffer(?:Like)?>/g

/** Rewrites the declarations in a folder. */
export function rewriteDeclarations(folder) {
  const found = new Map()
  reach(folder, ENTRY, found)
  for (const name of readdirSync(folder, { recursive: true })) if (name.endsWith('.d.ts')) rmSync(join(folder, name))
  for (const [name, text] of found) writeFileSync(join(folder, name.replace(/\.d\.ts$/, '.d.cts')), asCommonJs(text))
}

/** Adds a declaration and those that it imports to `found`. */
function reach(folder, name, found) {
  if (found.has(name)) return
  const text = lowered(readFileSync(join(folder, name), 'utf8'))
  found.set(name, text)
  for (const [, specifier] of text.matchAll(/\bfrom '(\.[^']+)\.js'/g))
    reach(folder, join(dirname(name), `${specifier}.d.ts`), found)
}

/** The text in the words of TypeScript 5.0, without imports that only internal members needed. */
function lowered(text) {
  const plain = text
    .replaceAll(BUFFERS, '$1')
    // As nominal as `#private`, which needs a target of ES2015.
    .replaceAll(/^( *)#private;$/gm, '$1private readonly __private;')
  return plain.replaceAll(/^import (type )?\{([^}]*)\} from ('[^']+');\n/gm, (statement, type = '', names, from) => {
    const used = names.split(',').filter((one) => {
      const [local] = one.trim().split(' ').toReversed()
      return new RegExp(`\\b${local}\\b`).test(plain.replace(statement, ''))
    })
    return used.length === 0 ? '' : `import ${type}{${used.join(',')}} from ${from};\n`
  })
}

function asCommonJs(text) {
  return text.replaceAll(/\bfrom '(\.[^']+)\.js'/g, "from '$1.cjs'")
}
