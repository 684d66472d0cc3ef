import { Command as CommanderCommand, CommanderError, Option } from 'commander'
import { suggest } from '../kernel/index.js'
import type { Command, OptionSpec } from './command.js'
import { CliError } from './errors.js'
import { GLOBAL_OPTIONS, type GlobalOptions } from './global-options.js'

/** What a command is run with. */
export interface ParsedCommand {
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  readonly global: GlobalOptions
}

/**
 * Reads the arguments and options of a command.
 *
 * @throws CliError `CLI.USAGE`
 */
export function parseCommand(command: Command, argv: readonly string[]): ParsedCommand {
  const parser = parserOf(command)
  try {
    parser.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    throw usageError(command, argv, error)
  }
  const all = parser.opts<Record<string, unknown>>()
  const names = new Set(GLOBAL_OPTIONS.map((spec) => new Option(spec.flags).attributeName()))
  const part = (isGlobal: boolean): Record<string, unknown> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name) === isGlobal))
  return { args: parser.args, options: part(false), global: part(true) }
}

/** What `dbtooling help COMMAND` prints. */
export function commandHelp(command: Command): string {
  const examples = command.examples.map(([line, does]) => `  dbtooling ${line}\n      ${does}`)
  return `${parserOf(command).helpInformation()}\n--json prints:\n  ${command.json}\n\nExamples:\n${examples.join('\n')}\n`
}

/** The flags that a command knows: `--limit`, `-h`. */
export function flagsOf(command: Command): readonly string[] {
  return [...(command.options ?? []), ...GLOBAL_OPTIONS].flatMap(({ flags }) =>
    flags.split(/, | /).filter((flag) => flag.startsWith('-')),
  )
}

function parserOf(command: Command): CommanderCommand {
  const parser = new CommanderCommand(`dbtooling ${command.name}`)
    .description(`${command.summary}.`)
    .helpOption(false)
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined, getOutHelpWidth: () => 100 })
  for (const { name, description, optional = false, rest = false } of command.arguments ?? []) {
    const whole = rest ? `${name}...` : name
    parser.argument(optional ? `[${whole}]` : `<${whole}>`, description)
  }
  for (const spec of [...(command.options ?? []), ...GLOBAL_OPTIONS]) parser.addOption(optionOf(spec))
  return parser
}

function optionOf({ flags, description, choices, parse, list = false }: OptionSpec): Option {
  const option = new Option(flags, description)
  if (choices !== undefined) return option.choices(choices)
  const value = (text: string): unknown => (parse === undefined ? text : parse(text, option.long ?? flags))
  if (list)
    return option.argParser((text: string, all: readonly unknown[] | undefined) => [...(all ?? []), value(text)])
  return parse === undefined ? option : option.argParser(value)
}

function usageError(command: Command, argv: readonly string[], error: CommanderError): CliError {
  const message = error.message.replace(/^error: /, '').replace(/\.$/, '')
  const hint = `Run \`dbtooling help ${command.name}\` for its arguments, options and examples.`
  if (error.code !== 'commander.unknownOption') return new CliError('CLI.USAGE', `${message}.`, { hint })
  const flags = flagsOf(command)
  const unknown = argv
    .map((each) => each.split('=')[0] ?? '')
    .find((each) => /^-\D/.test(each) && !flags.includes(each))
  const meant = unknown === undefined ? undefined : suggest(unknown, flags)
  return new CliError('CLI.USAGE', `${command.name} has no option ${unknown ?? message}.`, {
    hint: meant === undefined ? hint : `Did you mean ${meant}? ${hint}`,
    details: { option: unknown, suggestion: meant },
  })
}
