/** The entries of a list, undefined where it has a hole: `map`, `every` and `forEach` would skip that. */
export function entriesOf<T>(list: readonly T[]): readonly T[] {
  return list.includes(undefined as T) ? Array.from(list) : list
}
