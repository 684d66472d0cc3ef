import { type FreshResult, freshMigrations } from '../migrations/index.js'
import { ModelSpace } from '../model/index.js'
import { describeTable } from '../tables/index.js'
import { askConsent } from './consent.js'
import type { CommandContext } from './context.js'
import { projectMigrations, type RunFlags, watchedRun } from './migration-run.js'
import { counted } from './text-table.js'

export interface FreshFlags extends RunFlags {
  readonly force?: boolean
  readonly confirm?: string
}

/** Deletes the tables of the models and runs every migration, once somebody typed the name of the table. */
export async function freshTables(
  context: CommandContext,
  command: string,
  { force = false, confirm, ...flags }: FreshFlags,
): Promise<FreshResult> {
  const files = await projectMigrations(context)
  const connection = await context.connection()
  const names = ModelSpace.of(connection)
    .designs()
    .map(({ tableName }) => tableName)
  const tables = await Promise.all(names.map((name) => describeTable(name, { connection })))
  const goes = tables.flatMap((table) =>
    table === null ? [] : [`the table ${table.name}, ${counted(table.itemCount, 'item')}`],
  )
  const name = await context.tableName()
  if (goes.length > 0) await askConsent(context, { command, goes, tables: names, name, confirm })
  const { options, end } = watchedRun(context, flags)
  return freshMigrations(files, { ...options, unprotect: force }).finally(end)
}

export function freshText({ deleted, created, ran }: FreshResult): string {
  return [
    `Deleted ${counted(deleted.length, 'table')}, created ${created.length}.`,
    ...ran.map((each) => `Ran ${each}.`),
  ].join('\n')
}
