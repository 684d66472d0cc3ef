import { deleteTable, describeTable, updateTable } from '../../tables/index.js'
import type { Command } from '../command.js'
import { askConsent, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'
import { counted } from '../text-table.js'

interface Options {
  readonly force?: boolean
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'table:delete',
  summary: 'Delete a table',
  arguments: [{ name: 'table', description: 'its whole name (default: the table of the config)', optional: true }],
  options: [
    { flags: '--force', description: 'though its deletion protection is on; does not stand for --confirm' },
    CONFIRM_OPTION,
  ],
  json: '{ table, deleted }',
  examples: [
    ['table:delete orders', 'shows what will go, and asks for the name'],
    ['table:delete orders --confirm orders', 'in a script'],
  ],
  async run(context, [given], { force = false, confirm }) {
    const name = given ?? (await context.tableName())
    const connection = await context.connection()
    const table = await describeTable(name, { connection })
    if (table === null) throw new CliError('CLI.NOT_FOUND', `There is no table ${name}.`, { details: { table: name } })
    const goes = [`the table ${name}, ${counted(table.itemCount, 'item')}`]
    await askConsent(context, { command: 'table:delete', goes, name, confirm })
    if (force && table.deletionProtection) await updateTable(name, { deletionProtection: false }, { connection })
    await deleteTable(name, { connection, signal: context.signal })
    context.output.result({ table: name, deleted: true }, `Deleted ${name}.`)
  },
}
