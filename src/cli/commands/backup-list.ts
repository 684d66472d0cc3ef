import { BACKUP_OPTIONS, type BackupFlags, backupsOf } from '../backup-run.js'
import type { Command } from '../command.js'
import { textTable } from '../text-table.js'

export const command: Command<BackupFlags> = {
  name: 'backup:list',
  summary: 'List the backups, the newest first',
  options: BACKUP_OPTIONS,
  json: '{ backups: [{ id, kind, status, table, name, createdAt, items, bytes, encrypted, digest }] }',
  examples: [
    ['backup:list', 'those in the folder backups'],
    ['backup:list --table orders', 'those of one table'],
  ],
  async run(context, _args, flags) {
    const backups = await backupsOf(context, flags)
    const { table } = context.global
    const list = await backups.listBackups({ signal: context.signal, ...(table === undefined ? {} : { table }) })
    const rows = list.map(({ id, status, table: of, createdAt, items, encrypted, name }) => [
      id,
      status,
      of ?? '',
      Number.isNaN(createdAt.getTime()) ? '' : createdAt.toISOString(),
      items ?? '',
      encrypted ? 'yes' : 'no',
      name ?? '',
    ])
    const head = ['id', 'status', 'table', 'taken at', 'items', 'encrypted', 'name']
    context.output.result({ backups: list }, list.length === 0 ? 'No backups.' : textTable(head, rows, 120))
  },
}
