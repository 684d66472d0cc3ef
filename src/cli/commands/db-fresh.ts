import type { Command } from '../command.js'
import { CONFIRM_OPTION } from '../consent.js'
import { type FreshFlags, freshTables, freshText } from '../fresh-run.js'
import { RUN_OPTIONS } from '../migration-run.js'
import { projectSeeders, seededText, watchedSeed } from '../seed-run.js'

export const command: Command<FreshFlags> = {
  name: 'db:fresh',
  summary: 'Delete the tables of the models, migrate, and run seeders',
  options: [
    { flags: '--force', description: 'though deletion protection is on; does not stand for --confirm' },
    CONFIRM_OPTION,
    ...RUN_OPTIONS,
  ],
  json: '{ deleted: [table], ran: [name], created: [table], indexes: [name], written, seeded: [name] }',
  examples: [
    ['db:fresh', 'lists the tables with their rows, and asks for the name of the table'],
    ['db:fresh --confirm MyApp', 'in a script'],
  ],
  async run(context, _args, flags) {
    // Before anything is deleted: seeders that cannot be loaded would leave empty tables.
    const seeders = await projectSeeders(context)
    const did = await freshTables(context, 'db:fresh', flags)
    const seeded = await watchedSeed(context, seeders, {})
    context.output.result({ ...did, seeded: seeded.ran }, `${freshText(did)}\n${seededText(seeded)}`)
  },
}
