import { readFileSync } from 'node:fs'
import { suggest } from '../kernel/index.js'
import type { CommandEntry } from './command.js'
import { type CommandLine, readCommandLine } from './command-line.js'
import { commandEntries } from './command-list.js'
import { CliError } from './errors.js'
import { EXIT, exitCodeOf } from './exit-code.js'
import { toolHelp } from './help-text.js'
import { Output } from './output.js'
import { reportError } from './report-error.js'

/** Runs one command line and gives the code to exit with. Never throws: errors are printed. */
export async function runTool(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv)
  const output = new Output(line.json)
  const interruption = new AbortController()
  const stopListening = listenForInterrupts(interruption, output)
  try {
    return await runLine(line, output, interruption.signal)
  } catch (error) {
    const cause: unknown = interruption.signal.aborted ? interruption.signal.reason : error
    reportError(cause, output, line.verbose)
    return exitCodeOf(cause)
  } finally {
    stopListening()
  }
}

async function runLine(line: CommandLine, output: Output, signal: AbortSignal): Promise<number> {
  const { name, rest } = line
  const helped = name === 'help' ? rest.find((each) => !each.startsWith('-')) : line.help ? name : undefined
  if (helped !== undefined) {
    const { command } = await entryOf(helped).load()
    const { commandHelp } = await import('./parse-command.js')
    output.result({ name: command.name, summary: command.summary, help: commandHelp(command) }, commandHelp(command))
    return EXIT.ok
  }
  if (name === undefined && line.version) {
    output.result({ version: version() }, version())
    return EXIT.ok
  }
  if (name === 'help' || (name === undefined && (line.help || rest.length === 0))) {
    const commands = commandEntries.map(({ name: each, summary }) => ({ name: each, summary }))
    output.result({ commands }, toolHelp)
    return EXIT.ok
  }
  if (name === undefined)
    throw new CliError('CLI.USAGE', 'The command is missing.', { hint: 'Run `dbtooling --help`.' })
  const { load } = entryOf(name)
  const [{ command }, { parseCommand }, { CommandContext }] = await Promise.all([
    load(),
    import('./parse-command.js'),
    import('./context.js'),
  ])
  const { args, options, global } = parseCommand(command, rest)
  const context = new CommandContext(output, global, signal, commandEntries)
  try {
    const code = await command.run(context, args, options)
    return typeof code === 'number' ? code : EXIT.ok
  } finally {
    await context.close()
  }
}

/** @throws CliError `CLI.UNKNOWN_COMMAND` */
function entryOf(name: string): CommandEntry {
  const names = commandEntries.map((entry) => entry.name)
  const entry = commandEntries[names.indexOf(name)]
  if (entry !== undefined) return entry
  // Who types `migrate` for `migrate:run` means one of its family.
  const meant = suggest(name, names) ?? names.find((each) => each.startsWith(`${name}:`))
  throw new CliError('CLI.UNKNOWN_COMMAND', `There is no command ${name}.`, {
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}Run \`dbtooling --help\` for the list of commands.`,
    details: { command: name, suggestion: meant },
  })
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** The first Ctrl-C asks the command to end in good order, the second one ends it. */
function listenForInterrupts(interruption: AbortController, output: Output): () => void {
  const onSignal = (): void => {
    if (interruption.signal.aborted) process.exit(EXIT.interrupted)
    interruption.abort(new CliError('CLI.INTERRUPTED', 'Interrupted.'))
    // After the ^C of the terminal, and what a bar of progress left there.
    if (process.stderr.isTTY) output.note('\r\u001B[2KEnding; Ctrl-C again ends at once.')
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
  }
}
