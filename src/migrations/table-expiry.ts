import type { Connection } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import { differs } from './table-check.js'

/**
 * Says whether DynamoDB may remove items of a table by the attribute that its design names. It looks at one attribute a
 * table ("Time to Live").
 *
 * @throws ModelError `MODEL.TABLE_DIFFERS` for a table whose items expire by another attribute; sends only a read
 */
export async function checkExpiry(connection: Connection, design: TableDesign): Promise<void> {
  if (design.expiry === undefined) return
  const current = await expiryOf(connection, design.tableName)
  if (current === undefined || current === design.expiry) return
  throw differs(
    design,
    `its items expire by ${current}, and rows of the models by ${design.expiry}`,
    `Set static ttl = '${current}', or turn Time to Live off for the table and wait an hour.`,
  )
}

/** Lets DynamoDB remove items whose time is up. Changes nothing where it does already. */
export async function enableExpiry(connection: Connection, { tableName, expiry }: TableDesign): Promise<void> {
  if (expiry === undefined || (await expiryOf(connection, tableName)) === expiry) return
  await connection.send('UpdateTimeToLive', {
    TableName: tableName,
    TimeToLiveSpecification: { Enabled: true, AttributeName: expiry },
  })
}

/** The attribute by which items of a table expire; undefined where none do. */
async function expiryOf(connection: Connection, TableName: string): Promise<string | undefined> {
  const { TimeToLiveDescription: found } = await connection.send('DescribeTimeToLive', { TableName })
  const status = found?.TimeToLiveStatus
  return status === 'ENABLED' || status === 'ENABLING' ? found?.AttributeName : undefined
}
