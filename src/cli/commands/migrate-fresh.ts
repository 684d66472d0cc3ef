import { freshMigrations } from '../../migrations/index.js'
import { ModelSpace } from '../../model/index.js'
import { describeTable } from '../../tables/index.js'
import type { Command } from '../command.js'
import { askConsent, CONFIRM_OPTION } from '../consent.js'
import { projectMigrations, RUN_OPTIONS, type RunFlags, watchedRun } from '../migration-run.js'
import { counted } from '../text-table.js'

interface Options extends RunFlags {
  readonly force?: boolean
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'migrate:fresh',
  summary: 'Delete the tables of the models, and migrate from nothing',
  options: [
    { flags: '--force', description: 'though deletion protection is on; does not stand for --confirm' },
    CONFIRM_OPTION,
    ...RUN_OPTIONS,
  ],
  json: '{ deleted: [table], ran: [name], created: [table], indexes: [name], written }',
  examples: [
    ['migrate:fresh', 'lists the tables with their rows, and asks for the name of the table'],
    ['migrate:fresh --confirm MyApp', 'in a script'],
  ],
  async run(context, _args, { force = false, confirm, ...flags }) {
    const files = await projectMigrations(context)
    const connection = await context.connection()
    const names = ModelSpace.of(connection)
      .designs()
      .map(({ tableName }) => tableName)
    const tables = await Promise.all(names.map((name) => describeTable(name, { connection })))
    const goes = tables.flatMap((table) =>
      table === null ? [] : [`the table ${table.name}, ${counted(table.itemCount, 'item')}`],
    )
    const name = await context.tableName()
    if (goes.length > 0) await askConsent(context, { command: 'migrate:fresh', goes, name, confirm })
    const { options, end } = watchedRun(context, flags)
    const did = await freshMigrations(files, { ...options, unprotect: force }).finally(end)
    const ran = did.ran.map((each) => `Ran ${each}.`)
    const text = [`Deleted ${counted(did.deleted.length, 'table')}, created ${did.created.length}.`, ...ran]
    context.output.result(did, text.join('\n'))
  },
}
