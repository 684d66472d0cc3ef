import { COMMANDS, commandEntries } from './command-list.js'
import { GLOBAL_OPTIONS } from './global-options.js'

/** What `dbtooling --help` prints. */
export function toolHelp(): string {
  const width = Math.max(...commandEntries.map(({ name }) => name.length)) + 2
  const groups = Object.entries(COMMANDS).map(
    ([title, entries]) =>
      `${title}:\n${entries.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')}`,
  )
  const options = [...GLOBAL_OPTIONS, { flags: '-V, --version', description: 'show the version of the tool' }]
  const flagsWidth = Math.max(...options.map(({ flags }) => flags.length)) + 2
  const lines = options.map(({ flags, description }) => `  ${flags.padEnd(flagsWidth)}${description}`)
  return `Usage: dbtooling COMMAND [options]

${groups.join('\n\n')}

Options of every command:
${lines.join('\n')}

dbtooling help COMMAND shows its arguments, options and examples.
`
}
