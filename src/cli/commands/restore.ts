import { BACKUP_OPTIONS, type BackupFlags, backupsOf, KEY_OPTION, namedBackup } from '../backup-run.js'
import type { Command } from '../command.js'
import { askProduction, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'
import { wholeNumber } from '../option-values.js'
import { counted } from '../text-table.js'

interface Options extends BackupFlags {
  readonly to?: string
  readonly at?: string
  readonly overwrite?: boolean
  readonly check?: boolean
  readonly maxCapacity?: number
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'restore',
  summary: 'Make a table of a backup',
  arguments: [{ name: 'id', description: 'the backup, or latest; with --at the table that is restored' }],
  options: [
    { flags: '--to <name>', description: 'the new table (default: the name of the old one, and the id)' },
    ...BACKUP_OPTIONS,
    KEY_OPTION,
    {
      flags: '--at <time>',
      description: "point-in-time recovery, DynamoDB's own: 2026-01-31T10:00:00Z, or latest; --to is needed",
    },
    { flags: '--overwrite', description: 'into a table that is not empty: items with the same keys are replaced' },
    { flags: '--no-check', description: 'do not read the table again to compare it with the backup' },
    {
      flags: '--max-capacity <units>',
      description: 'capacity units a second (default: as fast as it goes)',
      parse: wholeNumber(1),
    },
    CONFIRM_OPTION,
  ],
  json: '{ id, table, created, items, written, notRestored }',
  examples: [
    ['restore latest --to orders-as-it-was', 'verifies the newest backup, then writes and compares it'],
    ['restore orders --at latest --to orders-restored', 'as it was some minutes ago, on Amazon DynamoDB'],
  ],
  async run(context, [given], { to: table, at, overwrite = false, check, maxCapacity, confirm, ...flags }) {
    const backups = await backupsOf(context, at === undefined ? flags : { aws: true })
    if (at !== undefined) {
      if (given === undefined || table === undefined)
        throw new CliError('CLI.USAGE', 'With --at: restore <table that was> --to <new table>.')
      const did = await backups.restoreToPointInTime(given, { table, at: timeOf(at), signal: context.signal })
      context.output.result(did, `${did.table} is as ${given} was. Not restored: ${did.notRestored.join(', ')}.`)
      return
    }
    const id = await namedBackup(backups, given, undefined)
    if (overwrite) await askProduction(context, 'restore --overwrite', confirm, table)
    const progress = context.progress('items')
    const did = await backups
      .restoreFromBackup(id, {
        table,
        overwrite,
        maxCapacity,
        signal: context.signal,
        onProgress: ({ items, total, capacity }) => progress.update({ done: items, total, capacity }),
        ...(check === false ? { check } : {}),
      })
      .finally(() => progress.end())
    const what = did.items === undefined ? 'the items' : `the ${counted(did.items, 'item')}`
    const lines = [
      `${did.table} has ${what} of ${id}.`,
      ...(did.notRestored.length === 0 ? [] : [`Not restored: ${did.notRestored.join(', ')}.`]),
    ]
    context.output.result(did, lines.join('\n'))
  },
}

function timeOf(text: string): Date | undefined {
  if (text === 'latest') return undefined
  const time = new Date(text)
  if (/^\d{4}-\d{2}-\d{2}T/.test(text) && Number.isFinite(time.getTime())) return time
  throw new CliError('CLI.USAGE', `--at is "${text}"; write latest, or a time as 2026-01-31T10:00:00Z.`)
}
