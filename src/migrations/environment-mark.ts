import { isDynamoDBToolingError } from '../kernel/index.js'
import type { Connection } from '../runtime/index.js'
import type { LedgerDesign } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { MigrationError } from './errors.js'

const MARK_KEY = 'DYNAMODB-TOOLING#environment'
/** Type attribute of the item. */
const MARK_TYPE = 'environment'

/** The environment that a table says it is of. */
export interface EnvironmentMark {
  readonly environment: string
  readonly production: boolean
}

/** What the table says; undefined where it was never migrated in an environment, or is not there. */
export async function environmentMark(
  connection: Connection,
  table: Pick<LedgerDesign, 'tableName' | 'partitionKey' | 'sortKey'>,
): Promise<EnvironmentMark | undefined> {
  try {
    const { Item } = await connection.send('GetItem', {
      TableName: table.tableName,
      Key: markKey(table),
      ConsistentRead: true,
    })
    const { environment, production } = Item ?? {}
    if (environment === undefined || !('S' in environment)) return undefined
    return {
      environment: environment.S,
      production: production !== undefined && 'BOOL' in production && production.BOOL,
    }
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return undefined
    throw error
  }
}

/**
 * What the table is to say, where the config has named environments and it does not say so yet.
 *
 * @throws MigrationError `MIGRATION.ENVIRONMENT` for the table of another environment, and for one marked as production where
 * the config does not say so
 */
export async function missingMark(connection: Connection, ledger: LedgerDesign): Promise<EnvironmentMark | undefined> {
  const { environment, production } = connection.config
  if (environment === undefined) return undefined
  const marked = await environmentMark(connection, ledger)
  refuseOther(connection, ledger, marked)
  return marked?.production === production ? undefined : { environment, production }
}

/**
 * What would take rows or indexes away asks the table whose it is, so that a config of the wrong one is seen. A table that says
 * nothing is anybody's.
 *
 * @throws MigrationError `MIGRATION.ENVIRONMENT`
 */
export async function refuseOtherEnvironment(
  connection: Connection,
  table: Pick<LedgerDesign, 'tableName' | 'partitionKey' | 'sortKey'>,
): Promise<void> {
  refuseOther(connection, table, await environmentMark(connection, table))
}

function refuseOther(
  { config: { environment, production } }: Connection,
  { tableName: table }: Pick<LedgerDesign, 'tableName'>,
  marked: EnvironmentMark | undefined,
): void {
  if (marked === undefined || (marked.environment === environment && (production || !marked.production))) return
  const kind = marked.production ? ', which is marked as production' : ''
  const here =
    environment === undefined
      ? 'the config names no environment'
      : `the config is in ${environment}${production ? '' : ', which it does not mark as production'}`
  throw new MigrationError(
    'MIGRATION.ENVIRONMENT',
    `The table ${table} is of the environment ${marked.environment}${kind}; ${here}.`,
    { details: { table, marked: marked.environment, environment } },
  )
}

/** Writes the mark, whatever was there; undefined takes it away. */
export async function writeMark(
  connection: Connection,
  ledger: LedgerDesign,
  mark: EnvironmentMark | undefined,
): Promise<void> {
  const { tableName: TableName, entityTypeAttribute } = ledger
  if (mark === undefined) {
    await connection.send('DeleteItem', { TableName, Key: markKey(ledger) })
    return
  }
  await connection.send('PutItem', {
    TableName,
    Item: {
      ...markKey(ledger),
      [entityTypeAttribute]: { S: MARK_TYPE },
      environment: { S: mark.environment },
      production: { BOOL: mark.production },
    },
  })
}

function markKey({ partitionKey, sortKey }: Pick<LedgerDesign, 'partitionKey' | 'sortKey'>): AttributeMap {
  return { [partitionKey]: { S: MARK_KEY }, [sortKey]: { S: MARK_KEY } }
}
