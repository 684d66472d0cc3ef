import { planRollback, rollbackMigrations } from '../../migrations/index.js'
import type { Command } from '../command.js'
import { projectMigrations, RUN_OPTIONS, type RunFlags, refuseUnforced, watchedRun } from '../migration-run.js'
import { wholeNumber } from '../option-values.js'

interface Options extends RunFlags {
  readonly batches?: number
  readonly dryRun?: boolean
  readonly force?: boolean
}

export const command: Command<Options> = {
  name: 'migrate:rollback',
  summary: 'Take back the migrations that were run last',
  options: [
    { flags: '--batches <count>', description: 'how many runs of migrate (default: 1)', parse: wholeNumber(1) },
    { flags: '--dry-run', description: 'change nothing; show each step' },
    { flags: '--force', description: 'in an environment marked as production, too' },
    ...RUN_OPTIONS,
  ],
  json: '{ rolledBack: [name] }, with --dry-run { migrations: [{ name, steps }] }',
  examples: [
    ['migrate:rollback --dry-run', 'what it would do; an error where one of them cannot be taken back'],
    ['migrate:rollback', 'those that were run together last'],
  ],
  async run(context, _args, { batches, dryRun = false, force = false, ...flags }) {
    const files = await projectMigrations(context)
    if (dryRun) {
      const migrations = await planRollback(files, { batches })
      const lines = migrations.flatMap(({ name, steps }) => [name, ...steps.map((step) => `  - ${step}`)])
      context.output.result({ migrations }, lines.length === 0 ? 'Nothing to take back.' : lines.join('\n'))
      return
    }
    await refuseUnforced(context, 'migrate:rollback', force)
    const { options, end } = watchedRun(context, flags)
    const rolledBack = await rollbackMigrations(files, { ...options, batches }).finally(end)
    const text = rolledBack.map((name) => `Took back ${name}.`).join('\n')
    context.output.result({ rolledBack }, text === '' ? 'Nothing to take back.' : text)
  },
}
