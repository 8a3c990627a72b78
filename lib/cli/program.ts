/**
 * The commands, their options and their help. Each command loads its implementation when it runs.
 * @module
 */
import { Argument, Command, Option } from 'commander'
import { MEMBERS } from './cli-options.js'
import type { CliOptions } from './cli-options.js'
import { OK, UsageError } from './exit.js'
import { VERSION } from '../native/version.js'
import { METRICS } from '../ops/linalg/metrics.js'
import { FORMATS } from './output/format.js'
import { write } from './output/stdout.js'

const FILE = '.npy file, member of a .npz file (file.npz:name), raw file, or - for standard input'
const FILES = `${FILE}; of a .npz file without a name, all members`

/** The whole command; `end` receives the exit code of the command that ran. */
export function programOf(end: (code: number) => void): Command {
  const program = new Command('memmap')
    .description('Look into, check, compare and convert files of numbers, without reading them into memory.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpText('after', AFTER)
    .action(() => {
      const [first] = program.args
      if (first !== undefined) throw unknownCommand(first)
      throw new UsageError(`missing command: give one of ${NAMES.join(', ')}; see memmap --help`)
    })
    .allowExcessArguments()

  const add = (name: string, description: string, examples: string): Command =>
    program
      .command(name)
      .description(description)
      .helpOption('-h, --help', 'print help')
      .allowExcessArguments(false)
      .addHelpText('after', `\nExamples:\n${examples.trim().replaceAll(/^ */gm, '  $ ')}`)

  rawOptions(
    add(
      'info',
      'Print what a file is: format, dtype, shape, order, offset of the data, and how much of it is in memory.',
      EXAMPLES.info,
    ),
  )
    .argument('<file...>', FILES)
    .option('--json', 'print JSON, a line for each file')
    .action(async (files: string[], options: CliOptions) =>
      end(await (await import('./commands/info.js')).info(files, options)),
    )

  rawOptions(add('show', 'Print elements as NumPy does, or draw a slice with two axes as a picture.', EXAMPLES.show))
    .argument('<file>', FILE)
    .option('-s, --slice <selectors>', "the part to show, as in NumPy's a[...]: '0:3, ..., -1'")
    .option('--precision <digits>', 'maximum digits after the point')
    .option('--threshold <count>', 'summarise more elements than this')
    .option('--edgeitems <count>', 'items of a summary at each end')
    .option('--linewidth <characters>', 'characters in a line')
    .option('--suppress', 'print no exponents')
    .option('--image <out.png>', 'draw a slice with two axes into a PNG file, with a scale')
    .addOption(
      new Option('--colormap <map>', 'colours of the picture').choices(['grey', 'viridis', 'magma', 'coolwarm']),
    )
    .option('--range <low,high>', 'the values at the ends of the colours; by default the least and greatest element')
    .option('--force', 'replace an existing picture')
    .option('--json', 'print JSON')
    .action(async (file: string, options: CliOptions) =>
      end(await (await import('./commands/show.js')).show(file, options)),
    )

  rawOptions(
    add(
      'stats',
      'Print count, minimum, maximum, mean, standard deviation, NaN and infinities, and a histogram. All but the counts skip NaN.',
      EXAMPLES.stats,
    ),
  )
    .argument('<file...>', FILES)
    .option('-b, --bins <count>', 'intervals of the histogram; 10 by default')
    .option('--json', 'print JSON, a line for each array')
    .action(async (files: string[], options: CliOptions) =>
      end(await (await import('./commands/stats.js')).stats(files, options)),
    )

  add(
    'check',
    'Check files against rules, and report the first element, in C order, that breaks one. Exit code 1 if a rule is broken.',
    EXAMPLES.check,
  )
    .argument('<file...>', FILES)
    .option('-d, --dtype <dtype>', 'the dtype that it must have; for a raw file, the dtype of its elements')
    .option('-s, --shape <shape>', "the shape that it must have; '*' is any length, as in '*,3'")
    .option('--finite', 'no NaN, infinity or NaT')
    .option('--min <value>', 'every element is at least this')
    .option('--max <value>', 'every element is at most this')
    .option('--allow-nan', 'let --min and --max skip NaN, which breaks them otherwise')
    .option('--offset <bytes>', 'of a raw file, the offset of the first element')
    .option('--order <C|F>', 'of a raw file, the order of its elements')
    .option('--field <name>', 'a field of records')
    .addOption(FORMAT())
    .option('--json', 'print JSON, a line for each array')
    .action(async (files: string[], options: CliOptions) =>
      end(await (await import('./commands/check.js')).check(files, options)),
    )

  rawOptions(
    add(
      'diff',
      'Compare two arrays, or all arrays of two .npz files: |A - B| <= atol + rtol * |B| for every element, as numpy.testing.assert_allclose. Exit code 1 if they differ.',
      EXAMPLES.diff,
    ),
  )
    .argument('<a>', FILE)
    .argument('<b>', 'the array to compare with')
    .option('--rtol <number>', 'tolerance relative to B; 1e-7 by default')
    .option('--atol <number>', 'absolute tolerance; 0 by default')
    .option('--no-equal-nan', 'NaN differs from NaN')
    .option('--equal-nan', 'NaN is equal to NaN (the default)')
    .addOption(FORMAT())
    .option('--json', 'print JSON')
    .action(async (a: string, b: string, options: CliOptions) =>
      end(await (await import('./commands/diff.js')).diff(a, b, options)),
    )

  rawOptions(
    add(
      'nearest',
      'Print the rows that are nearest to a row, or to each row of another file, the nearest first.',
      EXAMPLES.nearest,
    ),
  )
    .argument('<file>', `the rows: ${FILE}`)
    .option('-r, --row <number>', 'a row of the file, which is not found itself; negative from the end')
    .option('-q, --query <file>', 'a file with a row, or several')
    .option('-k, --k <count>', 'rows to find for each; 10 by default')
    .addOption(
      new Option('-m, --metric <metric>', "what is near; cosine by default. 'dot' finds the largest products").choices(
        METRICS,
      ),
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: CliOptions) =>
      end(await (await import('./commands/nearest.js')).nearest(file, options)),
    )

  rawOptions(
    add(
      'convert',
      'Write an array to another file, in the format of its ending: .npy, .npz, .csv, .txt, .png. The file appears when it is complete.',
      EXAMPLES.convert,
    ),
    'for a raw IN, its dtype; otherwise the dtype of OUT',
    'for a raw IN, its order; otherwise the order of OUT',
  )
    .argument('<in>', FILE)
    .argument('<out>', 'the file to write, or - for standard output')
    .addOption(RAW())
    .addOption(new Option('--to <format>', 'the format of standard output; npy by default').choices(FORMATS))
    .option('--name <member>', 'the name of the array in a .npz file')
    .option('--force', 'replace an existing file')
    .option('--to-dtype <dtype>', 'the dtype of OUT')
    .option('--to-order <C|F>', 'the order of OUT')
    .option('--byte-order <little|big|native>', 'the byte order of OUT')
    .option('--json', 'print JSON')
    .action(async (from: string, to: string, options: CliOptions) =>
      end(await (await import('./commands/convert.js')).convert(from, to, options)),
    )

  add('create', 'Create a file of one value, in the format of its ending: .npy, .npz, .csv, .txt.', EXAMPLES.create)
    .argument('<out>', 'the file to write')
    .addOption(RAW())
    .option('--force', 'replace an existing file')
    .option('-d, --dtype <dtype>', 'the dtype of the elements; float64 by default')
    .requiredOption('-s, --shape <shape>', 'the length of each axis, as in 3,4')
    .option('--order <C|F>', 'the order of the elements; C by default')
    .option('--fill <value>', 'the value of every element; 0 by default')
    .option('--sparse', 'leave a hole instead of allocating disk space')
    .option('--json', 'print JSON')
    .action(async (out: string, options: CliOptions) =>
      end(await (await import('./commands/create.js')).create(out, options)),
    )

  add(
    'completion',
    'Print a script that completes commands, options, files and members of .npz files.',
    EXAMPLES.completion,
  )
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
    .action(async (shell: string) => {
      const { bash, zsh } = await import('./completion.js')
      write(shell === 'bash' ? bash(program) : zsh(program))
      end(OK)
    })

  program
    .command('help', { hidden: true })
    .argument('[command]')
    .action((name?: string) => {
      const command = name === undefined ? program : program.commands.find((one) => one.name() === name)
      if (command === undefined) throw unknownCommand(name as string)
      command.outputHelp()
      end(OK)
    })

  // For the scripts of `completion`.
  program
    .command(MEMBERS, { hidden: true })
    .argument('<file>')
    .action(async (file: string) => {
      const { printMembers } = await import('./completion.js')
      printMembers(file)
      end(OK)
    })

  for (const one of [program, ...program.commands]) {
    one.exitOverride().configureOutput({ outputError: () => {}, writeOut: write })
  }
  return program
}

function unknownCommand(name: string): UsageError {
  return new UsageError(`invalid command '${name}': it must be one of ${NAMES.join(', ')}; see memmap --help`)
}

const NAMES = ['info', 'show', 'stats', 'check', 'diff', 'nearest', 'convert', 'create', 'completion']

function RAW(): Option {
  return new Option('--raw', 'write the elements alone, to a name without the ending of another format')
}

function FORMAT(): Option {
  return new Option('--format <kind>', 'github: print failures as annotations of GitHub Actions').choices([
    'text',
    'github',
  ])
}

/** The options that describe a raw file. */
function rawOptions(
  command: Command,
  dtype = 'of a raw file, the dtype of the elements',
  order = 'of a raw file, the order of its elements: C or F',
): Command {
  return command
    .option('-d, --dtype <dtype>', `${dtype}: float32, '>u2', ...`)
    .option(
      // -s of show is the slice.
      command.name() === 'show' ? '--shape <shape>' : '-s, --shape <shape>',
      'of a raw file, the length of each axis: 3,4; one may be -1',
    )
    .option('--offset <bytes>', 'of a raw file, the offset of the first element')
    .option('--order <C|F>', order)
    .option('--field <name>', 'a field of records')
}

/** The examples of the help, on a slice of an MRI in raw elements, and the same in .npy. */
const EXAMPLES = {
  info: `
    memmap info scan.npy
    memmap info scan.npy several.npz
    memmap info s1045.ima --dtype '>u2' --shape 256,256`,
  show: `
    memmap show scan.npy
    memmap show scan.npy --slice '0:3, ::64'
    memmap show scan.npy --image scan.png --colormap viridis`,
  stats: `
    memmap stats scan.npy
    memmap stats several.npz:x --json
    memmap stats s1045.ima --dtype '>u2'`,
  check: `
    memmap check scan.npy --dtype '>u2' --shape '*,256'
    memmap check scan.npy --finite --min 0 --max 4095
    memmap check scan.npy several.npz --finite --format github`,
  diff: `
    memmap diff scan.npy scan.npy
    memmap diff several.npz several.npz
    memmap diff several.npz:x several.npz:y --rtol 1e-5 --atol 1e-8
    memmap diff s1045.ima scan.npy --dtype '>u2' --shape 256,256`,
  nearest: `
    memmap nearest scan.npy --row 128
    memmap nearest scan.npy --row 128 --k 3 --metric euclidean --json
    memmap nearest scan.npy --query scan.npy --k 1`,
  convert: `
    memmap convert s1045.ima mri.npy --dtype '>u2' --shape 256,256
    memmap convert scan.npy small.npy --dtype float32 --order F
    memmap convert scan.npy scan.raw --raw --byte-order little
    memmap convert scan.npy scan.csv`,
  create: `
    memmap create heights.npy --dtype float32 --shape 1000,1000
    memmap create mask.npy --dtype bool --shape 64,64 --fill true
    memmap create grid.raw --dtype '>i2' --shape 100,3 --order F --sparse --raw`,
  completion: `
    memmap completion bash > memmap.bash
    memmap completion zsh > _memmap`,
}

const AFTER = `
Exit codes: 0 ok, 1 check or diff failed, 2 usage error or a file that cannot be read or written.

Examples:
  $ memmap info scan.npy
  $ memmap stats scan.npy
  $ memmap check scan.npy --shape '*,256' --min 0
  $ memmap <command> --help`
