import type { OperationInput, OperationName, OperationOutput, TransactWriteItem } from '../../drivers/index.js'
import type { AttributeMap } from '../../values/index.js'

/** What one part of a request does with one table. */
export type PartKind = 'get' | 'put' | 'update' | 'delete' | 'check' | 'query' | 'scan'

/** One part: a request of its own, or an entry of a batch or a transaction. */
export interface Part {
  readonly TableName: string
  readonly IndexName?: string
  readonly Item?: AttributeMap
  readonly Key?: AttributeMap
  readonly ExclusiveStartKey?: AttributeMap
  readonly KeyConditionExpression?: string
  readonly FilterExpression?: string
  readonly ConditionExpression?: string
  readonly UpdateExpression?: string
  readonly ProjectionExpression?: string
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: AttributeMap
}

type Change = (kind: PartKind, part: Part) => Part

const KINDS = {
  GetItem: 'get',
  PutItem: 'put',
  UpdateItem: 'update',
  DeleteItem: 'delete',
  Query: 'query',
  Scan: 'scan',
} as const

const ENTRIES = { Put: 'put', Update: 'update', Delete: 'delete', ConditionCheck: 'check' } as const

/** The request with each of its parts changed; undefined for one on tables, or a statement. */
export function mapParts<Name extends OperationName>(
  operation: Name,
  input: OperationInput<Name>,
  change: Change,
): OperationInput<Name> | undefined {
  return mapped(operation, input, change)
}

function mapped(operation: OperationName, input: object, change: Change): object | undefined {
  switch (operation) {
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
    case 'Query':
    case 'Scan':
      return change(KINDS[operation], input as Part)
    case 'BatchGetItem':
      return { ...input, RequestItems: mapGets((input as OperationInput<'BatchGetItem'>).RequestItems, change) }
    case 'BatchWriteItem':
      return { ...input, RequestItems: mapWrites((input as OperationInput<'BatchWriteItem'>).RequestItems, change) }
    case 'TransactGetItems':
      return {
        ...input,
        TransactItems: (input as OperationInput<'TransactGetItems'>).TransactItems.map(({ Get }) => ({
          Get: change('get', Get),
        })),
      }
    case 'TransactWriteItems':
      return {
        ...input,
        TransactItems: (input as OperationInput<'TransactWriteItems'>).TransactItems.map((entry: TransactWriteItem) => {
          const changed: Record<string, Part> = {}
          for (const [name, part] of Object.entries(entry))
            changed[name] = change(ENTRIES[name as keyof typeof ENTRIES], part as Part)
          return changed
        }),
      }
    default:
      return undefined
  }
}

type Gets = OperationInput<'BatchGetItem'>['RequestItems']
type Writes = OperationInput<'BatchWriteItem'>['RequestItems']

/** Keys of a BatchGetItem, by the table that each is in afterwards. */
export function mapGets(requests: Gets, change: Change): Gets {
  const tables = new Map<string, { readonly rest: object; readonly Keys: AttributeMap[] }>()
  for (const [TableName, { Keys, ...rest }] of Object.entries(requests))
    for (const Key of Keys) {
      const part = change('get', { TableName, Key })
      const table = tables.get(part.TableName) ?? { rest, Keys: [] }
      tables.set(part.TableName, table)
      table.Keys.push(part.Key ?? {})
    }
  return Object.fromEntries([...tables].map(([name, { rest, Keys }]) => [name, { ...rest, Keys }]))
}

/** Writes of a BatchWriteItem, by the table that each is in afterwards. */
export function mapWrites(requests: Writes, change: Change): Writes {
  const tables = new Map<string, Writes[string][number][]>()
  for (const [TableName, entries] of Object.entries(requests))
    for (const { PutRequest, DeleteRequest } of entries as readonly {
      readonly PutRequest?: { readonly Item: AttributeMap }
      readonly DeleteRequest?: { readonly Key: AttributeMap }
    }[]) {
      const part =
        PutRequest === undefined
          ? change('delete', { TableName, Key: DeleteRequest?.Key ?? {} })
          : change('put', { TableName, Item: PutRequest.Item })
      const table = tables.get(part.TableName) ?? []
      tables.set(part.TableName, table)
      table.push(
        PutRequest === undefined
          ? { DeleteRequest: { Key: part.Key ?? {} } }
          : { PutRequest: { Item: part.Item ?? {} } },
      )
    }
  return Object.fromEntries(tables)
}

/** How an answer becomes the one to the request as it was made. */
export interface Answers {
  readonly table: (name: string) => string
  readonly item: (item: AttributeMap) => AttributeMap
}

/** The answer with the names of its tables, and each item and key in it, changed. */
export function mapAnswer<Name extends OperationName>(
  operation: Name,
  given: OperationOutput<Name>,
  { table, item }: Answers,
): OperationOutput<Name> {
  const answer = { ...(given as Readonly<Record<string, unknown>>) }
  const each = (name: string): void => {
    const value = answer[name]
    if (value !== undefined && value !== null) answer[name] = item(value as AttributeMap)
  }
  each('Item')
  each('Attributes')
  each('LastEvaluatedKey')
  if (Array.isArray(answer['Items'])) answer['Items'] = (answer['Items'] as readonly AttributeMap[]).map(item)
  const { Responses, UnprocessedKeys, UnprocessedItems } = answer as {
    readonly Responses?: object
    readonly UnprocessedKeys?: Gets
    readonly UnprocessedItems?: Writes
  }
  if (operation === 'BatchGetItem' && Responses !== undefined)
    answer['Responses'] = responsesByTable(Responses, table, item)
  if (operation === 'TransactGetItems' && Responses !== undefined)
    answer['Responses'] = (Responses as readonly { readonly Item?: AttributeMap }[]).map((response) =>
      response.Item === undefined ? response : { ...response, Item: item(response.Item) },
    )
  const back: Change = (_, part) => ({
    ...part,
    TableName: table(part.TableName),
    ...(part.Key === undefined ? {} : { Key: item(part.Key) }),
    ...(part.Item === undefined ? {} : { Item: item(part.Item) }),
  })
  if (UnprocessedKeys !== undefined) answer['UnprocessedKeys'] = mapGets(UnprocessedKeys, back)
  if (UnprocessedItems !== undefined) answer['UnprocessedItems'] = mapWrites(UnprocessedItems, back)
  // Sizes of item collections come with their keys.
  delete answer['ItemCollectionMetrics']
  return answer
}

function responsesByTable(responses: object, table: Answers['table'], item: Answers['item']): object {
  const tables: Record<string, AttributeMap[]> = {}
  for (const [name, items] of Object.entries(responses) as [string, readonly AttributeMap[]][])
    (tables[table(name)] ??= []).push(...items.map(item))
  return tables
}
