import { isDeepStrictEqual } from 'node:util'
import type { Connection } from 'dynamodb-tooling'
import type { ConsumedCapacity, OperationInput, OperationName, OperationOutput } from '../../src/drivers/index.js'
import type { AttributeMap, AttributeValue } from '../../src/values/index.js'

/** An access pattern, run twice on the same table: with models, and in the requests an expert would write by hand. */
export interface CostRow {
  readonly pattern: string
  /** What both cost, such as `2 GetItem, 1 RCU`; with `byHand`, what ours costs. */
  readonly cost: string
  /** What the requests by hand cost where that is not the same, and why ours cost what they do. */
  readonly byHand?: string
  readonly because?: string
  /** Ours and by hand on DynamoDB Local, where it does not count as DynamoDB's documentation says. */
  readonly onDynamoDBLocal?: readonly [ours: string, byHand: string]
  /** What the program has read before, handed to `ours`; not counted. */
  readonly held?: () => Promise<unknown>
  /** Both give the same rows in the same order, as names; writes leave the same table behind. */
  readonly ours: (held: never) => Promise<unknown>
  readonly hand: (table: HandWritten) => Promise<unknown>
}

/** Requests on one table as they are written without a library. */
export class HandWritten {
  readonly name: string
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
    this.name = connection.config.defaultTableName
  }

  send<Name extends OperationName>(operation: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>> {
    return this.#connection.send(operation, input)
  }

  async get(Key: AttributeMap, ConsistentRead = false): Promise<AttributeMap> {
    return (await this.send('GetItem', { TableName: this.name, Key, ConsistentRead })).Item ?? {}
  }

  async query(input: Omit<OperationInput<'Query'>, 'TableName'>): Promise<readonly AttributeMap[]> {
    return (await this.send('Query', { TableName: this.name, ...input })).Items ?? []
  }

  /** Items in the order of their keys. */
  async batchGet(Keys: readonly AttributeMap[], ConsistentRead = false): Promise<readonly AttributeMap[]> {
    const { Responses } = await this.send('BatchGetItem', { RequestItems: { [this.name]: { Keys, ConsistentRead } } })
    const found = new Map(Responses?.[this.name]?.map((item) => [keyText(item), item]))
    return Keys.flatMap((wanted): AttributeMap[] => {
      const item = found.get(keyText(wanted))
      return item === undefined ? [] : [item]
    })
  }

  /** Everything in the table, by key. */
  async contents(): Promise<ReadonlyMap<string, AttributeMap>> {
    const { Items = [] } = await this.send('Scan', { TableName: this.name, ConsistentRead: true })
    return new Map(Items.map((item) => [keyText(item), item]))
  }

  /** Undoes what was written since `before`. */
  async restore(before: ReadonlyMap<string, AttributeMap>): Promise<void> {
    const now = await this.contents()
    for (const [text, { pk, sk }] of now)
      if (!before.has(text)) await this.send('DeleteItem', { TableName: this.name, Key: { pk, sk } as AttributeMap })
    for (const [text, Item] of before)
      if (!isDeepStrictEqual(now.get(text), Item)) await this.send('PutItem', { TableName: this.name, Item })
  }
}

const keyText = (item: AttributeMap): string => JSON.stringify([item['pk'], item['sk']])

export const S = (text: string): AttributeValue => ({ S: text })
export const key = (pk: string, sk = pk): AttributeMap => ({ pk: S(pk), sk: S(sk) })

/** A key condition and its values: `keys('pk = :p AND begins_with(sk, :s)', { p: 'CUSTOMER#c1', s: 'ORDER#' })`. */
export function keys(
  KeyConditionExpression: string,
  values: Readonly<Record<string, string>>,
): { readonly KeyConditionExpression: string; readonly ExpressionAttributeValues: AttributeMap } {
  const entries = Object.entries(values).map(([name, text]) => [`:${name}`, S(text)])
  return { KeyConditionExpression, ExpressionAttributeValues: Object.fromEntries(entries) }
}

/** The value of one attribute of each item, as text. */
export const names = (items: readonly AttributeMap[], attribute = 'id'): string[] =>
  items.map((item) => Object.values(item[attribute] ?? {}).join())

/** Several lists of items, sorted by an attribute, each item once. */
export function merged(
  lists: readonly (readonly AttributeMap[])[],
  attribute: string,
  order: 'up' | 'down' = 'up',
): AttributeMap[] {
  const text = (item: AttributeMap): string => names([item], attribute).join()
  const all = new Map(lists.flat().map((item) => [keyText(item), item]))
  const way = order === 'up' ? 1 : -1
  return [...all.values()].sort((a, b) => (text(a) < text(b) ? -way : text(a) > text(b) ? way : 0))
}

/** Counts what passes through a connection. */
export class CostMeter {
  #sent: { readonly operation: OperationName; units: number }[] = []

  constructor(connection: Connection) {
    connection.use(async (request, next) => {
      // In the order they are sent, whichever is answered first.
      const sent = { operation: request.operation, units: 0 }
      this.#sent.push(sent)
      const answer = await next({ ...request, input: { ...request.input, ReturnConsumedCapacity: 'TOTAL' } })
      const { ConsumedCapacity: consumed } = answer as { ConsumedCapacity: ConsumedCapacity | ConsumedCapacity[] }
      for (const { CapacityUnits = Number.NaN } of [consumed].flat()) sent.units += CapacityUnits
      return answer
    })
  }

  /** Runs `work` and says what it cost: `1 Query + 1 BatchGetItem, 3.5 RCU`. */
  async of<T>(work: () => Promise<T>): Promise<{ readonly cost: string; readonly result: T }> {
    this.#sent = []
    const result = await work()
    const requests = new Map<OperationName, number>()
    for (const { operation } of this.#sent) requests.set(operation, (requests.get(operation) ?? 0) + 1)
    const units = (write: boolean): string[] => {
      const some = this.#sent.filter(({ operation }) => /Put|Update|Delete|Write/.test(operation) === write)
      const sum = some.reduce((total, each) => total + each.units, 0)
      return some.length === 0 ? [] : [`${sum} ${write ? 'WCU' : 'RCU'}`]
    }
    const counted = [...requests].map(([operation, count]) => `${count} ${operation}`).join(' + ')
    return { result, cost: [counted, ...units(false), ...units(true)].join(', ') }
  }
}
