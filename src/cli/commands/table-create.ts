import type { BillingMode } from '../../drivers/index.js'
import { type CreateFromModelsOptions, createTableFromModels } from '../../tables/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { wholeNumber } from '../option-values.js'
import { tableText } from '../table-text.js'

interface Options {
  readonly billing?: 'on-demand' | 'provisioned'
  readonly read?: number
  readonly write?: number
  readonly ifNotExists?: boolean
  readonly dryRun?: boolean
}

const BILLING: Readonly<Record<'on-demand' | 'provisioned', BillingMode>> = {
  'on-demand': 'PAY_PER_REQUEST',
  provisioned: 'PROVISIONED',
}

export const command: Command<Options> = {
  name: 'table:create',
  summary: 'Make the tables of the models',
  options: [
    { flags: '--billing <mode>', description: 'default: on-demand', choices: ['on-demand', 'provisioned'] },
    { flags: '--read <units>', description: 'read capacity units a second, for provisioned', parse: wholeNumber(1) },
    { flags: '--write <units>', description: 'write capacity units a second, for provisioned', parse: wholeNumber(1) },
    { flags: '--if-not-exists', description: 'take a table that is there, where its keys and indexes are these' },
    { flags: '--dry-run', description: 'send nothing; show the CreateTable requests' },
  ],
  json: '{ tables: [as table:describe] }, with --dry-run { requests: [CreateTable input] }',
  examples: [
    ['table:create', 'keys and indexes come from the models, as migrate makes them'],
    ['table:create --dry-run --json', 'what would be sent'],
    ['table:create --table orders --billing provisioned --read 5 --write 5', 'under another name'],
  ],
  async run(context, _args, { billing, read, write, ifNotExists = false, dryRun = false }) {
    if (billing !== 'provisioned' && (read !== undefined || write !== undefined))
      throw new CliError('CLI.USAGE', '--read and --write are for --billing provisioned.')
    const models = await context.models()
    const settings: CreateFromModelsOptions = {
      connection: await context.connection(),
      signal: context.signal,
      ifNotExists,
      ...(billing === undefined ? {} : { billingMode: BILLING[billing] }),
      ...(read === undefined ? {} : { readCapacity: read }),
      ...(write === undefined ? {} : { writeCapacity: write }),
    }
    if (dryRun) {
      const requests = await createTableFromModels(models, { ...settings, dryRun: true })
      context.output.result({ requests }, () => requests.map((each) => JSON.stringify(each, null, 2)).join('\n'))
      return
    }
    const tables = await createTableFromModels(models, { ...settings, dryRun: false })
    context.output.result({ tables }, () => tables.map(tableText).join('\n\n'))
  },
}
