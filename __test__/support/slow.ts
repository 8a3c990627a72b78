/** Emulated processors are tens of times slower, so `MEMMAP_SLOW` reduces repetitions and raises time limits. */
const slow = process.env['MEMMAP_SLOW'] === '1'

/** The share of repetitions that runs: all on one version of Node, `MEMMAP_SHARE` of them on the others of a matrix. */
const share = slow ? 0.1 : Number(process.env['MEMMAP_SHARE'] ?? 1)

/** True on the version of Node that runs everything, for tests of what is the same on all. */
export const isWhole = share === 1

/** `count` repetitions, fewer on a slow machine or where another version of Node runs them all. */
export const times = (count: number): number => Math.ceil(count * share)

/** A time limit in milliseconds, longer on a slow machine. */
export const timeLimit = (milliseconds: number): number => (slow ? 25 * milliseconds : milliseconds)

/** Time limit for a child process in milliseconds. */
export const childTimeout = slow ? 1_500_000 : 300_000
