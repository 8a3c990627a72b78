/** Emulated processors are tens of times slower than others: where `MEMMAP_SLOW` is set, what is repeated is repeated less often. */
import test from 'ava'

const slow = process.env['MEMMAP_SLOW'] === '1'

/** qemu has a note of its own for every page that is mapped: terabytes of address space are more than it can take. */
export const spacious = slow ? test.skip : test

/** How often something is done that is done `count` times elsewhere. */
export const times = (count: number): number => (slow ? Math.ceil(count / 10) : count)

/** How many milliseconds something is waited for that takes so many elsewhere. */
export const soon = (milliseconds: number): number => (slow ? 25 * milliseconds : milliseconds)

/** How many milliseconds a process may take. */
export const patience = slow ? 1_500_000 : 300_000
