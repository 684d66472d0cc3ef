import type {
  BatchGetItemInput,
  BatchGetItemOutput,
  GetItemInput,
  OperationInput,
  QueryInput,
  ReadManyOutput,
  ScanInput,
  SendOptions,
} from '../drivers/index.js'
import { type Connection, keptToTenant, type RequestContext, sendingThrough } from '../runtime/index.js'
import type { AttributeMap } from '../values/index.js'
import { refuseExtras } from './condition-text.js'
import { PartiqlError } from './errors.js'
import { type SelectText, selectText } from './select-text.js'
import { type BatchAnswer, executeChunk, executeStatement, hasAll, READS_PER_BATCH, sorts } from './send-statements.js'

/** The name of the sort key of a table, or of an index of it. */
export type SortKeyOf = (table: string, index: string | undefined) => string | undefined

/** Where the next page begins: PartiQL knows it by a token, and no key. */
const TOKEN = 'NextToken'

/**
 * A connection whose reads (GetItem, BatchGetItem, Query, Scan) are sent as PartiQL statements. What reads through it gets the same
 * answers; all else goes as it is.
 */
export function throughStatements(connection: Connection, sortKeyOf: SortKeyOf): Connection {
  return sendingThrough(connection, (operation, input, options, context) =>
    // Whose rows it reaches is checked while keys and conditions can be seen, and not in the statement.
    keptToTenant(connection, { operation, input, options, context }, ({ operation, input, options, context }) => {
      const reader = new StatementReader(connection, sortKeyOf, options, context)
      switch (operation) {
        case 'GetItem':
          return reader.get(input as GetItemInput)
        case 'BatchGetItem':
          return reader.batchGet(input as unknown as BatchGetItemInput)
        case 'Query':
        case 'Scan':
          return reader.page(input as unknown as QueryInput | ScanInput)
        default:
          return connection.send(operation, input as OperationInput<typeof operation>, options, context)
      }
    }),
  )
}

class StatementReader {
  readonly #connection: Connection
  readonly #sortKeyOf: SortKeyOf
  readonly #options: SendOptions | undefined
  readonly #context: RequestContext | undefined

  constructor(
    connection: Connection,
    sortKeyOf: SortKeyOf,
    options: SendOptions | undefined,
    context: RequestContext | undefined,
  ) {
    this.#connection = connection
    this.#sortKeyOf = sortKeyOf
    this.#options = options
    this.#context = context
  }

  async get(input: GetItemInput): Promise<{ readonly Item?: AttributeMap }> {
    const { items } = await this.#send(selectText(input, undefined), { consistent: input.ConsistentRead === true })
    const [Item] = items
    return Item === undefined ? {} : { Item }
  }

  async page(input: QueryInput | ScanInput): Promise<ReadManyOutput> {
    // PartiQL reads a table in one go: the first segment has all of it.
    if ('Segment' in input && input.Segment !== undefined && input.Segment > 0)
      return { Items: [], Count: 0, ScannedCount: 0 }
    const { TableName, IndexName, ExclusiveStartKey: start, Limit, ConsistentRead = false } = input
    const text = selectText(input, this.#sortKeyOf(TableName, IndexName))
    const token = start === undefined ? undefined : tokenOf(start)
    const more = { consistent: ConsistentRead, token, limit: Limit }
    const isUnsorted = text.extras.has('ORDER BY') && !sorts(await this.#connection.driver())
    const answer = isUnsorted ? await this.#reversed(input) : await this.#send(text, more)
    const { items, next } = answer
    const count = { Count: items.length, ScannedCount: items.length }
    return {
      ...('Select' in input && input.Select === 'COUNT' ? count : { Items: items, ...count }),
      ...(next === undefined ? {} : { LastEvaluatedKey: { [TOKEN]: { S: next } } }),
    }
  }

  /** Where an engine does not sort, all of it is read forwards, and turned. */
  async #reversed(input: QueryInput | ScanInput): Promise<StatementRows> {
    const text = selectText({ ...input, ScanIndexForward: true }, undefined)
    const items: AttributeMap[] = []
    let token: string | undefined
    do {
      const page = await this.#send(text, { consistent: input.ConsistentRead === true, token })
      items.push(...page.items)
      token = page.next
    } while (token !== undefined)
    return { items: items.toReversed(), next: undefined }
  }

  async #check({ extras }: SelectText): Promise<void> {
    const driver = await this.#connection.driver()
    if (!hasAll(driver)) refuseExtras(driver.name, new Set([...extras].filter((extra) => extra !== 'ORDER BY')))
  }

  async #send(
    text: SelectText,
    more: { readonly consistent: boolean; readonly token?: string | undefined; readonly limit?: number | undefined },
  ): Promise<StatementRows> {
    await this.#check(text)
    return executeStatement(this.#connection, text, { ...more, options: this.#options, context: this.#context })
  }

  async batchGet(input: BatchGetItemInput): Promise<BatchGetItemOutput> {
    const wanted = Object.entries(input.RequestItems).flatMap(([table, { Keys, ...more }]) =>
      Keys.map((Key) => ({ table, Key, more, text: selectText({ TableName: table, Key, ...more }, undefined) })),
    )
    const Responses: Record<string, AttributeMap[]> = {}
    const UnprocessedKeys: Record<string, { Keys: AttributeMap[] }> = {}
    for (let from = 0; from < wanted.length; from += READS_PER_BATCH) {
      const chunk = wanted.slice(from, from + READS_PER_BATCH)
      for (const { text } of chunk) await this.#check(text)
      const statements = chunk.map(({ text, more }) => ({ ...text, consistent: more.ConsistentRead === true }))
      const answers = await executeChunk(this.#connection, statements, this.#options, this.#context)
      for (const [at, answer] of answers.entries()) {
        const { table, Key, more } = chunk[at] as (typeof chunk)[number]
        Responses[table] ??= []
        if (answer.item !== undefined) Responses[table].push(answer.item)
        if (answer.error === undefined) continue
        if (!isPassing(answer)) throw answer.error
        UnprocessedKeys[table] ??= { ...more, Keys: [] }
        UnprocessedKeys[table].Keys.push(Key)
      }
    }
    return { Responses, ...(Object.keys(UnprocessedKeys).length === 0 ? {} : { UnprocessedKeys }) }
  }
}

export interface StatementRows {
  readonly items: readonly AttributeMap[]
  /** Where the next page begins. */
  readonly next: string | undefined
}

function isPassing({ passing }: BatchAnswer): boolean {
  return passing
}

function tokenOf(start: AttributeMap): string {
  const token = start[TOKEN]
  if (Object.keys(start).length === 1 && token !== undefined && 'S' in token) return token.S
  throw new PartiqlError(
    'PARTIQL.UNSUPPORTED',
    'A statement cannot begin at a row: PartiQL goes on by tokens of its own.',
    {
      hint: 'Use Model.query() for cursors, or page(nextToken) of a statement.',
    },
  )
}
