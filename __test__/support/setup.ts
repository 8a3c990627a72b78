/** Before each file of tests: properties are tried on the same random values on every run, unless `MEMMAP_SEED` says otherwise. */
import fc from 'fast-check'
import { seed } from './numpy-live.js'

fc.configureGlobal({ seed: seed() })
