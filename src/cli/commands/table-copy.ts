import { copyTable } from '../../migrations/index.js'
import type { Command } from '../command.js'
import { askName, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'
import { RUN_OPTIONS, type RunFlags, refuseUnforced, watchedRun } from '../migration-run.js'
import { counted } from '../text-table.js'

interface Options extends RunFlags {
  readonly from?: string
  readonly catchUp?: boolean
  readonly force?: boolean
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'table:copy',
  summary: 'Copy the rows into a new table, as the models are now',
  arguments: [{ name: 'to', description: 'the whole name of the new table' }],
  options: [
    { flags: '--from <table>', description: 'the old table (default: the table of the config)' },
    {
      flags: '--catch-up',
      description:
        'for the second time, when nobody writes: rows that differ are replaced, those that are gone deleted',
    },
    { flags: '--force', description: 'in an environment marked as production, too' },
    CONFIRM_OPTION,
    ...RUN_OPTIONS,
  ],
  json: '{ from, to, created, rows, written, deleted, digest }',
  examples: [
    ['table:copy orders-2', 'for what DynamoDB changes of no table: its key, keys of rows, local indexes'],
    ['table:copy orders-2 --max-capacity 500', 'leaves capacity to the programs that are at work'],
    ['table:copy orders-2 --catch-up --confirm orders-2', 'after they were stopped; then name orders-2 in the config'],
  ],
  async run(context, [to], { from, catchUp = false, force = false, confirm, ...flags }) {
    if (to === undefined) throw new CliError('CLI.USAGE', 'The name of the new table is missing.')
    await context.models()
    await refuseUnforced(context, 'table:copy', force)
    if (catchUp) await askName(context, { command: 'table:copy --catch-up', goes: replacedIn(to), name: to, confirm })
    const { options, end } = watchedRun(context, flags)
    const { signal, maxCapacity, onProgress, wait, onWait } = options
    const watch = { signal, maxCapacity, onProgress, wait, onWait }
    const did = await copyTable({ to, from, catchUp, ...watch }).finally(end)
    const lines = [
      `${did.to} has the ${counted(did.rows, 'row')} of ${did.from}: ${did.written} written, ${did.deleted} deleted by this run.`,
      `SHA-256 over the rows of each: ${did.digest}`,
    ]
    context.output.result(did, lines.join('\n'))
    context.output.note(
      catchUp
        ? `Name ${did.to} in the config, and start the programs again.`
        : `When nothing writes to ${did.from} any more: dbtooling table:copy ${did.to} --catch-up`,
    )
  },
}

function replacedIn(to: string): readonly string[] {
  return [`rows of ${to} that the old table does not have, and what is different in others`]
}
