/**
 * Makes `.venv/`, a Python with the NumPy that the tests compare with. `npm run venv`.
 */
import { execFileSync } from 'node:child_process'

const PACKAGES = ['numpy==2.4.6']

const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
run('python3', '-m', 'venv', '.venv')
run('.venv/bin/python', '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES)
