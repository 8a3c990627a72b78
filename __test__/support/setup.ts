/** Runs before each spec: properties use the same random values in every run, unless `MEMMAP_SEED` is set. */
import fc from 'fast-check'
import { seed } from './numpy-live.js'

// Child processes run `dist`, whose coverage nobody reads.
delete process.env['NODE_V8_COVERAGE']
fc.configureGlobal({ seed: seed() })

// Memory that the library does not clear holds this in the tests, so that an element that no one wrote shows.
const allocate = Buffer.allocUnsafeSlow
Buffer.allocUnsafeSlow = (size) => allocate(size).fill(0xa5)
