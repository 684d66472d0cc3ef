import { randomBytes } from 'node:crypto'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { cursorKey } from '../keys/index.js'
import type { Connection } from '../runtime/index.js'
import type { AttributeMap } from '../values/index.js'
import type { EntityBinding } from './entity-binding.js'
import { sendFor } from './plan-request.js'

const SECRET_BYTES = 32
/** Key of the item that holds a table's secret. No model can have this name. */
export const SECRET_KEY = 'DYNAMODB-TOOLING#cursor-secret'

const known = new WeakMap<Connection, Map<string, Promise<Uint8Array>>>()

/**
 * The key that cursors of a table are sealed with: from `queryBuilder.cursorSecret`, or else a secret that the first
 * process to need one keeps in the table (the ledger, where every model has its own), so that all processes of a program understand each other's cursors.
 */
export function cursorSecretOf(binding: EntityBinding): Promise<Uint8Array> {
  const {
    connection,
    table: { ledger: table },
  } = binding
  const tables = known.get(connection) ?? new Map<string, Promise<Uint8Array>>()
  known.set(connection, tables)
  let secret = tables.get(table.tableName)
  if (secret === undefined) {
    const { cursorSecret } = connection.config.queryBuilder
    secret = cursorSecret === undefined ? secretInTable(binding) : Promise.resolve(cursorKey(cursorSecret))
    // A failure is not kept: the next cursor tries again.
    secret.catch(() => tables.delete(table.tableName))
    tables.set(table.tableName, secret)
  }
  return secret
}

async function secretInTable(binding: EntityBinding): Promise<Uint8Array> {
  const {
    table: { ledger: table },
    schema,
  } = binding
  const plan = { model: schema.name }
  const Key: AttributeMap = { [table.partitionKey]: { S: SECRET_KEY }, [table.sortKey]: { S: SECRET_KEY } }
  const read = { TableName: table.tableName, Key, ConsistentRead: true }
  const found = secretIn((await sendFor(binding, plan, 'GetItem', read)).Item)
  if (found !== undefined) return cursorKey(found)
  const fresh = randomBytes(SECRET_BYTES)
  try {
    await sendFor(binding, plan, 'PutItem', {
      TableName: table.tableName,
      Item: { ...Key, [table.entityTypeAttribute]: { S: 'cursor secret' }, secret: { B: fresh.toString('base64') } },
      ConditionExpression: 'attribute_not_exists(#pk)',
      ExpressionAttributeNames: { '#pk': table.partitionKey },
    })
    return cursorKey(fresh)
  } catch (error) {
    if (!isDynamoDBToolingError(error, 'SERVICE.CONDITION_FAILED')) throw error
    // Another process was first (or our own lost first attempt): what stands in the table holds.
    const theirs = secretIn((await sendFor(binding, plan, 'GetItem', read)).Item)
    if (theirs === undefined) throw error
    return cursorKey(theirs)
  }
}

function secretIn(item: AttributeMap | undefined): Uint8Array | undefined {
  const value = item?.['secret']
  return value !== undefined && 'B' in value ? Buffer.from(value.B, 'base64') : undefined
}
