import type { CreateTableInput } from '../drivers/index.js'
import { describeTable, type TableInfo } from './describe-table.js'
import { TableError } from './errors.js'
import { refuse } from './input-rules.js'
import { makeTable, requireSupport } from './make-table.js'
import { settingsFaults } from './table-faults.js'
import type { TableSettings } from './table-options.js'
import { requestsOfDesign } from './table-requests.js'
import { FROM_MODELS } from './table-rules.js'
import { readTable } from './table-status.js'
import { type Models, tablesOfModels } from './tables-of-models.js'
import { type WaitOptions, waiting } from './wait-for-table.js'

export interface CreateFromModelsOptions extends TableSettings, WaitOptions {
  /** True: tables that are there with these keys and indexes are taken as they are. Default false. */
  readonly ifNotExists?: boolean
  /** True: nothing is sent; the CreateTable requests are the answer. Default false. */
  readonly dryRun?: boolean
}

/**
 * Makes the tables of models as `migrate()` makes them, and with settings that it does not know: billing, tags, a
 * stream. `migrate()` goes on from there.
 *
 * @param models classes, or the folder of the files that export them
 * @returns the tables as they are now; with `dryRun` the requests that would make them
 * @throws as `createTable`: `TABLE.EXISTS` before the first is made
 */
export function createTableFromModels(
  models: Models,
  options: CreateFromModelsOptions & { readonly dryRun: true },
): Promise<readonly CreateTableInput[]>
export function createTableFromModels(
  models: Models,
  options?: CreateFromModelsOptions & { readonly dryRun?: false },
): Promise<readonly TableInfo[]>
export async function createTableFromModels(
  models: Models,
  options: CreateFromModelsOptions = {},
): Promise<readonly CreateTableInput[] | readonly TableInfo[]> {
  const what = 'createTableFromModels'
  refuse(what, FROM_MODELS(options, ''))
  refuse(what, settingsFaults(options))
  const { space, designs } = tablesOfModels(what, models, options.connection)
  const { connection } = space
  const requests = designs.map((design) => requestsOfDesign(design, options))
  if (options.dryRun === true) return requests.map(({ createTable }) => createTable)
  await requireSupport(connection, requests)
  const { ifNotExists = false } = options
  if (!ifNotExists) {
    for (const { tableName } of designs) {
      if ((await readTable(connection, tableName)) !== undefined)
        throw new TableError('TABLE.EXISTS', `There is a table ${tableName} already.`, {
          details: { table: tableName },
        })
    }
  }
  space.saveLock()
  for (const each of requests) await makeTable(connection, each, { ifNotExists, wait: true, ...waiting(options) })
  const tables = await Promise.all(designs.map(({ tableName }) => describeTable(tableName, { connection })))
  return tables as readonly TableInfo[]
}
