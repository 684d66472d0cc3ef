import type { Connection } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import { describeTable, type TableChanges, type TableInfo, updateTable } from '../tables/index.js'
import type { AppliedMigration } from './history.js'
import type { Lease } from './lease.js'
import type { PlacedFile } from './migration.js'
import { type Setting, type WantedSetting, wantedSettings } from './settings.js'

/** Something of a table that is not as migrations and models have it: somebody changed it past them. */
export interface TableDifference {
  readonly table: string
  /** A setting, or an index that no model needs: `index GSI2`. */
  readonly what: Setting | `index ${string}`
  /** As the table is, and as it should be; in words. */
  readonly is: string
  readonly should: string
  /** The migration that set it last; null where none did. */
  readonly by: string | null
  /**
   * What brings it right: `migrate` does what takes nothing from anybody; `step` is a step of a migration, or `updateTable`,
   * because rows, backups, readers of the stream or money are at stake.
   */
  readonly remedy: 'migrate' | 'step'
  /** All of it as one sentence. */
  readonly text: string
}

/** One that `migrate` brings right. */
interface Found extends TableDifference {
  readonly changes: TableChanges
}

/** What of the tables is not as the migrations that were run left it, and indexes that no model needs. Sends only reads. */
export async function differencesOf(
  connection: Connection,
  designs: readonly TableDesign[],
  files: readonly PlacedFile[],
  applied: readonly AppliedMigration[],
): Promise<readonly TableDifference[]> {
  const tables = await tablesOf(connection, designs)
  const settings = settingsFound(tables, files, applied).map(({ changes: _changes, ...difference }) => difference)
  return [...settings, ...tables.flatMap(unneeded)]
}

/**
 * Brings right what can be without taking anything from anybody, as long as this process may change the tables.
 *
 * @returns what was brought right, in words
 */
export async function correct(
  connection: Connection,
  designs: readonly TableDesign[],
  files: readonly PlacedFile[],
  applied: readonly AppliedMigration[],
  { signal }: Lease,
): Promise<readonly string[]> {
  if (wantedSettings(files, applied).size === 0) return []
  const did: string[] = []
  for (const found of settingsFound(await tablesOf(connection, designs), files, applied)) {
    if (found.remedy !== 'migrate') continue
    signal.throwIfAborted()
    await updateTable(found.table, found.changes, { connection, signal })
    did.push(found.text)
  }
  return did
}

interface Table {
  readonly design: TableDesign
  readonly info: TableInfo
  /** False for a local engine. */
  readonly aws: boolean
}

async function tablesOf(connection: Connection, designs: readonly TableDesign[]): Promise<readonly Table[]> {
  const { aws } = (await connection.driver()).capabilities
  const infos = await Promise.all(designs.map(({ tableName }) => describeTable(tableName, { connection })))
  return designs.flatMap((design, i) => {
    const info = infos[i]
    return info === undefined || info === null ? [] : [{ design, info, aws }]
  })
}

function settingsFound(
  tables: readonly Table[],
  files: readonly PlacedFile[],
  applied: readonly AppliedMigration[],
): readonly Found[] {
  const wanted = wantedSettings(files, applied)
  return tables.flatMap((table) =>
    [...(wanted.get(table.info.name) ?? [])].flatMap(([setting, want]) => found(table, setting, want) ?? []),
  )
}

function found({ info, aws }: Table, setting: Setting, { changes, by }: WantedSetting): Found | undefined {
  // DynamoDB Local does not tell its class; nobody can be asked for what the credentials may not read.
  if ((setting === 'tableClass' && !aws) || info.unsupported.some((each) => each === setting)) return undefined
  const [is, should, safe] = compared(info, setting, changes)
  if (is === should) return undefined
  const table = info.name
  const text = `${setting} of ${table} is ${is}, and should be ${should}, as ${by} made it`
  return { table, what: setting, is, should, by, remedy: safe ? 'migrate' : 'step', text, changes }
}

/** A setting as it is and as it should be, and whether it can be brought right without taking anything from anybody. */
function compared(info: TableInfo, setting: Setting, wanted: TableChanges): readonly [string, string, boolean] {
  switch (setting) {
    case 'billing':
      return [info.billing, wanted.billingMode ?? info.billing, false]
    case 'tableClass':
      return [info.tableClass, wanted.tableClass ?? info.tableClass, false]
    case 'deletionProtection':
      return [onOff(info.deletionProtection), onOff(wanted.deletionProtection), wanted.deletionProtection === true]
    case 'stream': {
      const { stream = false } = wanted
      const should = stream === true ? 'NEW_AND_OLD_IMAGES' : stream
      return [info.stream?.viewType ?? 'off', should === false ? 'off' : should, info.stream === undefined]
    }
    case 'ttl': {
      const { ttl = false } = wanted
      return [info.ttl ?? 'off', ttl === false ? 'off' : ttl, ttl === false || info.ttl === undefined]
    }
    case 'pointInTimeRecovery':
      return recovery(info, wanted.pointInTimeRecovery ?? false)
    case 'tags': {
      const names = Object.entries(wanted.tags ?? {}).filter(([name, value]) => info.tags?.[name] !== value)
      const words = (of: Readonly<Record<string, string>> | undefined): string =>
        names.map(([name]) => `${name}=${of !== undefined && Object.hasOwn(of, name) ? of[name] : '(none)'}`).join(', ')
      return [words(info.tags), words(wanted.tags), true]
    }
  }
}

function recovery(
  { pointInTimeRecovery: now }: TableInfo,
  wanted: NonNullable<TableChanges['pointInTimeRecovery']>,
): readonly [string, string, boolean] {
  const days = typeof wanted === 'object' ? (wanted.days ?? 35) : (now?.days ?? 35)
  const words = (on: boolean, count: number | undefined): string => (on ? `on for ${count ?? 35} days` : 'off')
  const keepsMore = now === undefined || days >= (now.days ?? 35)
  return [words(now !== undefined, now?.days), words(wanted !== false, days), wanted !== false && keepsMore]
}

function onOff(value: boolean | undefined): string {
  return value === true ? 'on' : 'off'
}

/** Indexes that no model needs. */
function unneeded({ design, info }: Table): readonly TableDifference[] {
  const needed = new Set(design.indexes.map(({ name }) => name))
  return info.indexes.flatMap(({ name }): TableDifference[] =>
    needed.has(name)
      ? []
      : [
          {
            table: info.name,
            what: `index ${name}`,
            is: 'there',
            should: 'gone',
            by: null,
            remedy: 'step',
            text: `no model needs the index ${name} of ${info.name}`,
          },
        ],
  )
}
