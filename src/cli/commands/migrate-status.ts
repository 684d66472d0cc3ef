import { type MigrationState, migrationStatus, type TableDifference, tableEnvironment } from '../../migrations/index.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-code.js'
import { projectMigrations } from '../migration-run.js'
import { textTable } from '../text-table.js'

export const command: Command = {
  name: 'migrate:status',
  summary: 'Show what was run, what is pending and what differs',
  json: '{ upToDate, environment, migrations: [{ name, state, appliedAt, batch }], drift: [step], differences: [{ table, what, is, should, by, remedy, text }] }',
  examples: [
    ['migrate:status', 'exit code 6 when something is pending or differs'],
    ['migrate:status --env staging --json', 'for a script'],
  ],
  async run(context) {
    const files = await projectMigrations(context)
    const { migrations, drift, differences } = await migrationStatus(files)
    const environment = (await tableEnvironment())?.environment ?? null
    const upToDate = drift.length === 0 && migrations.every(({ state }) => state === 'applied')
    context.output.result({ upToDate, environment, migrations, drift, differences }, () =>
      statusText(migrations, drift, differences),
    )
    return upToDate ? EXIT.ok : EXIT.pending
  },
}

function statusText(
  migrations: readonly MigrationState[],
  drift: readonly string[],
  differences: readonly TableDifference[],
): string {
  const rows = migrations.map(({ name, state, batch, appliedAt }) => [name, state, batch, appliedAt])
  const list = rows.length === 0 ? [] : [textTable(['Migration', 'State', 'Batch', 'Applied'], rows, 120)]
  const more = drift.length === 0 ? [] : [`Not as it should be:\n${drift.map((step) => `  - ${step}`).join('\n')}`]
  // What takes nothing from anybody is no reason to do something.
  const spare = differences.filter(({ text }) => !drift.includes(text)).map(({ text }) => `Note: ${text}.`)
  const parts = [...list, ...more, ...spare]
  return parts.length === 0 ? 'The tables are as the models want them.' : parts.join('\n\n')
}
