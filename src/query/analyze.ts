import type { ConsumedCapacity, OperationName, ReadManyOutput } from '../drivers/index.js'
import { type Connection, sendingThrough } from '../runtime/index.js'
import type { ModelType, Row } from '../schema/index.js'
import { type AttributeMap, itemSize } from '../values/index.js'
import type { Plan } from './plan.js'
import type { QueryBuilder } from './query-builder.js'
import { throughConnection } from './through-connection.js'

/** What a query did, and what reading its rows and nothing else would have cost. Frozen; `String(analysis)` is the readable form. */
export interface Analysis<R> {
  readonly plan: Plan
  readonly rows: R[]
  /** Of the query itself; for relations that are read along see `measure()`. */
  readonly requests: number
  /** Items that DynamoDB looked at. DynamoDB: "ScannedCount". */
  readonly looked: number
  /** Read capacity units that DynamoDB charged. */
  readonly readUnits: number
  /** Read capacity units of the items that it answered with, had it looked at those alone. */
  readonly expected: number
  /** `readUnits` for each expected one: 1 where nothing was read in vain. Undefined where nothing was found. */
  readonly ratio: number | undefined
  readonly advice: readonly string[]
  toString(): string
}

/** DynamoDB: "Read capacity unit": 4 KB strongly consistent, half a unit for as much eventually consistent. */
const UNIT_BYTES = 4096

/**
 * Runs a query, and says what it really cost against what its rows cost alone.
 *
 * @example
 * const { readUnits, expected, advice } = await analyze(User.where('status', 'active'))
 */
export async function analyze<T extends ModelType, R>(query: QueryBuilder<T, R>): Promise<Analysis<Row<T, R>>> {
  const meter = new ReadMeter()
  const plan = query.explain()
  const rows = await throughConnection(query, (connection) => meter.watch(connection)).get()
  const { requests, looked, readUnits, expected } = meter
  const ratio = expected === 0 ? undefined : readUnits / expected
  return Object.freeze({
    plan,
    rows,
    requests,
    looked,
    readUnits,
    expected,
    ratio,
    advice: plan.advice,
    toString: () =>
      [
        String(plan),
        `  did        ${requests} requests looked at ${looked} items for ${rows.length} rows`,
        `  consumed   ${readUnits} read capacity units; the rows alone are ${expected}`,
      ].join('\n'),
  })
}

class ReadMeter {
  requests = 0
  looked = 0
  readUnits = 0
  expected = 0

  watch(connection: Connection): Connection {
    return sendingThrough(connection, async (operation, input, options, context) => {
      if (!READS.has(operation)) return connection.send(operation, input, options, context)
      const answer = await connection.send(operation, { ...input, ReturnConsumedCapacity: 'TOTAL' }, options, context)
      this.#note(operation, input, answer)
      return answer
    })
  }

  #note(operation: OperationName, input: object, answer: object): void {
    const { ConsumedCapacity: consumed } = answer as { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] }
    this.requests++
    for (const { CapacityUnits = 0 } of [consumed ?? []].flat()) this.readUnits += CapacityUnits
    if (operation === 'GetItem') {
      const { Item } = answer as { Item?: AttributeMap }
      this.#one(Item, isConsistent(input))
    } else if (operation === 'BatchGetItem') {
      const { Responses = {} } = answer as { Responses?: Record<string, AttributeMap[]> }
      const { RequestItems } = input as { RequestItems: Record<string, object> }
      for (const [table, items] of Object.entries(Responses))
        for (const item of items) this.#one(item, isConsistent(RequestItems[table] ?? {}))
    } else {
      const { Items = [], ScannedCount = Items.length } = answer as Partial<ReadManyOutput>
      this.looked += ScannedCount
      // DynamoDB adds the sizes of a page up before it rounds.
      const bytes = Items.reduce((sum, item) => sum + itemSize(item), 0)
      if (Items.length > 0) this.expected += units(bytes, isConsistent(input))
    }
  }

  #one(item: AttributeMap | undefined, consistent: boolean): void {
    this.looked++
    if (item !== undefined) this.expected += units(itemSize(item), consistent)
  }
}

const READS: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan'])

function isConsistent(input: object): boolean {
  return (input as { readonly ConsistentRead?: boolean }).ConsistentRead === true
}

function units(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / UNIT_BYTES)) * (consistent ? 1 : 0.5)
}
