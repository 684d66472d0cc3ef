import { ConditionalCheckFailedError, TransactionCanceledError } from '../../drivers/index.js'
import type { AttributeMap, AttributeValue } from '../../values/index.js'
import type { Connection } from '../connection.js'
import { TenancyError } from './errors.js'
import { expressionOf, KEY_NAME, Placeholders, tokensOf } from './expression-tokens.js'
import { conditionOnKeys, keyTokens, updateOfKeys } from './key-expressions.js'
import { mapAnswer, mapParts, type Part, type PartKind } from './request-parts.js'
import { isShared, sharedRowsOf } from './shared-rows.js'
import { refuseStatement, refuseTableOperation } from './table-operations.js'
import type { TenantRules } from './tenant-guard.js'
import { tenantPrefix } from './tenant-id.js'

/** DynamoDB: "Partition key length". */
const LONGEST_KEY = 2048

/**
 * One table for all tenants. In requests of a tenant every partition key of the table and its indexes begins with the
 * tenant's id, in answers it is taken off again: what makes and reads keys above does not know of it, so nothing there
 * can forget it.
 */
export function prefixRules(connection: Connection): TenantRules {
  const { defaultTableName, tablePrefix, tableSuffix, singleTableDesign } = connection.config
  const { partitionKeyName, gsiPartitionKeyName, gsiCount, keyDelimiter } = singleTableDesign
  const table = `${tablePrefix}${defaultTableName}${tableSuffix}`
  const numbers = Array.from({ length: gsiCount }, (_, i) => String(i + 1))
  const keys: ReadonlySet<string> = new Set([
    partitionKeyName,
    ...numbers.map((n) => gsiPartitionKeyName.replaceAll('{n}', n)),
  ])
  return (tenant) => {
    const prefix = tenantPrefix(tenant, keyDelimiter)
    const change = (value: AttributeValue): AttributeValue => {
      if (!('S' in value) || value.S === undefined) throw notText()
      const S = `${prefix}${value.S}`
      if (Buffer.byteLength(S) > LONGEST_KEY) throw tooLong()
      return { S }
    }
    const prefixed = (item: AttributeMap): AttributeMap => {
      const stored: Record<string, AttributeValue> = { ...item }
      for (const name of keys) {
        const value = stored[name]
        if (value !== undefined) stored[name] = change(value)
      }
      return stored
    }
    const item = (stored: AttributeMap): AttributeMap => {
      const own: Record<string, AttributeValue> = { ...stored }
      for (const name of keys) {
        const text = textOf(own[name])
        if (text?.startsWith(prefix)) own[name] = { S: text.slice(prefix.length) }
      }
      return own
    }
    return async ({ operation, input, options, context }, next) => {
      refuseStatement(operation)
      refuseTableOperation(operation)
      const shared = sharedRowsOf(connection)
      const sent = mapParts(operation, input, (kind, part) => {
        if (nameOf(part.TableName) !== table) throw otherTable()
        const key = part.Key ?? part.Item
        const isOthers =
          key === undefined
            ? shared.models.has(context.model ?? '')
            : isShared(shared, part.TableName, key, partitionKeyName, keyDelimiter)
        return isOthers ? part : ownPart(kind, part)
      })
      if (sent === undefined) return next({ operation, input, options, context })
      try {
        return mapAnswer(operation, await next({ operation, input: sent, options, context }), { table: same, item })
      } catch (error) {
        throw ownError(error, item)
      }
    }

    function ownPart(kind: PartKind, part: Part): Part {
      const placeholders = new Placeholders(part.ExpressionAttributeNames, part.ExpressionAttributeValues, change)
      const names: Record<string, string> = { ...part.ExpressionAttributeNames }
      const expressions = new Map<keyof Part, readonly string[]>()
      for (const name of ['ConditionExpression', 'FilterExpression', 'KeyConditionExpression'] as const)
        if (part[name] !== undefined) expressions.set(name, conditionOnKeys(tokensOf(part[name]), placeholders, keys))
      if (part.UpdateExpression !== undefined)
        expressions.set('UpdateExpression', updateOfKeys(tokensOf(part.UpdateExpression), placeholders, keys))
      if (kind === 'query') checkKeyCondition(part, placeholders)
      if (kind === 'scan') {
        names[KEY_NAME] = partitionKeyName
        const own = ['begins_with', '(', KEY_NAME, ',', placeholders.add({ S: prefix }), ')']
        const filter = expressions.get('FilterExpression')
        expressions.set('FilterExpression', filter === undefined ? own : [...own, 'AND', '(', ...filter, ')'])
      }
      const values = placeholders.valuesFor([...expressions.values(), tokensIn(part.ProjectionExpression)])
      const made: Record<string, unknown> = { ...part }
      for (const [name, tokens] of expressions) made[name] = expressionOf(tokens)
      if (part.Item !== undefined) made['Item'] = prefixed(part.Item)
      if (part.Key !== undefined) made['Key'] = prefixed(part.Key)
      if (part.ExclusiveStartKey !== undefined) made['ExclusiveStartKey'] = prefixed(part.ExclusiveStartKey)
      if (Object.keys(names).length > 0) made['ExpressionAttributeNames'] = names
      if (Object.keys(values).length > 0) made['ExpressionAttributeValues'] = values
      return made as unknown as Part
    }
  }

  /** A query that names no partition key of the design would be on a key that no tenant is in. */
  function checkKeyCondition(part: Part, placeholders: Placeholders): void {
    const tokens = tokensIn(part.KeyConditionExpression)
    const isKey = keyTokens(tokens, placeholders, keys)
    if (!tokens.some((_, at) => isKey(at)))
      throw new TenancyError('TENANCY.NOT_CHECKABLE', 'A Query names no partition key that the design knows.', {
        hint: 'Name it as the config does, in KeyConditionExpression.',
      })
  }
}

/** The text of a value that is text. */
const textOf = (value: AttributeValue | undefined): string | undefined =>
  value !== undefined && 'S' in value ? value.S : undefined

const same = (name: string): string => name

const tokensIn = (expression: string | undefined): readonly string[] =>
  expression === undefined ? [] : tokensOf(expression)

/** The name of a table that is named by its ARN. */
const nameOf = (table: string): string => table.slice(table.lastIndexOf('/') + 1)

/** What a failed condition brings of the item is the tenant's own. */
function ownError(error: unknown, item: (stored: AttributeMap) => AttributeMap): unknown {
  if (error instanceof ConditionalCheckFailedError && error.item !== undefined)
    Object.defineProperty(error, 'item', { value: item(error.item) })
  if (error instanceof TransactionCanceledError)
    Object.defineProperty(error, 'reasons', {
      value: error.reasons.map((reason) =>
        reason.Item === undefined ? reason : { ...reason, Item: item(reason.Item) },
      ),
    })
  return error
}

const otherTable = (): TenancyError =>
  new TenancyError('TENANCY.FOREIGN', 'A tenant has no rows in this table: it is not the one of the models.')
const notText = (): TenancyError =>
  new TenancyError('TENANCY.NOT_CHECKABLE', 'The value of a partition key is no text.')
const tooLong = (): TenancyError =>
  new TenancyError(
    'TENANCY.INVALID_TENANT',
    `With the tenant's id a partition key is longer than ${LONGEST_KEY} bytes.`,
    {
      hint: 'Use a shorter id for the tenant, or shorter keys.',
    },
  )
