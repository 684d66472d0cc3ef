import type { TransactWriteItem } from '../drivers/index.js'
import { checkKeyText, isKeyable } from '../keys/index.js'
import { GUARD_OWNER, GUARD_TYPE, keyText, uniqueGuardKey } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { ModelBinding } from './model-space.js'

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
      if (before !== undefined && after !== undefined && keyText(table, before.key) !== keyText(table, after.key))
        writes.push({ attribute, write: handOver(binding, old.key, before.key, after.key) })
      continue
    }
    if (now !== undefined && after !== undefined)
      writes.push({ attribute, write: take(binding, attribute, now.key, after.key) })
    if (old !== undefined && before !== undefined) writes.push({ attribute, write: free(binding, old.key, before.key) })
  }
  return writes
}

function take(
  { table: { ledger }, schema }: ModelBinding,
  attribute: string,
  key: AttributeMap,
  owner: AttributeMap,
): TransactWriteItem {
  return {
    Put: {
      TableName: ledger.tableName,
      Item: {
        ...key,
        [ledger.entityTypeAttribute]: { S: GUARD_TYPE },
        model: { S: schema.name },
        attribute: { S: attribute },
        [GUARD_OWNER]: { M: owner },
      },
      ConditionExpression: 'attribute_not_exists(#pk)',
      ExpressionAttributeNames: { '#pk': ledger.partitionKey },
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

function handOver({ table }: ModelBinding, key: AttributeMap, from: AttributeMap, to: AttributeMap): TransactWriteItem {
  return {
    Update: {
      TableName: table.ledger.tableName,
      Key: key,
      UpdateExpression: 'SET #owner = :to',
      ConditionExpression: '#owner = :from',
      ExpressionAttributeNames: { '#owner': GUARD_OWNER },
      ExpressionAttributeValues: { ':from': { M: from }, ':to': { M: to } },
    },
  }
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
