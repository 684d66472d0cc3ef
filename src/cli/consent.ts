import { createInterface } from 'node:readline/promises'
import { type EnvironmentMark, tableEnvironment } from '../migrations/index.js'
import { readTable } from '../tables/index.js'
import type { OptionSpec } from './command.js'
import type { CommandContext } from './context.js'
import { CliError } from './errors.js'

/** What is to be destroyed. */
export interface Destruction {
  /** In words: `table:delete`. */
  readonly command: string
  /** What will go, a line each. */
  readonly goes: readonly string[]
  /** Whole names of other tables that go. */
  readonly tables?: readonly string[]
  /** What has to be typed: the table's name. */
  readonly name: string
  /** What `--confirm` was given. */
  readonly confirm: string | undefined
}

/** The option of every command that destroys something. */
export const CONFIRM_OPTION: OptionSpec = {
  flags: '--confirm <name>',
  description: 'the name of what will go, typed out: for use without a terminal',
}

/**
 * Goes on only where somebody typed the name of what will go: at the question on a terminal, or after `--confirm`. An
 * environment marked as production is refused whatever was typed.
 *
 * @throws CliError `CLI.PRODUCTION`, `CLI.CONFIRM_NEEDED`
 */
export async function askConsent(context: CommandContext, destruction: Destruction): Promise<void> {
  const { command, tables = [], name } = destruction
  await refuseProduction(context, command)
  for (const table of new Set([name, ...tables, await context.tableName()])) await refuseOthers(context, command, table)
  await askName(context, destruction)
}

/**
 * Goes on only where somebody typed the name: without a look at the environment.
 *
 * @throws CliError `CLI.CONFIRM_NEEDED`
 */
export async function askName(context: CommandContext, { command, goes, name, confirm }: Destruction): Promise<void> {
  const details = { confirm: name, goes }
  if (confirm === name) return
  if (confirm !== undefined)
    throw new CliError(
      'CLI.CONFIRM_NEEDED',
      `--confirm says ${confirm}, and what will go is ${name}. Nothing was changed.`,
      {
        hint: `If that is what you want: --confirm ${name}`,
        details,
      },
    )
  const list = goes.map((line) => `\n  - ${line}`).join('')
  if (!context.isTTY || context.output.json)
    throw new CliError('CLI.CONFIRM_NEEDED', `${command} would remove:${list}\nNothing was changed.`, {
      hint: `If that is what you want, add: --confirm ${name}`,
      details,
    })
  context.output.note(`${command} removes:${list}`)
  const typed = await ask(`Type ${name} to go on: `, context.signal)
  if (typed.trim() === name) return
  throw new CliError('CLI.CONFIRM_NEEDED', `What was typed is not ${name}. Nothing was changed.`, { details })
}

/** @throws CliError `CLI.PRODUCTION` in an environment marked as production */
export async function refuseProduction(context: CommandContext, command: string): Promise<void> {
  const { production, environment } = await context.config()
  if (!production) return
  throw new CliError(
    'CLI.PRODUCTION',
    `${command} is refused: the environment ${environment} is marked as production.`,
    {
      details: { environment },
    },
  )
}

/**
 * What the table itself says counts, too: `migrate` noted in it which environment it is of.
 *
 * @throws CliError `CLI.PRODUCTION`, `CLI.OTHER_ENVIRONMENT`
 */
async function refuseOthers(context: CommandContext, command: string, tableName: string): Promise<void> {
  const { environment } = await context.config()
  const mark = await markOf(context, tableName)
  if (mark === undefined) return
  const details = { table: tableName, environment: mark.environment }
  if (mark.production)
    throw new CliError(
      'CLI.PRODUCTION',
      `${command} is refused: ${tableName} says that it is of ${mark.environment}, which is marked as production.`,
      { details },
    )
  if (mark.environment !== environment)
    throw new CliError(
      'CLI.OTHER_ENVIRONMENT',
      `${command} is refused: ${tableName} says that it is of ${mark.environment}, and this is ${environment ?? 'the config as it stands'}.`,
      { details },
    )
}

/** What a table says of itself; undefined where it says nothing, or is not there. */
async function markOf(context: CommandContext, tableName: string): Promise<EnvironmentMark | undefined> {
  const key = (await readTable(await context.connection(), tableName))?.KeySchema ?? []
  const nameOf = (type: string): string | undefined => key.find(({ KeyType }) => KeyType === type)?.AttributeName
  const [partitionKey, sortKey] = [nameOf('HASH'), nameOf('RANGE')]
  if (partitionKey === undefined || sortKey === undefined) return undefined
  return tableEnvironment({ tableName, partitionKey, sortKey })
}

/**
 * Writes to one row, or to the settings of a table, of an environment marked as production need the name of its table typed, too.
 *
 * @throws CliError `CLI.CONFIRM_NEEDED`
 */
export async function askProduction(
  context: CommandContext,
  command: string,
  confirm: string | undefined,
  table?: string,
): Promise<void> {
  const { production, environment } = await context.config()
  const name = table ?? (await context.tableName())
  if (confirm === name) return
  // A config that names no environment, or another one, may lead to the table of one.
  const mark = production ? undefined : await markOf(context, name)
  if (!production && mark?.production !== true) return
  const whose = mark?.environment ?? environment
  throw new CliError(
    'CLI.CONFIRM_NEEDED',
    `${command} would write to ${name} of ${whose}, which is marked as production.`,
    {
      hint: `If that is what you want, add: --confirm ${name}`,
      details: { confirm: name, environment: whose },
    },
  )
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // It reads the keys itself: without this, Ctrl-C would leave the question unanswered for ever.
  lines.on('SIGINT', () => process.emit('SIGINT'))
  try {
    return await lines.question(question, { signal })
  } finally {
    lines.close()
  }
}
