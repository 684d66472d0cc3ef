import type { Connection } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import { ttlAttribute } from '../tables/index.js'
import { differs } from './table-check.js'

/**
 * Says whether DynamoDB may remove items of a table by the attribute that its design names. It looks at one attribute a
 * table ("Time to Live").
 *
 * @throws ModelError `MODEL.TABLE_DIFFERS` for a table whose items expire by another attribute; sends only a read
 */
export async function checkExpiry(connection: Connection, design: TableDesign): Promise<void> {
  if (design.expiry === undefined) return
  const current = await ttlAttribute(connection, design.tableName)
  if (current === undefined || current === design.expiry) return
  throw differs(
    design,
    `its items expire by ${current}, and rows of the models by ${design.expiry}`,
    `Set static ttl = '${current}', or turn Time to Live off for the table and wait an hour.`,
  )
}

/** Lets DynamoDB remove items whose time is up. Changes nothing where it does already. */
export async function enableExpiry(connection: Connection, { tableName, expiry }: TableDesign): Promise<void> {
  if (expiry === undefined || (await ttlAttribute(connection, tableName)) === expiry) return
  await connection.send('UpdateTimeToLive', {
    TableName: tableName,
    TimeToLiveSpecification: { Enabled: true, AttributeName: expiry },
  })
}
