import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folder } from './support/files.js'

const ROOT = join(import.meta.dirname, '../../..')

const blocks = [...readFileSync(join(ROOT, 'docs/npy.md'), 'utf8').matchAll(/```js\n([^]*?)```/g)]

for (const [index, [, code = '']] of blocks.entries()) {
  test(`docs/npy.md: example ${index + 1} runs, and prints what it says`, (t) => {
    // Beside the package, so that it is found by its name.
    const script = join(ROOT, `__test__/.build/npy-example-${index}.mjs`)
    writeFileSync(script, code)
    t.teardown(() => rmSync(script))
    const printed = execFileSync(process.execPath, [script], { cwd: folder(t), encoding: 'utf8' })
    for (const [, said = ''] of code.matchAll(/console\.log\(.*\/\/ (?:read: )?(.*)$/gm))
      t.true(printed.includes(said), said)
  })
}
