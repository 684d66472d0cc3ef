import { BACKUP_OPTIONS, type BackupFlags, backupsOf, KEY_OPTION, namedBackup } from '../backup-run.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-code.js'
import { counted } from '../text-table.js'

export const command: Command<BackupFlags> = {
  name: 'backup:verify',
  summary: 'Read all of a backup, and say what is wrong with it',
  arguments: [{ name: 'id', description: 'the backup, or latest' }],
  options: [...BACKUP_OPTIONS, KEY_OPTION],
  json: '{ id, ok, faults, files, items, digest, against }',
  examples: [['backup:verify latest', 'exit code 6 where it is damaged']],
  async run(context, [given], flags) {
    const backups = await backupsOf(context, flags)
    const id = await namedBackup(backups, given, undefined)
    const found = await backups.verifyBackup(id, { signal: context.signal })
    const what = `${counted(found.items, 'item')} in ${counted(found.files, 'file')}`
    const lines = found.ok
      ? [`The backup ${id} is whole: ${what}, as they were written (${found.against === 'md5' ? 'MD5' : 'SHA-256'}).`]
      : [`The backup ${id} is damaged:`, ...found.faults.map((fault) => `  ${fault}`)]
    context.output.result(found, lines.join('\n'))
    return found.ok ? EXIT.ok : EXIT.pending
  },
}
