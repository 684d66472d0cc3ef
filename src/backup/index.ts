export type { PointInTimeOptions } from './aws-backups.js'
export type {
  Backup,
  BackupManagerOptions,
  BackupProgress,
  CreateBackupOptions,
  Restored,
  RestoreOptions,
  Verification,
} from './backup.js'
export { BackupManager } from './backup-manager.js'
export type { BackupStore } from './backup-store.js'
export { BACKUP_CODES, BackupError } from './errors.js'
export { folderStore } from './folder-store.js'
export type { BackupSchedule, Retention, ScheduleOptions } from './schedule.js'
export type { BackupEncryption } from './sealed-bytes.js'
