import type { Command } from '../command.js'
import { CONFIRM_OPTION } from '../consent.js'
import { type FreshFlags, freshTables, freshText } from '../fresh-run.js'
import { RUN_OPTIONS } from '../migration-run.js'

export const command: Command<FreshFlags> = {
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
  async run(context, _args, flags) {
    const did = await freshTables(context, 'migrate:fresh', flags)
    context.output.result(did, freshText(did))
  },
}
