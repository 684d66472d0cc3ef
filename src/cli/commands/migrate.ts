import { type MigrationPlan, planMigrations, runMigrations } from '../../migrations/index.js'
import type { Command } from '../command.js'
import { projectMigrations, RUN_OPTIONS, type RunFlags, refuseUnforced, watchedRun } from '../migration-run.js'
import { counted } from '../text-table.js'

interface Options extends RunFlags {
  readonly dryRun?: boolean
  readonly backfill?: boolean
  readonly force?: boolean
}

export const command: Command<Options> = {
  name: 'migrate',
  summary: 'Run what migrations are pending',
  options: [
    { flags: '--dry-run', description: 'change nothing; show each step with item counts and cost' },
    {
      flags: '--backfill',
      description: 'go through all rows, too: programs of an older version may have written some without new keys',
    },
    { flags: '--force', description: 'in an environment marked as production, too' },
    ...RUN_OPTIONS,
  ],
  json: '{ ran: [name], created: [table], indexes: [name], written, corrected: [what] }, with --dry-run { migrations: [{ name, steps }], more: [step], corrections: [what] }',
  examples: [
    ['migrate', 'runs the files of migrations/; without files, brings the tables to the models at once'],
    ['migrate --dry-run', 'what it would do'],
    ['migrate --max-capacity 200', 'leaves capacity to the programs that are at work'],
    ['migrate --env live --force', 'in an environment marked as production'],
  ],
  async run(context, _args, { dryRun = false, force = false, backfill = false, ...flags }) {
    const files = await projectMigrations(context)
    if (dryRun) {
      const plan = await planMigrations(files)
      context.output.result(plan, () => planText(plan, files.length))
      return
    }
    await refuseUnforced(context, 'migrate', force)
    const { options, end } = watchedRun(context, flags)
    const did = await runMigrations(files, { ...options, backfill }).finally(end)
    const facts = [
      ...did.ran.map((name) => `Ran ${name}.`),
      ...did.created.map((name) => `Created the table ${name}.`),
      ...did.indexes.map((name) => `Added the index ${name}.`),
      ...(did.written === 0 ? [] : [`Gave ${counted(did.written, 'row')} keys.`]),
      ...did.corrected.map((what) => `Brought right: ${what}.`),
    ]
    context.output.result(did, facts.length === 0 ? 'Nothing to do.' : facts.join('\n'))
  },
}

function planText({ migrations, more, corrections }: MigrationPlan, files: number): string {
  const lines = migrations.flatMap(({ name, steps }) => [name, ...steps.map((step) => `  - ${step}`)])
  const rest = more.map((step) => `  - ${step}`)
  if (rest.length > 0)
    lines.push(
      files === 0 ? 'At once, for there are no migrations:' : 'The models need more; write it with migrate:generate:',
      ...rest,
    )
  if (corrections.length > 0)
    lines.push('Changed past the migrations, and brought right:', ...corrections.map((what) => `  - ${what}`))
  return lines.length === 0 ? 'Nothing to do.' : lines.join('\n')
}
