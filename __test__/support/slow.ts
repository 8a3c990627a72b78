/** Emulated processors are tens of times slower than others: where `MEMMAP_SLOW` is set, what is repeated is repeated less often. */
const slow = process.env['MEMMAP_SLOW'] === '1'

/** How often something is done that is done `count` times elsewhere. */
export const times = (count: number): number => (slow ? Math.ceil(count / 10) : count)

/** How many milliseconds something is waited for that takes so many elsewhere. */
export const soon = (milliseconds: number): number => (slow ? 25 * milliseconds : milliseconds)

/** How many milliseconds a process may take. */
export const patience = slow ? 1_500_000 : 300_000
