import test from 'ava'
import { child } from './support/child.js'
import { folder } from './support/files.js'

interface Report {
  readonly cases: number
  readonly differing: readonly object[]
  /** The codes of the cases that throw. */
  readonly errors: Readonly<Record<string, string>>
  readonly strangers: Readonly<Record<string, { isOurs?: boolean; code?: string; message?: string; value?: string }>>
}

test('the package in a vm context takes the values of either realm and throws its own errors', (t) => {
  const { status, report, output } = child('realms', [folder(t)], { flags: ['--experimental-vm-modules'] })
  t.is(status, 0, output)
  const { cases, differing, errors, strangers } = report as Report
  t.true(cases > 150)
  t.deepEqual(differing, [])
  t.is(Object.keys(errors).length, 'Float16Array' in globalThis ? 28 : 26, JSON.stringify(errors))
  for (const [name, { isOurs, code, message, value }] of Object.entries(strangers)) {
    t.true(isOurs, `${name}: ${value ?? message}`)
    t.regex(code ?? '', /^ERR_MEMMAP_/, name)
    if (!/newaxis|shape/.test(name)) t.regex(message ?? '', /another copy of memmap/, name)
  }
})
