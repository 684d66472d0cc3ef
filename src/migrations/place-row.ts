import { isConditionalCheckFailedError, isTransactionCanceledError, type TransactWriteItem } from '../drivers/index.js'
import { and, type Condition, ExpressionCompiler } from '../expressions/index.js'
import { fullJitter } from '../kernel/index.js'
import { guardWrites, type ModelBinding } from '../model/index.js'
import { AS_RECORDS, type Connection, type Pace } from '../runtime/index.js'
import { type TableDesign, tableKeyOf } from '../single-table/index.js'
import { type AttributeMap, itemText } from '../values/index.js'
import type { CopiedRow } from './copied-rows.js'
import { MigrationError } from './errors.js'

const ATTEMPTS = 8

/** Where rows are put. */
export interface Placing {
  readonly connection: Connection
  readonly to: TableDesign
  readonly pace: Pace
  /** True: what is there and differs is replaced, as long as it is as it was read. */
  readonly replace: boolean
}

/** `written` where it was not there, or was replaced; `same` where it was; `other` where another row has its key. */
export type Placed = 'written' | 'same' | 'other'

/**
 * Puts a row into the new table, with its unique guards, where there is none: what others wrote there is left as it is.
 *
 * @throws MigrationError `MIGRATION.NOT_UNIQUE` for a value that another row has, `MIGRATION.BACKFILL_BEHIND`
 */
export async function placeRow(row: CopiedRow, placing: Placing): Promise<Placed> {
  const { connection, to, pace, replace } = placing
  const { baseDelay, maxDelay } = connection.config.retries
  let there: AttributeMap | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 1) await connection.clock.sleep(fullJitter(attempt, baseDelay, maxDelay))
    await pace.ready()
    const guards = row.binding === undefined ? [] : guardsOf(row.binding, there, row.item, to)
    try {
      await send([{ Put: { TableName: to.tableName, Item: row.item, ...conditionOf(to, there) } }, ...guards], placing)
      return 'written'
    } catch (error) {
      const now = await whatIsThere(row, placing, error)
      if (now !== undefined && itemText(now) === itemText(row.item)) return 'same'
      if (now !== undefined && (!replace || row.isNote)) return 'other'
      if (isTaken(error)) throw notUnique(row, error)
      there = now
    }
  }
  throw new MigrationError('MIGRATION.BACKFILL_BEHIND', `A row of ${to.tableName} changes all the time.`)
}

/** Deletes a row of the new table with its guards, as long as it is as it was read. @returns false where it is not */
export async function removeRow(
  item: AttributeMap,
  binding: ModelBinding | undefined,
  placing: Placing,
): Promise<boolean> {
  const { to, pace } = placing
  await pace.ready()
  const guards = binding === undefined ? [] : guardsOf(binding, item, undefined, to)
  const Delete = { TableName: to.tableName, Key: tableKeyOf(to, item), ...conditionOf(to, item) }
  try {
    await send([{ Delete }, ...guards], placing)
    return true
  } catch (error) {
    if (isConditionalCheckFailedError(error) || isTransactionCanceledError(error)) return false
    throw error
  }
}

async function send(writes: readonly TransactWriteItem[], { connection, pace }: Placing): Promise<void> {
  const [first] = writes
  const ReturnConsumedCapacity = 'TOTAL'
  if (writes.length === 1 && first !== undefined && 'Put' in first) {
    const put = { ...first.Put, ReturnConsumedCapacity } as const
    const { ConsumedCapacity } = await connection.send('PutItem', put, undefined, AS_RECORDS)
    pace.spend(ConsumedCapacity?.CapacityUnits ?? 0)
    return
  }
  const { ConsumedCapacity = [] } = await connection.send(
    'TransactWriteItems',
    { TransactItems: writes, ReturnConsumedCapacity },
    undefined,
    AS_RECORDS,
  )
  for (const { CapacityUnits = 0 } of ConsumedCapacity) pace.spend(CapacityUnits)
}

/** Nothing is there; or what is there is as it was read. */
function conditionOf(
  to: TableDesign,
  there: AttributeMap | undefined,
): Omit<Extract<TransactWriteItem, { Put: object }>['Put'], 'TableName' | 'Item'> {
  const compiler = new ExpressionCompiler()
  const [key] = to.key.names as readonly [string]
  const wanted: Condition =
    there === undefined
      ? { kind: 'not-exists', path: [key] }
      : and(
          ...Object.entries(there).map(
            ([name, value]): Condition => ({
              kind: 'compare',
              op: '=',
              left: { kind: 'path', path: [name] },
              right: { kind: 'value', value },
            }),
          ),
        )
  return {
    ConditionExpression: compiler.condition(wanted),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ...compiler.attributes(),
  }
}

/** The guards that come and go with a row, in the new table. */
function guardsOf(
  binding: ModelBinding,
  before: AttributeMap | undefined,
  after: AttributeMap | undefined,
  to: TableDesign,
): readonly TransactWriteItem[] {
  const row = (item: AttributeMap | undefined) => item && { item, key: tableKeyOf(to, item) }
  const TableName = to.ledger.tableName
  return guardWrites(binding, row(before), row(after)).map(({ write }): TransactWriteItem => {
    if ('Put' in write) return { Put: { ...write.Put, TableName } }
    if ('Update' in write) return { Update: { ...write.Update, TableName } }
    return 'Delete' in write ? { Delete: { ...write.Delete, TableName } } : write
  })
}

/** What has the row's key now, after a write that was refused. */
async function whatIsThere(
  { item }: CopiedRow,
  { connection, to }: Placing,
  error: unknown,
): Promise<AttributeMap | undefined> {
  if (isConditionalCheckFailedError(error)) return error.item
  if (!isTransactionCanceledError(error)) throw error
  const codes = error.reasons.map(({ Code }) => Code)
  if (codes.some((code) => !['None', 'ConditionalCheckFailed', 'TransactionConflict', undefined].includes(code)))
    throw error
  const { Item } = await connection.send(
    'GetItem',
    { TableName: to.tableName, Key: tableKeyOf(to, item), ConsistentRead: true },
    undefined,
    AS_RECORDS,
  )
  return Item
}

/** True where a guard was refused, and the row itself was not. */
function isTaken(error: unknown): boolean {
  if (!isTransactionCanceledError(error)) return false
  const [own, ...guards] = error.reasons
  return own?.Code !== 'ConditionalCheckFailed' && guards.some(({ Code }) => Code === 'ConditionalCheckFailed')
}

function notUnique({ binding }: CopiedRow, cause: unknown): MigrationError {
  return new MigrationError(
    'MIGRATION.NOT_UNIQUE',
    `A unique value of a row of ${binding?.schema.name ?? 'no model'} belongs to several rows.`,
    { cause },
  )
}
