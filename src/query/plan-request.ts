import type { OperationInput, OperationName, OperationOutput, QueryInput, ScanInput } from '../drivers/index.js'
import { and, ExpressionCompiler, type Path } from '../expressions/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { recognizingAttributes } from '../single-table/index.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { keyNamesOf } from './key-places.js'
import type { Plan } from './plan.js'
import { aliveCondition, isExpiryKey } from './row-filters.js'

/** Requests that read a page of items are built once per plan; the page's start and size are added to each. */
export type PageInput = QueryInput | ScanInput

/** The Query or Scan request of a plan, without its page. */
export function pageInput(asked: Plan, binding: EntityBinding): PageInput {
  const plan = asked.fetch ? { ...asked, filter: undefined, projection: binding.table.key.names } : asked
  const alive = plan.fetch || isExpiryKey(plan, binding) ? undefined : aliveCondition(plan, binding)
  const filter = plan.filter === undefined || alive === undefined ? (plan.filter ?? alive) : and(plan.filter, alive)
  const compiler = new ExpressionCompiler()
  const input = {
    TableName: plan.table,
    ...(plan.index === undefined ? {} : { IndexName: plan.index }),
    ...(plan.keyCondition === undefined ? {} : { KeyConditionExpression: compiler.keyCondition(plan.keyCondition) }),
    ...(filter === undefined ? {} : { FilterExpression: compiler.condition(filter) }),
    ...(plan.projection === undefined
      ? {}
      : { ProjectionExpression: compiler.projection(storedNames(plan, plan.projection, binding).map(wholly)) }),
    ...(plan.forward ? {} : { ScanIndexForward: false }),
    ...(plan.consistent ? { ConsistentRead: true } : {}),
  }
  return { ...input, ...compiler.attributes() }
}

/** What an index is asked for: of attributes that it holds in its keys alone, the keys. */
function storedNames(plan: Plan, names: readonly string[], binding: EntityBinding): readonly string[] {
  if (plan.fromKeys.length === 0) return names
  return [...new Set([...names.filter((name) => !plan.fromKeys.includes(name)), ...keyNamesOf(plan, binding)])]
}

/** Attributes are read whole: a dot in a name is part of it. */
const wholly = (name: string): Path => [name]

/** ProjectionExpression for reads by key; what tells whose the item is comes along, and of many, which it is. */
export function projectionOf(
  plan: Plan,
  binding: EntityBinding,
): { ProjectionExpression: string; ExpressionAttributeNames?: Record<string, string> } | undefined {
  if (plan.projection === undefined) return undefined
  const compiler = new ExpressionCompiler()
  const keys = plan.operation === 'BatchGetItem' ? binding.table.key.names : []
  const names = new Set([...plan.projection, ...keys, ...(recognizingAttributes(binding.design) ?? [])])
  const ProjectionExpression = compiler.projection([...names].map(wholly))
  return { ProjectionExpression, ...compiler.attributes() }
}

/** One request as DynamoDB takes it. */
export type PlannedRequest = {
  [Name in 'GetItem' | 'BatchGetItem' | 'Query' | 'Scan']: {
    readonly operation: Name
    readonly input: OperationInput<Name>
  }
}['GetItem' | 'BatchGetItem' | 'Query' | 'Scan']

/** The first request of a plan, or undefined for a plan that needs none. */
export function requestOf(plan: Plan, binding: EntityBinding): PlannedRequest | undefined {
  const consistent = plan.consistent ? { ConsistentRead: true } : {}
  const projection = projectionOf(plan, binding)
  switch (plan.operation) {
    case 'None':
      return undefined
    case 'MergedQuery':
      return requestOf(plan.merged[0] as Plan, binding)
    case 'GetItem':
      return {
        operation: 'GetItem',
        input: { TableName: plan.table, Key: plan.keys[0] ?? {}, ...consistent, ...projection },
      }
    case 'GuardLookup':
      return {
        operation: 'GetItem',
        input: { TableName: binding.table.ledger.tableName, Key: plan.keys[0] ?? {}, ...consistent },
      }
    case 'BatchGetItem':
      return {
        operation: 'BatchGetItem',
        input: { RequestItems: { [plan.table]: { Keys: plan.keys.slice(0, 100), ...consistent, ...projection } } },
      }
    case 'Query':
      return { operation: 'Query', input: pageInput(plan, binding) as QueryInput }
    case 'Scan':
      return { operation: 'Scan', input: pageInput(plan, binding) }
  }
}

/** Sends a request of a model; a missing table or index becomes an error that says how to make it. */
export async function sendFor<Name extends OperationName>(
  binding: EntityBinding,
  plan: Pick<Plan, 'model'>,
  operation: Name,
  input: OperationInput<Name>,
): Promise<OperationOutput<Name>> {
  try {
    return await binding.connection.send(operation, input, undefined, binding.context)
  } catch (error) {
    return explainMissing(error, binding)
  }
}

/** Rethrows; a missing table says how it is made. */
export function explainMissing(error: unknown, binding: EntityBinding): never {
  if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) {
    throw new QueryError(
      'QUERY.TABLE_MISSING',
      `The table ${binding.table.tableName} of ${binding.schema.name} is not there.`,
      {
        hint: 'Create it: await DynamoDBModel.migrate().',
        cause: error,
        requestId: error.requestId,
        details: { table: binding.table.tableName },
      },
    )
  }
  throw error
}
