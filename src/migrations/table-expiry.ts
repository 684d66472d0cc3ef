import type { Connection } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import { ttlAttribute } from '../tables/index.js'
import type { Operation } from './operations.js'
import { differs } from './table-check.js'

/**
 * Says whether DynamoDB removes items of a table by the attribute that its design names. It looks at one attribute a table
 * ("Time to Live").
 *
 * @returns true where it does, or where nothing expires
 * @throws ModelError `MODEL.TABLE_DIFFERS` for a table whose items expire by another attribute; sends only a read
 */
export async function checkExpiry(connection: Connection, design: TableDesign): Promise<boolean> {
  if (design.expiry === undefined) return true
  const current = await ttlAttribute(connection, design.tableName)
  if (current === undefined || current === design.expiry) return current !== undefined
  throw differs(
    design,
    `its items expire by ${current}, and rows of the models by ${design.expiry}`,
    `Set static ttl = '${current}', or turn Time to Live off for the table and wait an hour.`,
  )
}

/** Lets DynamoDB remove items whose time is up. */
export function enablesExpiry({ tableName: table, expiry }: TableDesign): readonly Operation[] {
  return expiry === undefined ? [] : [{ type: 'change-table', table, from: { ttl: false }, to: { ttl: expiry } }]
}
