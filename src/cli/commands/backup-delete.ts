import { BACKUP_OPTIONS, type BackupFlags, backupsOf } from '../backup-run.js'
import type { Command } from '../command.js'
import { askName, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'

interface Options extends BackupFlags {
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'backup:delete',
  summary: 'Delete a backup',
  arguments: [{ name: 'id', description: 'the backup' }],
  options: [...BACKUP_OPTIONS, CONFIRM_OPTION],
  json: '{ deleted }',
  examples: [['backup:delete 01764000000000-1a2b3c4d --confirm 01764000000000-1a2b3c4d', 'without a question']],
  async run(context, [id], { confirm, ...flags }) {
    if (id === undefined) throw new CliError('CLI.USAGE', 'The id of the backup is missing.')
    const backups = await backupsOf(context, flags)
    const { table, items, createdAt } = await backups.describeBackup(id)
    const goes = [
      `the backup of ${table ?? 'no table'}, taken at ${createdAt.toISOString()}, with ${items ?? 'unknown'} items`,
    ]
    await askName(context, { command: 'backup:delete', goes, name: id, confirm })
    await backups.deleteBackup(id)
    context.output.result({ deleted: id }, `Deleted ${id}.`)
  },
}
