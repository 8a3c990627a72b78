/**
 * Creates `.venv/`, a Python with the NumPy that the tests compare with. `npm run venv`.
 *
 *   npm run venv -- --bench    also the packages that `npm run bench -- --expr` compares with
 */
import { execFileSync } from 'node:child_process'

// Dask for one of the examples.
const PACKAGES = ['numpy==2.4.6', 'dask==2026.8.0', 'distributed==2026.8.0']
const BENCH = process.argv.includes('--bench') ? ['numexpr==2.14.2', 'bottleneck==1.6.0', 'blosc2==4.12.0'] : []

const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
run('python3', '-m', 'venv', '.venv')
run('.venv/bin/python', '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES, ...BENCH)
