/**
 * Generates completion scripts for shells from the commands and options.
 * @module
 */
import type { Command, Option } from 'commander'

/** For bash: `source <(memmap completion bash)`. */
export function bash(program: Command): string {
  const cases = program.commands.map((command) => {
    const options = command.options.flatMap(spellings).join(' ')
    return `    ${command.name()}) options='${options} --help' ;;`
  })
  const values = valuesOf(program).map(
    ([option, choices]) => `    ${option}) COMPREPLY=($(compgen -W '${choices}' -- "$word")); return ;;`,
  )
  return `# Completion of memmap for bash: source <(memmap completion bash)
_memmap() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${program.commands.map((command) => command.name()).join(' ')} --help --version' -- "$word"))
    return
  fi
  case "$before" in
${values.join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
    completion) COMPREPLY=($(compgen -W 'bash zsh' -- "$word")); return ;;
${cases.join('\n')}
  esac
  if [ "\${word#-}" != "$word" ]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _memmap memmap
`
}

/** For zsh: in a file `_memmap` of a folder in `fpath`, or `source <(memmap completion zsh)`. */
export function zsh(program: Command): string {
  const commands = program.commands.map((command) => `    '${command.name()}:${quoted(command.description())}'`)
  const cases = program.commands.map((command) => {
    const options = command.options.flatMap((option) =>
      spellings(option).map((name) => `'${name}[${quoted(option.description)}]${valueOf(option)}'`),
    )
    const words = command.name() === 'completion' ? ["'1:shell:(bash zsh)'"] : ["'*:file:_files'"]
    return `    ${command.name()}) _arguments ${[...options, ...words].join(' ')} ;;`
  })
  return `#compdef memmap
# Completion of memmap for zsh: put it into a file _memmap of a folder in fpath, or source it.
_memmap() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _memmap ]; then _memmap "$@"; else compdef _memmap memmap; fi
`
}

function spellings({ short, long }: Option): string[] {
  return [short, long].filter((name) => name !== undefined) as string[]
}

function valuesOf(program: Command): [string, string][] {
  const values = new Map<string, string>()
  for (const { options } of program.commands) {
    for (const option of options) {
      const choices = choicesOf(option)
      if (choices !== null) for (const name of spellings(option)) values.set(name, choices.join(' '))
    }
  }
  return [...values]
}

function choicesOf({ argChoices, long }: Option): readonly string[] | null {
  if (argChoices !== undefined) return argChoices
  if (long === '--dtype' || long === '--to-dtype') return DTYPES
  if (long === '--order' || long === '--to-order') return ['C', 'F']
  return long === '--byte-order' ? ['little', 'big', 'native'] : null
}

const DTYPES =
  'bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128'.split(' ')

function valueOf(option: Option): string {
  if (!option.required) return ''
  const choices = choicesOf(option)
  const files = option.long === '--image' ? '_files' : ' '
  return `:${(option.long as string).slice(2)}:${choices === null ? files : `(${choices.join(' ')})`}`
}

/** Escapes text inside of single quotes for zsh, with brackets and colons. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, '\\$&')
}
