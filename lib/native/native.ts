/**
 * Loads the native binding and converts its errors to {@link MemmapError}s. No other module imports the binding.
 * @module
 */
import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'
import type * as Binding from '../../native/binding.cjs'
import { MemmapError } from '../errors/memmap-error.js'

export type { NativeMapping, NativeTask } from '../../native/binding.cjs'

/** The binding's functions. Callers check the arguments first, because native code takes 1.7 for 1 and NaN for 0. */
export const native: typeof Binding = load()

const isFirst = native.initialize(
  process.env['MEMMAP_GUARD'] !== 'off',
  'transfer' in ArrayBuffer.prototype,
  !isMainThread,
)

// Node installs and removes a handler as listeners for a signal come and go, and the guard's must be the current one. A native
// function as the listener keeps nothing of this module alive, and one is enough for every realm that loads the module.
if (isFirst && isMainThread) {
  for (const event of ['newListener', 'removeListener']) process.on(event, native.reinstallHandlers)
}

native.onFault((path) => {
  const file = path === null ? 'a mapped file' : `'${path}'`
  process.emitWarning(
    `a page of ${file} could not be loaded and reads as zeros: the file was truncated, or the disk is full. Every method of ` +
      'the array throws from now on; its property fault has the reason.',
    { type: 'MemmapWarning', code: 'MEMMAP_FAULT' },
  )
})

function load(): typeof Binding {
  try {
    return createRequire(import.meta.url)('#native')
  } catch (cause) {
    if (causes(cause).some(({ message }) => /addons is disabled/.test(String(message)))) {
      throw new MemmapError(
        'ERR_MEMMAP_NATIVE_MISSING',
        'invalid permissions for memmap: this process may not load native code; run node with --allow-addons',
        { cause },
      )
    }
    const name = platformPackage()
    throw new MemmapError(
      'ERR_MEMMAP_NATIVE_MISSING',
      `invalid installation of memmap: the package '${name}' with the native code for this platform could not be loaded; ` +
        `install it beside memmap (npm install ${name}), and let your package manager install optional dependencies`,
      { expected: name, cause },
    )
  }
}

/** An error and its causes, the innermost last. */
function causes(error: unknown): { message?: unknown }[] {
  const found: object[] = []
  for (let next = error; typeof next === 'object' && next !== null; next = (next as { cause?: unknown }).cause) {
    if (found.includes(next)) break
    found.push(next)
  }
  return found
}

function platformPackage(): string {
  const { platform, arch } = process
  const parts: string[] = [platform, arch]
  if (platform === 'win32') parts.push('msvc')
  if (platform === 'linux') parts.push(arch === 'arm' ? 'gnueabihf' : isGlibc() ? 'gnu' : 'musl')
  return `@memmap/binding-${parts.join('-')}`
}

function isGlibc(): boolean {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined
  return report?.header?.glibcVersionRuntime !== undefined
}

/**
 * Returns the result of a call of {@link native}.
 * @throws MemmapError in place of the native error
 */
export function unwrapNative<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw fromNative(error)
  }
}

/** Converts an error of {@link native} to a {@link MemmapError}. */
export function fromNative(error: unknown): unknown {
  // No class tells them: native code throws errors of another realm where this module is in one of its own.
  if (typeof error !== 'object' || error === null || error instanceof MemmapError) return error
  const { code, message, path, syscall, errno, expected, actual } = error as Error & Record<string, unknown>
  if (typeof code !== 'string') return error
  return new MemmapError(code, message, {
    path: path as string | undefined,
    syscall: syscall as string | undefined,
    errno: errno as number | undefined,
    expected,
    actual,
  })
}

/**
 * The number of open mappings with a fault, in all threads, as a word in native memory. Accessors read it after every element,
 * because while it is 0 no mapping has to be checked.
 */
export const faults = new Int32Array(native.faults())
