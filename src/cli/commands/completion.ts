import type { Command, CommandEntry } from '../command.js'
import { CliError } from '../errors.js'
import { flagsOf } from '../parse-command.js'

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_dbtooling() {
  local IFS=$'\\n'
  COMPREPLY=( $(compgen -W "$(dbtooling completion words -- "\${COMP_WORDS[1]}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}") )
  type __ltrim_colon_completions >/dev/null 2>&1 && __ltrim_colon_completions "\${COMP_WORDS[COMP_CWORD]}"
}
complete -o default -F _dbtooling dbtooling`,
  zsh: `#compdef dbtooling
_dbtooling() {
  local -a found
  found=(\${(f)"$(dbtooling completion words -- "\${words[2]}" 2>/dev/null)"})
  compadd -a found
}
compdef _dbtooling dbtooling`,
  fish: `complete -c dbtooling -f -a '(dbtooling completion words -- (commandline -opc)[2] 2>/dev/null)'`,
}

export const command: Command = {
  name: 'completion',
  summary: 'Print a completion script for a shell',
  arguments: [
    { name: 'shell', description: 'bash, zsh or fish' },
    { name: 'command', description: 'used by the scripts themselves', optional: true },
  ],
  json: '{ shell, script }',
  examples: [
    ['completion bash >> ~/.bashrc', 'completes commands and options in bash'],
    ['completion zsh > ~/.zfunc/_dbtooling', 'in zsh, with ~/.zfunc in its fpath'],
    ['completion fish > ~/.config/fish/completions/dbtooling.fish', 'in fish'],
  ],
  async run(context, [shell = '', typed = '']) {
    if (shell === 'words') {
      const words = await wordsFor(typed, context.commands)
      context.output.result({ words }, words.join('\n'))
      return
    }
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined
    if (script === undefined)
      throw new CliError('CLI.USAGE', `There is no completion for ${shell}.`, { hint: 'There is bash, zsh and fish.' })
    context.output.result({ shell, script }, script)
  },
}

/** After a command its options, before it the commands. */
async function wordsFor(typed: string, commands: readonly CommandEntry[]): Promise<readonly string[]> {
  const entry = commands.find(({ name }) => name === typed)
  return entry === undefined ? commands.map(({ name }) => name) : flagsOf((await entry.load()).command)
}
