/** Emulated processors are tens of times slower, so `MEMMAP_SLOW` reduces repetitions and raises time limits. */
const slow = process.env['MEMMAP_SLOW'] === '1'

/** `count` repetitions, fewer on a slow machine. */
export const times = (count: number): number => (slow ? Math.ceil(count / 10) : count)

/** A time limit in milliseconds, longer on a slow machine. */
export const timeLimit = (milliseconds: number): number => (slow ? 25 * milliseconds : milliseconds)

/** Time limit for a child process in milliseconds. */
export const childTimeout = slow ? 1_500_000 : 300_000
