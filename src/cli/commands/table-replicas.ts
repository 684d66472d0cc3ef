import { GlobalTableManager } from '../../tables/index.js'
import type { Command } from '../command.js'
import { askConsent, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'
import { textTable } from '../text-table.js'

interface Options {
  readonly add?: string
  readonly remove?: string
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'table:replicas',
  summary: 'Show, add or remove regions of a global table',
  arguments: [{ name: 'table', description: 'its whole name (default: the table of the config)', optional: true }],
  options: [
    { flags: '--add <region>', description: 'make a replica there, and wait until it can be used' },
    { flags: '--remove <region>', description: 'delete the replica there, and wait until it is gone' },
    CONFIRM_OPTION,
  ],
  json: '{ name, version, replicas: [{ region, status, … }], changed }',
  examples: [
    ['table:replicas orders', 'where it is'],
    ['table:replicas orders --add eu-west-1', 'takes minutes; AWS only'],
    ['table:replicas orders --remove eu-west-1 --confirm orders', 'in a script'],
  ],
  async run(context, [given], { add, remove, confirm }) {
    if (add !== undefined && remove !== undefined)
      throw new CliError('CLI.USAGE', 'Give --add or --remove, one at a time.')
    const name = given ?? (await context.tableName())
    const manager = new GlobalTableManager({ connection: await context.connection(), signal: context.signal })
    const before = await manager.describe(name)
    if (remove !== undefined && before.replicas.some(({ region }) => region === remove))
      await askConsent(context, {
        command: 'table:replicas',
        goes: [`the replica of ${name} in ${remove}`],
        name,
        confirm,
      })
    const changed =
      (add !== undefined && (await manager.addRegion(name, add))) ||
      (remove !== undefined && (await manager.removeRegion(name, remove)))
    const table = changed ? await manager.describe(name) : before
    context.output.result({ ...table, changed }, () =>
      table.replicas.length === 0
        ? `${name} has no replicas.`
        : textTable(
            ['Region', 'Status'],
            table.replicas.map(({ region, status }) => [region, status]),
          ),
    )
  },
}
