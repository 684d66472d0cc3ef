import type { CreateTableInput } from '../drivers/index.js'
import type { TableChanges } from '../tables/index.js'
import type { AppliedMigration } from './history.js'
import type { PlacedFile } from './migration.js'

/** Settings that migrations know of. Capacity is left out: it is changed by what scales it. */
export type Setting =
  | 'billing'
  | 'tableClass'
  | 'deletionProtection'
  | 'stream'
  | 'tags'
  | 'ttl'
  | 'pointInTimeRecovery'

/** What a setting should be, in the words of `updateTable`, and the migration that set it last. */
export interface WantedSetting {
  readonly changes: TableChanges
  readonly by: string
}

/** What the migrations that were run made of each table: settings that none of them named are anybody's. */
export function wantedSettings(
  files: readonly PlacedFile[],
  applied: readonly AppliedMigration[],
): ReadonlyMap<string, ReadonlyMap<Setting, WantedSetting>> {
  const ran = new Set(applied.flatMap(({ name, appliedAt }) => (appliedAt === null ? [] : [name])))
  const tables = new Map<string, Map<Setting, WantedSetting>>()
  for (const { name: by, migration } of files)
    for (const step of ran.has(by) ? (migration.operations ?? []) : []) {
      if (step.type !== 'create-table' && step.type !== 'change-table') continue
      const settings = tables.get(step.table) ?? new Map<Setting, WantedSetting>()
      tables.set(step.table, settings)
      const made = step.type === 'create-table' ? changesOf(step.definition) : step.to
      for (const [setting, changes] of parted(made)) {
        // Each migration names some tags; together they are the table's.
        const tags = { ...settings.get('tags')?.changes.tags, ...changes.tags }
        settings.set(setting, { changes: setting === 'tags' ? { tags } : changes, by })
      }
    }
  return tables
}

function changesOf(definition: CreateTableInput): TableChanges {
  const { BillingMode, StreamSpecification: stream, TableClass, DeletionProtectionEnabled, Tags } = definition
  return {
    ...(BillingMode === undefined ? {} : { billingMode: BillingMode }),
    ...(stream?.StreamViewType === undefined ? {} : { stream: stream.StreamViewType }),
    ...(TableClass === undefined ? {} : { tableClass: TableClass }),
    ...(DeletionProtectionEnabled === undefined ? {} : { deletionProtection: DeletionProtectionEnabled }),
    ...(Tags === undefined ? {} : { tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])) }),
  }
}

/** Changes, one setting each. */
function parted(changes: TableChanges): readonly (readonly [Setting, TableChanges])[] {
  const { billingMode, tableClass, deletionProtection, stream, tags, ttl, pointInTimeRecovery } = changes
  return [
    ...(billingMode === undefined ? [] : [['billing', { billingMode }] as const]),
    ...(tableClass === undefined ? [] : [['tableClass', { tableClass }] as const]),
    ...(deletionProtection === undefined ? [] : [['deletionProtection', { deletionProtection }] as const]),
    ...(stream === undefined ? [] : [['stream', { stream }] as const]),
    ...(tags === undefined ? [] : [['tags', { tags }] as const]),
    ...(ttl === undefined ? [] : [['ttl', { ttl }] as const]),
    ...(pointInTimeRecovery === undefined ? [] : [['pointInTimeRecovery', { pointInTimeRecovery }] as const]),
  ]
}
