import { type Backup, BackupManager, type BackupStore, folderStore } from 'dynamodb-tooling'

const backups = new BackupManager({ store: folderStore('backups'), encryption: { key: new Uint8Array(32) } })
const backup: Promise<Backup> = backups.createBackup({ table: 'orders', segments: 8, maxCapacity: 100 })
const whole: boolean = (await backups.verifyBackup((await backup).id)).ok
const { items }: { items: number | undefined } = await backups.restoreFromBackup('id', { table: 'x', overwrite: whole })
const next: Date = (await backups.scheduleBackup({ every: '1d', keep: { last: 7, days: 30 } })).next
await backups.restoreToPointInTime('orders', { table: 'orders-2', at: next })
const store: BackupStore = folderStore('x')
void [items, store]

// @ts-expect-error: how many are kept has to be said
void backups.rotateBackups({ table: 'orders' })
// @ts-expect-error: the new table has to be named
void backups.restoreToPointInTime('orders', {})
// @ts-expect-error: a schedule says how often
void backups.scheduleBackup({ keep: { last: 1 } })
// @ts-expect-error: a moment is a date
void backups.restoreToPointInTime('orders', { table: 'x', at: '2026-01-01' })
// @ts-expect-error: no such option
void new BackupManager({ folder: 'backups' })
