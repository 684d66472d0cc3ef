import { migrationStatus, runMigrations } from '../../migrations/index.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-code.js'
import { projectMigrations, RUN_OPTIONS, type RunFlags, watchedRun } from '../migration-run.js'
import { faultText, projectFaults } from '../project-faults.js'

export const command: Command<RunFlags> = {
  name: 'ci:migrate',
  summary: 'Check models and lock, run what is pending, and check again',
  options: RUN_OPTIONS,
  json: '{ ok, problems: [{ code, message, hint }], ran: [name], created: [table], indexes: [name], written, corrected: [what], drift: [step] }',
  examples: [
    [
      'ci:migrate --env staging',
      'for pipelines: asks nothing, production too; exit code 6 when something is not right',
    ],
    ['ci:migrate --wait 600 --json', 'gives up where another process changes the tables for ten minutes'],
  ],
  async run(context, _args, flags) {
    const { problems } = await projectFaults(context)
    if (problems.length > 0) {
      const nothing = { ran: [], created: [], indexes: [], written: 0, corrected: [], drift: [] }
      context.output.result({ ok: false, problems, ...nothing }, faultText(problems))
      return EXIT.pending
    }
    const files = await projectMigrations(context)
    const { options, end } = watchedRun(context, flags)
    const did = await runMigrations(files, options).finally(end)
    const { drift } = await migrationStatus(files)
    const lines = [
      did.ran.length === 0 ? 'No migration was pending.' : `Ran ${did.ran.join(', ')}.`,
      ...drift.map((step) => `The models need, besides: ${step}`),
    ]
    context.output.result({ ok: drift.length === 0, problems, ...did, drift }, lines.join('\n'))
    return drift.length === 0 ? EXIT.ok : EXIT.pending
  },
}
