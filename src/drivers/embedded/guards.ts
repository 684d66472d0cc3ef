import type { Driver } from '../driver.js'
import { DriverError, ServiceError } from '../errors.js'

type Fields = Readonly<Record<string, unknown>>

const EXPRESSIONS = [
  'UpdateExpression',
  'ProjectionExpression',
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
] as const
const NON_ASCII = /[^\0-\x7f]/

/**
 * A character beyond ASCII in an expression ends dynoxide (GHSA-gwhp-7jch-7xj6, fixed in 1.3.0), placeholder names
 * included. As a value of ExpressionAttributeNames it is fine.
 */
export function refuseRawExpressions(input: unknown): void {
  const request = input as Fields
  refuseIn(request)
  if (Array.isArray(request['TransactItems'])) {
    for (const entry of request['TransactItems'] as readonly Fields[]) {
      for (const action of Object.values(entry)) refuseIn(action)
    }
  }
  // BatchGetItem: one projection per table.
  if (isFields(request['RequestItems'])) for (const table of Object.values(request['RequestItems'])) refuseIn(table)
}

function refuseIn(part: unknown): void {
  if (!isFields(part)) return
  for (const field of EXPRESSIONS) {
    const expression = part[field]
    if (typeof expression === 'string' && NON_ASCII.test(expression)) {
      throw new DriverError('DRIVER.RAW_EXPRESSION', `${field} holds a character beyond ASCII: ${expression}`, {
        hint: 'Name the attribute through a placeholder: "#n0", and ExpressionAttributeNames { "#n0": "prix€" }.',
      })
    }
  }
}

/** dynoxide accepts index keys of several attributes and then indexes by the first ones only. */
export function refuseMultiAttributeKeys(input: unknown): void {
  for (const index of indexesOf(input as Fields)) {
    const schema = (Array.isArray(index['KeySchema']) ? index['KeySchema'] : []) as readonly Fields[]
    const count = (type: string): number => schema.filter((key) => key['KeyType'] === type).length
    if (count('HASH') > 1 || count('RANGE') > 1) {
      throw new DriverError(
        'DRIVER.UNSUPPORTED',
        `Index ${String(index['IndexName'])} has a key of several attributes, which dynoxide does not index correctly.`,
        { hint: "Use DynamoDB Local (local.engine: 'dynamodb-local') for such indexes, or one attribute per key." },
      )
    }
  }
}

function indexesOf(request: Fields): Fields[] {
  const updates = (request['GlobalSecondaryIndexUpdates'] ?? []) as readonly Fields[]
  return [
    request['GlobalSecondaryIndexes'],
    request['LocalSecondaryIndexes'],
    updates.map((update) => update['Create']),
  ]
    .flat()
    .filter(isFields)
}

/** AWS creates or deletes one index per call; dynoxide any number. */
export function refuseSecondIndexChange(input: unknown): void {
  const updates = ((input as Fields)['GlobalSecondaryIndexUpdates'] ?? []) as readonly Fields[]
  const changes = updates.filter((update) => update['Create'] !== undefined || update['Delete'] !== undefined)
  if (changes.length > 1) {
    throw new ServiceError(
      'SERVICE.LIMIT_EXCEEDED',
      'Only 1 online index can be created or deleted simultaneously per table',
      {
        exception: 'LimitExceededException',
        statusCode: 400,
        hint: 'Send one UpdateTable per index, each after the last.',
      },
    )
  }
}

/** Table names that differ only in case are two tables in DynamoDB and an internal error in dynoxide. */
export async function refuseTwinTable(input: unknown, engine: Driver): Promise<void> {
  const name = (input as { readonly TableName?: unknown }).TableName
  if (typeof name !== 'string') return
  let start: string | undefined
  do {
    const page = await engine.send('ListTables', start === undefined ? {} : { ExclusiveStartTableName: start })
    const twin = page.TableNames?.find((other) => other !== name && other.toLowerCase() === name.toLowerCase())
    if (twin !== undefined) {
      throw new DriverError('DRIVER.UNSUPPORTED', `dynoxide cannot hold table ${name} beside table ${twin}.`, {
        hint: 'Give one of them a name that differs in more than case.',
      })
    }
    start = page.LastEvaluatedTableName
  } while (start !== undefined)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
