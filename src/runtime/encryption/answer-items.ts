import {
  ConditionalCheckFailedError,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  TransactionCanceledError,
} from '../../drivers/index.js'
import type { AttributeMap } from '../../values/index.js'

/** Changes an item of an answer. @param key the row's key, where the request named it */
type ChangeItem = (item: AttributeMap, table: string, key: AttributeMap | undefined) => AttributeMap

interface Place {
  readonly TableName: string
  readonly Key?: AttributeMap
}

/** The answer with each item in it changed: rows, and what UnprocessedItems repeats of them. Keys stay. */
export function mapItems<Name extends OperationName>(
  operation: Name,
  input: OperationInput<Name>,
  given: OperationOutput<Name>,
  change: ChangeItem,
): OperationOutput<Name> {
  const answer = { ...(given as Readonly<Record<string, any>>) }
  const { TableName: table, Key: key } = input as unknown as Place
  for (const name of ['Item', 'Attributes'])
    if (answer[name] !== undefined && answer[name] !== null) answer[name] = change(answer[name], table, key)
  const tables = statementTables(operation, input)
  if (Array.isArray(answer['Items'])) {
    const of = tables === undefined ? table : (tables[0] ?? '')
    answer['Items'] = answer['Items'].map((item: AttributeMap) => change(item, of, undefined))
  }
  const { Responses, UnprocessedItems } = answer
  if (Array.isArray(Responses)) {
    const places = operation === 'TransactGetItems' ? placesOf(input) : tables?.map((each) => ({ TableName: each }))
    answer['Responses'] = Responses.map((response: { readonly Item?: AttributeMap }, i) =>
      withItem(response, places?.[i], change),
    )
  } else if (Responses !== undefined && Responses !== null)
    answer['Responses'] = Object.fromEntries(
      Object.entries(Responses as Readonly<Record<string, readonly AttributeMap[]>>).map(([name, items]) => [
        name,
        items.map((item) => change(item, name, undefined)),
      ]),
    )
  if (UnprocessedItems !== undefined && UnprocessedItems !== null)
    answer['UnprocessedItems'] = Object.fromEntries(
      Object.entries(UnprocessedItems as NonNullable<OperationOutput<'BatchWriteItem'>['UnprocessedItems']>).map(
        ([name, entries]) => [
          name,
          entries.map((entry) =>
            'PutRequest' in entry && entry.PutRequest !== undefined
              ? { PutRequest: { Item: change(entry.PutRequest.Item, name, undefined) } }
              : entry,
          ),
        ],
      ),
    )
  return answer
}

/** The items that an error brings, of rows whose conditions failed, changed in it. */
export function mapErrorItems(
  operation: OperationName,
  input: OperationInput<OperationName>,
  error: unknown,
  change: ChangeItem,
): void {
  if (error instanceof ConditionalCheckFailedError && error.item !== undefined) {
    const { TableName, Key } = input as unknown as Place
    Object.defineProperty(error, 'item', { value: change(error.item, TableName, Key) })
  }
  if (error instanceof TransactionCanceledError && operation === 'TransactWriteItems') {
    const places = placesOf(input)
    Object.defineProperty(error, 'reasons', {
      value: error.reasons.map((reason, i) => withItem(reason, places[i], change)),
    })
  }
}

function withItem<T extends { readonly Item?: AttributeMap }>(
  each: T,
  place: Place | undefined,
  change: ChangeItem,
): T {
  return each.Item === undefined || place === undefined
    ? each
    : { ...each, Item: change(each.Item, place.TableName, place.Key) }
}

/** The table and key of each entry of a transaction. */
function placesOf(input: object): readonly (Place | undefined)[] {
  const { TransactItems = [] } = input as { readonly TransactItems?: readonly Readonly<Record<string, Place>>[] }
  return TransactItems.map((entry) => Object.values(entry)[0])
}

const TABLE = /\b(?:FROM|INTO|UPDATE)\s+"((?:[^"]|"")+)"/i

/** The tables that statements are on; undefined for other requests. */
function statementTables(operation: OperationName, input: object): readonly string[] | undefined {
  const { Statement, Statements, TransactStatements } = input as {
    readonly Statement?: string
    readonly Statements?: readonly { readonly Statement?: string }[]
    readonly TransactStatements?: readonly { readonly Statement?: string }[]
  }
  const tableOf = (text = ''): string => TABLE.exec(text)?.[1]?.replaceAll('""', '"') ?? ''
  switch (operation) {
    case 'ExecuteStatement':
      return [tableOf(Statement)]
    case 'BatchExecuteStatement':
      return Statements?.map((each) => tableOf(each.Statement))
    case 'ExecuteTransaction':
      return TransactStatements?.map((each) => tableOf(each.Statement))
    default:
      return undefined
  }
}
