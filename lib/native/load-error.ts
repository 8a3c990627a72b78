import { MemmapError } from '../errors/memmap-error.js'
import { VERSION } from './version.js'

/** Something that was tried: the name that was looked for, and the path that it has where it was found. */
export interface Attempt {
  readonly name: string
  readonly path: string
  readonly error: unknown
}

/** What failed, by the text of the innermost error, and the way out. */
const REASONS: readonly (readonly [pattern: RegExp, reason: string, wayOut: string])[] = [
  [
    /ERR_DLOPEN_DISABLED|addons is disabled/,
    'this process may not load native code',
    'run node with --allow-addons (under --permission), and without --no-addons',
  ],
  [/ERR_ACCESS_DENIED/, 'this process may not read it', 'run node with --allow-fs-read for its folder'],
  [
    /NotCapable|PermissionDenied|Requires \w+ access/,
    'this process may not load native code',
    'run deno with --allow-ffi, --allow-read and --allow-env',
  ],
  [
    /GLIBC(?:XX)?_[\d.]+' not found|version `\w+' not found/,
    'the C library of this system is too old for it',
    'use a newer system, or build memmap from its sources there',
  ],
  [
    /ld-musl|libc\.musl|Error relocating|symbol not found|libc\.so\.6|ld-linux/,
    'it was built for another C library',
    'install the packages on the system that runs them, or for its C library (npm install --libc=musl or --libc=glibc)',
  ],
  [
    /failed to map segment|Operation not permitted|code signature|disallowed by system policy/,
    'the system does not let it run, as on a file system that is mounted noexec',
    'put node_modules where programs may run',
  ],
  [
    /wrong ELF class|incompatible architecture|cannot open shared object file: Exec format|ELF machine|ERROR_BAD_EXE_FORMAT/,
    'it was built for another processor',
    'install the packages on the machine that runs them',
  ],
  [
    /file too short|invalid ELF header|not a valid Win32|not a mach-o|file too small|truncated|ELF load command|bad ELF|Invalid argument/i,
    'the file is damaged',
    'remove node_modules, and install again',
  ],
  [/EACCES|Permission denied/, 'this process may not read it', 'correct the permissions of the file'],
]

/** What a search that found nothing says, in Node, Bun, Deno, Jest and Vitest. */
const NOT_FOUND = /MODULE_NOT_FOUND|ERR_PACKAGE_IMPORT_NOT_DEFINED|ERR_PACKAGE_PATH_NOT_EXPORTED|Cannot find|not defined|ENOENT|ENOTDIR/

/**
 * Creates the error of a package that cannot be loaded, from all that was tried.
 * @param bundle the file that the package was bundled into; null where it runs from its own files
 */
export function loadError(attempts: readonly Attempt[], platforms: readonly string[], bundle: string | null): MemmapError {
  const found = attempts.find(({ error }) => !NOT_FOUND.test(innermostText(error)))
  if (found !== undefined) return found.error instanceof MemmapError ? found.error : unusable(found)
  const { platform, arch } = process
  const [first] = platforms
  if (first === undefined) {
    return error(
      `invalid platform ${platform} ${arch}: memmap has no native code for it; build memmap from its sources there, and set ` +
        'MEMMAP_NATIVE_PATH to the .node file',
      `${platform}-${arch}`,
      attempts,
    )
  }
  const name = `@memmap/binding-${first}`
  const [given] = attempts
  if (given !== undefined && attempts.length === 1) {
    return error(
      `invalid MEMMAP_NATIVE_PATH '${given.name}': there is no such file; unset it, or give the path of the .node file`,
      name,
      attempts,
    )
  }
  return error(
    bundle === null
      ? `invalid installation of memmap: the package '${name}', with the native code for this platform, is not there; ` +
          `install it beside memmap (npm install ${name}), and let the package manager install optional dependencies`
      : `invalid bundle '${bundle}': it has memmap in it, and from there the package '${name}' with the native code is not found; ` +
          `mark memmap as external, or copy memmap.${first}.node beside the bundle`,
    name,
    attempts,
  )
}

/** Creates the error of native code of another version. */
export function wrongVersion(path: string, version: string | undefined): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_NATIVE_MISSING',
    `invalid native code '${path}': its version is ${version ?? 'an older one'}, and that of memmap ${VERSION}; install both again`,
    { path, expected: VERSION, actual: version },
  )
}

/** The error of native code that is there and does not load. */
function unusable({ path, error: cause }: Attempt): MemmapError {
  const text = innermostText(cause)
  const [, reason, wayOut] = REASONS.find(([pattern]) => pattern.test(text)) ?? [
    null,
    'it does not load',
    isPacked(path) ? 'leave it out of the archive (asarUnpack)' : 'remove node_modules, and install again',
  ]
  return new MemmapError(
    'ERR_MEMMAP_NATIVE_MISSING',
    `invalid native code '${path}': ${reason} (${firstLine(text)}); ${wayOut}`,
    { path, cause },
  )
}

function error(message: string, expected: string, attempts: readonly Attempt[]): MemmapError {
  return new MemmapError('ERR_MEMMAP_NATIVE_MISSING', message, { expected, cause: attempts[0]?.error })
}

/** True inside an archive of Electron. */
function isPacked(path: string): boolean {
  return /\.asar[\\/]/.test(path)
}

/** Code, name and message of the innermost cause, because runtimes wrap it. */
function innermostText(thrown: unknown): string {
  const seen = new Set<unknown>()
  let last = thrown
  while (typeof last === 'object' && last !== null && !seen.has(last)) {
    seen.add(last)
    const { cause } = last as { cause?: unknown }
    if (typeof cause !== 'object' || cause === null) break
    last = cause
  }
  const { code, name, message } = (last ?? {}) as { code?: unknown; name?: unknown; message?: unknown }
  return [code, name === 'Error' ? undefined : name, message].filter((part) => typeof part === 'string').join(': ')
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string
}
