import test from 'ava'
import type { ExecutionContext } from 'ava'
import { SKIPPED, findPython } from './numpy-live.js'

/** Declares a test that asks a Python with NumPy. Without one, the test is skipped and its title says why. */
export function live(title: string, body: (t: ExecutionContext, python: string) => void | Promise<void>): void {
  const python = findPython()
  if (python === undefined) test.skip(`${title} (${SKIPPED})`, () => {})
  else test(title, (t) => body(t, python))
}
