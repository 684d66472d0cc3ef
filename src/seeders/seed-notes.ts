import type { Lease } from '../migrations/index.js'
import { type Connection, SEEDERS_KEY, scopedTenant, tenantPrefix } from '../runtime/index.js'
import type { LedgerDesign } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'

/** Type attribute of the items. */
const SEEDER_TYPE = 'seeder'

/** True for a seeder that the table says it ran. */
export async function isNoted(connection: Connection, ledger: LedgerDesign, name: string): Promise<boolean> {
  const { Item } = await connection.send('GetItem', {
    TableName: ledger.tableName,
    Key: keyOf(connection, ledger, name),
    ConsistentRead: true,
  })
  return Item !== undefined
}

/** Notes that a seeder ran, as long as this process holds the lease. */
export async function noteSeeder(
  connection: Connection,
  ledger: LedgerDesign,
  name: string,
  { check }: Lease,
): Promise<void> {
  const ranAt = new Date(connection.clock.now()).toISOString()
  const Item: AttributeMap = {
    ...keyOf(connection, ledger, name),
    [ledger.entityTypeAttribute]: { S: SEEDER_TYPE },
    ranAt: { S: ranAt },
  }
  await connection.send('TransactWriteItems', {
    TransactItems: [check, { Put: { TableName: ledger.tableName, Item } }],
  })
}

/** Each tenant is seeded by itself. */
function keyOf(connection: Connection, { partitionKey, sortKey }: LedgerDesign, name: string): AttributeMap {
  const tenant = scopedTenant(connection.config)
  const own = typeof tenant === 'string' ? `${tenantPrefix(tenant, '#')}${name}` : name
  return { [partitionKey]: { S: SEEDERS_KEY }, [sortKey]: { S: own } }
}
