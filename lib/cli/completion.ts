/**
 * Generates completion scripts for shells from the commands and options.
 * @module
 */
import type { Command, Option } from 'commander'
import { NpzFile } from '../api/npz-file.js'
import { MAX_HEADER_SIZE } from '../files/npy/read-header.js'
import { MEMBERS } from './cli-options.js'
import { escaped } from './output/escape.js'
import { print } from './output/terminal.js'

/** Prints the members of a `.npz` file, one a line; none of another file, and none whose name is not text of one line. */
export function printMembers(path: string): void {
  let names: readonly string[] = []
  try {
    names = NpzFile.open(path, 'r', MAX_HEADER_SIZE).files
  } catch {
    // A shell that completes has nowhere to show an error.
  }
  for (const name of names) if (escaped(name) === name) print(name)
}

/** For bash: `source <(memmap completion bash)`. */
export function bash(program: Command): string {
  const cases = commandsOf(program).map((command) => {
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
    COMPREPLY=($(compgen -W '${commandsOf(program)
      .map((command) => command.name())
      .join(' ')} --help --version' -- "$word"))
    return
  fi
  case "$before" in
${values.join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
    completion) COMPREPLY=($(compgen -W 'bash zsh' -- "$word")); return ;;
${cases.join('\n')}
  esac
  # Bash breaks words at colons, and replaces what is behind the last one.
  local whole="$word" done=''
  if [ "$word" = : ]; then
    whole="$before:" done="$before:"
  elif [ "$before" = : ] && [ "$COMP_CWORD" -gt 2 ]; then
    whole="\${COMP_WORDS[COMP_CWORD-2]}:$word" done="\${COMP_WORDS[COMP_CWORD-2]}:"
  fi
  if [[ "$whole" == *.npz:* ]]; then
    local file="\${whole%%.npz:*}.npz" member
    while IFS= read -r member; do
      member="$file:$member"
      [[ "$member" == "$whole"* ]] && COMPREPLY+=("\${member#"$done"}")
    done < <("\${COMP_WORDS[0]}" ${MEMBERS} "\${file/#\\~\\//$HOME/}" 2>/dev/null)
  elif [ "\${word#-}" != "$word" ]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    local IFS=$'\n'
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _memmap memmap
`
}

/** For zsh: in a file `_memmap` of a folder in `fpath`, or `source <(memmap completion zsh)`. */
export function zsh(program: Command): string {
  const commands = commandsOf(program).map((command) => `    '${command.name()}:${quoted(command.description())}'`)
  const cases = commandsOf(program).map((command) => {
    const options = command.options.flatMap((option) =>
      spellings(option).map((name) => `'${name}[${quoted(option.description)}]${valueOf(option)}'`),
    )
    const words = command.name() === 'completion' ? ["'1:shell:(bash zsh)'"] : ["'*:file:_memmap_files'"]
    return `    ${command.name()}) _arguments ${[...options, ...words].join(' ')} ;;`
  })
  return `#compdef memmap
# Completion of memmap for zsh: put it into a file _memmap of a folder in fpath, or source it.
_memmap_files() {
  if [[ "$PREFIX" == *.npz:* ]]; then
    local file="\${PREFIX%%.npz:*}.npz"
    local -a members
    members=("\${(@f)$(memmap ${MEMBERS} "\${~\${(Q)file}}" 2>/dev/null)}")
    compset -P '*.npz:'
    compadd -- "\${members[@]}"
  else
    _files
  fi
}
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

function commandsOf(program: Command): readonly Command[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
}

function spellings({ short, long }: Option): string[] {
  return [short, long].filter((name) => name !== undefined) as string[]
}

function valuesOf(program: Command): [string, string][] {
  const values = new Map<string, string>()
  for (const { options } of commandsOf(program)) {
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
