import { markTableEnvironment, tableEnvironment } from '../../migrations/index.js'
import { readTable } from '../../tables/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'

interface Options {
  readonly none?: boolean
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'env:mark',
  summary: 'Note in the table which environment it is of',
  options: [
    { flags: '--none', description: 'take the note away' },
    { flags: '--confirm <name>', description: 'the name of the table, where it says something else already' },
  ],
  json: '{ table, environment, production, before }; environment and before are null for none',
  examples: [
    ['env:mark --env live', '`migrate` does it, too; commands that destroy something look at it'],
    ['env:mark --env live --confirm live-shop', 'an environment was renamed'],
  ],
  async run(context, _args, { none = false, confirm }) {
    await context.models()
    const { environment, production } = await context.config()
    if (environment === undefined && !none)
      throw new CliError('CLI.USAGE', 'No environment holds here: give --env NAME, or --none.')
    const table = await context.tableName()
    const connection = await context.connection()
    if ((await readTable(connection, table)) === undefined)
      throw new CliError('CLI.NOT_FOUND', `There is no table ${table}.`, {
        hint: 'Make it: dbtooling migrate',
        details: { table },
      })
    const before = await tableEnvironment()
    const mark = none || environment === undefined ? undefined : { environment, production }
    const lowers = before?.production === true && mark?.production !== true
    const changes = before !== undefined && (before.environment !== mark?.environment || lowers)
    if (changes && confirm !== table)
      throw new CliError(
        'CLI.CONFIRM_NEEDED',
        `${table} says that it is of ${before.environment}${lowers ? ', which is marked as production' : ''}.`,
        {
          hint: `If that is wrong, add: --confirm ${table}`,
          details: { confirm: table, environment: before.environment },
        },
      )
    await markTableEnvironment(mark)
    context.output.result(
      {
        table,
        environment: mark?.environment ?? null,
        production: mark?.production ?? false,
        before: before?.environment ?? null,
      },
      mark === undefined ? `${table} says nothing any more.` : `${table} says that it is of ${mark.environment}.`,
    )
  },
}
