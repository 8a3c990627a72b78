/** Returns a variable of the environment; undefined also where the process may not read it, as in Deno without `--allow-env`. */
export function environment(name: string): string | undefined {
  try {
    return process.env[name]
  } catch {
    return undefined
  }
}
