import type { TransactWriteItem } from '../drivers/index.js'
import { checkKeyText, isKeyable } from '../keys/index.js'
import { GUARD_OWNER, GUARD_TYPE, keyText, uniqueGuardKey } from '../single-table/index.js'
import { type AttributeMap, type AttributeValue, equalAttributeValues } from '../values/index.js'
import type { ModelBinding } from './model-space.js'
import { secondsNow } from './row-conditions.js'

/** One change of a guard, and the attribute it guards. */
export interface GuardWrite {
  readonly attribute: string
  readonly write: TransactWriteItem
}

/** A row before or after a write: its unique attributes, and its key in the table. */
export interface GuardedRow {
  readonly item: AttributeMap
  readonly key: AttributeMap
}

/**
 * The guard writes that bring a row from one state to the next: guards of new values are taken (on condition that nobody
 * has them), those of old values are freed, those of a row that gets another key change hands. Null and absent values
 * need no guard.
 */
export function guardWrites(
  binding: ModelBinding,
  before: GuardedRow | undefined,
  after: GuardedRow | undefined,
): readonly GuardWrite[] {
  const { table } = binding
  const writes: GuardWrite[] = []
  for (const attribute of binding.uniqueAttributes) {
    const [old, now] = [before && guardOf(binding, attribute, before), after && guardOf(binding, attribute, after)]
    if (old !== undefined && now !== undefined && old.text === now.text) {
      if (before === undefined || after === undefined) continue
      const moved = keyText(table, before.key) !== keyText(table, after.key)
      if (moved || !sameExpiry(binding, before, after))
        writes.push({ attribute, write: handOver(binding, old.key, before, after) })
      continue
    }
    if (now !== undefined && after !== undefined)
      writes.push({ attribute, write: take(binding, attribute, now.key, after) })
    if (old !== undefined && before !== undefined) writes.push({ attribute, write: free(binding, old.key, before.key) })
  }
  return writes
}

function take(binding: ModelBinding, attribute: string, key: AttributeMap, row: GuardedRow): TransactWriteItem {
  const {
    table: { ledger },
    schema,
    design,
    connection,
  } = binding
  const expires = expiryOf(binding, row)
  return {
    Put: {
      TableName: ledger.tableName,
      Item: {
        ...key,
        [ledger.entityTypeAttribute]: { S: GUARD_TYPE },
        model: { S: schema.name },
        attribute: { S: attribute },
        [GUARD_OWNER]: { M: row.key },
        ...(ledger.expiry === undefined || expires === undefined ? {} : { [ledger.expiry]: expires }),
      },
      // The guard of a row that expired may be there a while longer.
      ...(ledger.expiry === undefined || design.expiry === undefined
        ? {
            ConditionExpression: 'attribute_not_exists(#pk)',
            ExpressionAttributeNames: { '#pk': ledger.partitionKey },
          }
        : {
            ConditionExpression: 'attribute_not_exists(#pk) OR #expiry <= :now',
            ExpressionAttributeNames: { '#pk': ledger.partitionKey, '#expiry': ledger.expiry },
            ExpressionAttributeValues: { ':now': secondsNow(connection.clock) },
          }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  }
}

function free({ table: { ledger } }: ModelBinding, key: AttributeMap, owner: AttributeMap): TransactWriteItem {
  return {
    Delete: {
      TableName: ledger.tableName,
      Key: key,
      // A guard that somebody else holds is never freed; one that is not there is nothing to free.
      ConditionExpression: 'attribute_not_exists(#pk) OR #owner = :owner',
      ExpressionAttributeNames: { '#pk': ledger.partitionKey, '#owner': GUARD_OWNER },
      ExpressionAttributeValues: { ':owner': { M: owner } },
    },
  }
}

/** The guard gets the key and the lifetime that its row has now. */
function handOver(binding: ModelBinding, key: AttributeMap, from: GuardedRow, to: GuardedRow): TransactWriteItem {
  const { ledger } = binding.table
  const expires = expiryOf(binding, to)
  const renewed = ledger.expiry !== undefined && !sameExpiry(binding, from, to)
  const change = expires === undefined ? ' REMOVE #expiry' : ', #expiry = :expiry'
  return {
    Update: {
      TableName: ledger.tableName,
      Key: key,
      UpdateExpression: `SET #owner = :to${renewed ? change : ''}`,
      ConditionExpression: '#owner = :from',
      ExpressionAttributeNames: {
        '#owner': GUARD_OWNER,
        ...(renewed ? { '#expiry': ledger.expiry } : {}),
      },
      ExpressionAttributeValues: {
        ':from': { M: from.key },
        ':to': { M: to.key },
        ...(renewed && expires !== undefined ? { ':expiry': expires } : {}),
      },
    },
  }
}

/** The moment a row expires, and its guards with it. */
function expiryOf({ design: { expiry } }: ModelBinding, { item }: GuardedRow): AttributeValue | undefined {
  const moment = expiry === undefined ? undefined : item[expiry]
  return moment !== undefined && 'N' in moment ? moment : undefined
}

function sameExpiry(binding: ModelBinding, before: GuardedRow, after: GuardedRow): boolean {
  const [old, now] = [expiryOf(binding, before), expiryOf(binding, after)]
  return old === undefined || now === undefined ? old === now : equalAttributeValues(old, now)
}

function guardOf(
  binding: ModelBinding,
  attribute: string,
  row: GuardedRow,
): { key: AttributeMap; text: string } | undefined {
  const value = row.item[attribute]
  if (value === undefined || !isKeyable(value)) return undefined
  const { ledger } = binding.table
  const key = uniqueGuardKey(ledger, binding.schema, attribute, value)
  const { S: text } = key[ledger.partitionKey] as { readonly S: string }
  checkKeyText(text, 'sort', attribute, binding.schema.name)
  return { key, text }
}
