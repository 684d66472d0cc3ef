import { copyTable } from '../../migrations/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { RUN_OPTIONS, type RunFlags, watchedRun } from '../migration-run.js'
import { counted } from '../text-table.js'

interface Options extends RunFlags {
  readonly from?: string
  readonly catchUp?: boolean
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
    ...RUN_OPTIONS,
  ],
  json: '{ from, to, created, rows, written, deleted, digest }',
  examples: [
    ['table:copy orders-2', 'for what DynamoDB changes of no table: its key, keys of rows, local indexes'],
    ['table:copy orders-2 --max-capacity 500', 'leaves capacity to the programs that are at work'],
    ['table:copy orders-2 --catch-up', 'after they were stopped; then name orders-2 in the config'],
  ],
  async run(context, [to], { from, catchUp = false, ...flags }) {
    if (to === undefined) throw new CliError('CLI.USAGE', 'The name of the new table is missing.')
    await context.models()
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
