import { deleteTable, describeTable, listTables, updateTable } from '../../tables/index.js'
import type { Command } from '../command.js'
import { askConsent, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'
import { counted } from '../text-table.js'

interface Options {
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'reset',
  summary: 'Delete every table of the local engine',
  options: [CONFIRM_OPTION],
  json: '{ deleted: [table] }',
  examples: [
    ['reset', 'lists the tables with their rows, and asks for the name of the table of the config'],
    ['reset --confirm MyApp', 'in a script'],
  ],
  async run(context, _args, { confirm }) {
    const config = await context.config()
    const connection = await context.connection()
    if (!config.local.enabled)
      throw new CliError('CLI.NOT_LOCAL', 'reset empties the local engine, and this config goes elsewhere.')
    const names = await listTables({ connection })
    const tables = await Promise.all(names.map((name) => describeTable(name, { connection })))
    const goes = tables.flatMap((table) =>
      table === null ? [] : [`${table.name}, ${counted(table.itemCount, 'item')}`],
    )
    const name = await context.tableName()
    if (goes.length > 0) await askConsent(context, { command: 'reset', goes, tables: names, name, confirm })
    for (const table of tables) {
      if (table === null) continue
      if (table.deletionProtection) await updateTable(table.name, { deletionProtection: false }, { connection })
      await deleteTable(table.name, { connection, signal: context.signal })
    }
    context.output.result(
      { deleted: names },
      names.length === 0
        ? 'The local engine has no tables.'
        : `Deleted ${counted(names.length, 'table')}: ${names.join(', ')}.`,
    )
  },
}
