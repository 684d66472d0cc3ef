import { disableTtl, enableTtl } from '../../tables/index.js'
import type { Command } from '../command.js'
import { askProduction, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'

interface Options {
  readonly enable?: boolean
  readonly disable?: boolean
  readonly attribute?: string
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'table:ttl',
  summary: 'Let items expire, or not',
  arguments: [{ name: 'table', description: 'its whole name (default: the table of the config)', optional: true }],
  options: [
    { flags: '--enable', description: 'turn Time to Live on' },
    { flags: '--attribute <name>', description: 'the attribute with the moment, in seconds since the Unix epoch' },
    { flags: '--disable', description: 'turn it off' },
    CONFIRM_OPTION,
  ],
  json: '{ table, enabled, attribute, changed }',
  examples: [
    ['table:ttl sessions --enable --attribute expiresAt', 'DynamoDB removes items whose time is up'],
    ['table:ttl sessions --disable', 'it removes none any more'],
  ],
  async run(context, [given], { enable = false, disable = false, attribute, confirm }) {
    if (enable === disable || enable === (attribute === undefined))
      throw new CliError('CLI.USAGE', 'Give --enable with --attribute, or --disable alone.')
    const name = given ?? (await context.tableName())
    await askProduction(context, 'table:ttl', confirm, name)
    const connection = await context.connection()
    const changed =
      attribute === undefined
        ? await disableTtl(name, { connection })
        : await enableTtl(name, attribute, { connection })
    const was = changed ? '' : ' It was so already.'
    context.output.result(
      { table: name, enabled: enable, attribute: attribute ?? null, changed },
      attribute === undefined
        ? `Items of ${name} do not expire.${was}`
        : `Items of ${name} expire by ${attribute}.${was}`,
    )
  },
}
