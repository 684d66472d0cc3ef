import { BACKUP_OPTIONS, type BackupFlags, backupsOf, KEY_OPTION } from '../backup-run.js'
import type { Command } from '../command.js'
import { wholeNumber } from '../option-values.js'
import { counted } from '../text-table.js'

interface Options extends BackupFlags {
  readonly name?: string
  readonly keep?: number
  readonly keepDays?: number
  readonly segments?: number
  readonly maxCapacity?: number
}

export const command: Command<Options> = {
  name: 'backup',
  summary: 'Take a backup of a table',
  options: [
    { flags: '--name <text>', description: 'a name for people' },
    ...BACKUP_OPTIONS,
    KEY_OPTION,
    {
      flags: '--keep <count>',
      description: 'verify it, then delete all but so many of the table, the newest ones',
      parse: wholeNumber(1),
    },
    {
      flags: '--keep-days <days>',
      description: 'verify it, then delete those that are older; with --keep, those for which both hold',
      parse: wholeNumber(1),
    },
    {
      flags: '--segments <count>',
      description: 'parts of the table that are read at the same time (default: 4)',
      parse: wholeNumber(1),
    },
    {
      flags: '--max-capacity <units>',
      description: 'capacity units a second (default: as fast as it goes)',
      parse: wholeNumber(1),
    },
  ],
  json: '{ backup: { id, kind, status, table, name, createdAt, items, bytes, encrypted, digest }, deleted: [id] }',
  examples: [
    ['backup', 'every item of the table, in the form of an export of DynamoDB, into the folder backups'],
    ['backup --keep 7 --key-file backup.key', 'for a nightly job: encrypted, verified, and the last seven are kept'],
    ['backup --aws --name before-the-sale', "DynamoDB's own, of one moment"],
  ],
  async run(context, _args, { name, keep: last, keepDays: days, segments, maxCapacity, ...flags }) {
    const table = await context.tableName()
    const backups = await backupsOf(context, flags)
    const progress = context.progress('items')
    const options = {
      table,
      name,
      segments,
      maxCapacity,
      signal: context.signal,
      onProgress: ({ items, total, capacity }: { items: number; total: number | undefined; capacity: number }) =>
        progress.update({ done: items, total, capacity }),
    }
    const take = async () =>
      last === undefined && days === undefined
        ? { backup: await backups.createBackup(options), deleted: [] }
        : backups.rotateBackups({ ...options, keep: { last, days } })
    const { backup, deleted } = await take().finally(() => progress.end())
    const lines = [
      `Backup ${backup.id} of ${table}${backup.items === undefined ? '' : `: ${counted(backup.items, 'item')}`}.`,
      ...deleted.map(({ id }) => `Deleted ${id}.`),
    ]
    context.output.result({ backup, deleted: deleted.map(({ id }) => id) }, lines.join('\n'))
    if (backup.kind === 'portable' && last === undefined && days === undefined)
      context.output.note(`To see that it is whole: dbtooling backup:verify ${backup.id}`)
  },
}
