import { createHash } from 'node:crypto'
import { isConditionalCheckFailedError, isTransactionCanceledError, type TransactWriteItem } from '../drivers/index.js'
import { and, type Condition, ExpressionCompiler, type UpdateAction } from '../expressions/index.js'
import { fullJitter, isDynamoDBToolingError, mapConcurrent } from '../kernel/index.js'
import { guardWrites, type MigrationProgress, type ModelBinding } from '../model/index.js'
import { AS_RECORDS, batchGetItems, type Connection, Pace, patiently } from '../runtime/index.js'
import { addIndexKeys, GUARD_OWNER, keyText, recognizes, type TableDesign, tableKeyOf } from '../single-table/index.js'
import { type AttributeValue, equalAttributeValues, type AttributeMap as Item } from '../values/index.js'
import { MigrationError } from './errors.js'
import type { Lease } from './lease.js'
import { forgetSweep, sweep } from './sweep.js'

/** Rows of a page that are written at the same time. */
const CONCURRENCY = 8
/** Times a row is written anew, where others change it meanwhile. */
const ATTEMPTS = 8
/** Ways through a table until one finds nothing to do. */
const PASSES = 5
type ConditionCheck = Extract<TransactWriteItem, { ConditionCheck: object }>['ConditionCheck']

/** Faults that an error names. */
const NAMED = 20

/** A model whose rows lack keys or guards, and the unique attributes that are new. */
export interface Lacking {
  readonly binding: ModelBinding
  readonly unique: readonly string[]
}

export interface BackfillOptions {
  readonly connection: Connection
  readonly table: TableDesign
  readonly lease: Lease
  /** Models whose rows are brought up to date. */
  readonly models: readonly Lacking[]
  /** Capacity units a second, reads and writes together. */
  readonly maxCapacity?: number | undefined
  readonly total: number
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
}

/** A row that cannot have its keys, and why. */
interface Fault {
  readonly model: string
  readonly key: string
  readonly message: string
}

/**
 * Gives rows that were written before the keys and guards that their models have now, while others write them: each on
 * condition that what the keys are made of is as it was read, and never anything else. Then goes through the table again,
 * until nothing is left to do.
 *
 * @returns rows that were looked at and written
 * @throws MigrationError `MIGRATION.BACKFILL_FAULTS` for rows that cannot have the keys: everything else is done then
 */
export async function backfill(
  options: BackfillOptions,
): Promise<{ readonly scanned: number; readonly written: number }> {
  const { connection, table, lease } = options
  const pace = new Pace(connection.clock, options.maxCapacity)
  const id = idOf(options)
  let written = 0
  let scanned = 0
  for (let pass = 1; pass <= PASSES; pass++) {
    const faults = new Map<string, Fault>()
    const done = await sweep({
      connection,
      table,
      lease,
      pace,
      phase: pass === 1 ? 'backfill' : 'verify',
      id: pass === 1 ? id : undefined,
      total: options.total,
      onProgress: options.onProgress,
      visit: (items) => visit(items, options, pace, faults),
    })
    written += done.written
    scanned = Math.max(scanned, done.scanned)
    if (pass === 1) continue
    if (faults.size > 0) {
      await forgetSweep(options, id)
      throw faulty(table, [...faults.values()])
    }
    if (done.written === 0) {
      await forgetSweep(options, id)
      return { scanned, written }
    }
  }
  throw new MigrationError(
    'MIGRATION.BACKFILL_BEHIND',
    `Rows of ${table.tableName} are still written without their new keys: programs of an older version are at work.`,
    { details: { table: table.tableName } },
  )
}

/** The same for the same table and models, so that it is found again. */
function idOf({ table, models }: BackfillOptions): string {
  const text = models.map(({ binding, unique }) => [
    binding.schema.name,
    ...binding.design.secondary.map((path) => [path.index, path.partition.text, path.sort.text, path.shards]),
    ...unique,
  ])
  return createHash('sha256')
    .update(JSON.stringify([table.tableName, text]))
    .digest('hex')
    .slice(0, 16)
}

async function visit(
  items: readonly Item[],
  { connection, table, models, lease }: BackfillOptions,
  pace: Pace,
  faults: Map<string, Fault>,
): Promise<number> {
  const rows = items.flatMap((item) => {
    const lacking = models.find(({ binding }) => recognizes(binding.design, item))
    return lacking === undefined ? [] : [{ item, lacking }]
  })
  const held = await patiently(connection, lease.signal, () => guardsOf(connection, table, rows))
  let written = 0
  await mapConcurrent(rows, CONCURRENCY, async ({ item, lacking }) => {
    lease.signal.throwIfAborted()
    try {
      const write = () => writeKeys(connection, table, lacking, item, held, pace)
      if (await patiently(connection, lease.signal, write)) written++
    } catch (error) {
      if (!isDynamoDBToolingError(error) || !isOfRow(error.code)) throw error
      const key = keyText(table, item)
      faults.set(key, { model: lacking.binding.schema.name, key, message: error.message })
    }
  })
  return written
}

function isOfRow(code: string): boolean {
  return code.startsWith('KEY.') || code.startsWith('VALUE.') || code === 'MIGRATION.NOT_UNIQUE'
}

/** Owners of the guards that are there for the rows of a page, by the guard's key as text. */
async function guardsOf(
  connection: Connection,
  table: TableDesign,
  rows: readonly { readonly item: Item; readonly lacking: Lacking }[],
): Promise<ReadonlyMap<string, Item>> {
  const keys = new Map<string, Item>()
  for (const { item, lacking } of rows) {
    if (lacking.unique.length === 0) continue
    try {
      for (const { Put } of takesOf(table, lacking, item)) {
        const key = guardKey(table, Put.Item)
        keys.set(textOf(table, key), key)
      }
    } catch (error) {
      // It is told of with the row.
      if (!isDynamoDBToolingError(error) || !isOfRow(error.code)) throw error
    }
  }
  if (keys.size === 0) return new Map()
  const { ledger } = table
  const found = await batchGetItems(connection, ledger.tableName, [...keys.values()], { consistentRead: true })
  return new Map(found.map((item) => [textOf(table, item), item]))
}

/** The guards that a row must have of attributes that became unique. */
function takesOf(table: TableDesign, { binding, unique }: Lacking, item: Item) {
  return guardWrites(binding, undefined, { item, key: tableKeyOf(table, item) }).flatMap(({ attribute, write }) =>
    unique.includes(attribute) && 'Put' in write ? [{ attribute, Put: write.Put }] : [],
  )
}

function guardKey({ ledger }: TableDesign, item: Item): Item {
  return {
    [ledger.partitionKey]: item[ledger.partitionKey] as AttributeValue,
    [ledger.sortKey]: item[ledger.sortKey] as AttributeValue,
  }
}

function textOf({ ledger }: TableDesign, item: Item): string {
  return JSON.stringify([item[ledger.partitionKey], item[ledger.sortKey]])
}

/** Writes the keys and guards that a row lacks. @returns false where it lacks none */
async function writeKeys(
  connection: Connection,
  table: TableDesign,
  lacking: Lacking,
  read: Item,
  held: ReadonlyMap<string, Item>,
  pace: Pace,
): Promise<boolean> {
  const { baseDelay, maxDelay } = connection.config.retries
  const taken = new Map(held)
  let item = read
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 1) await connection.clock.sleep(fullJitter(attempt, baseDelay, maxDelay))
    const takes = await missingTakes(connection, table, lacking, item, taken)
    const own = rowWrite(
      table,
      lacking.binding,
      item,
      takes.map(({ attribute }) => attribute),
    )
    if (own === undefined) return attempt > 0
    await pace.ready()
    try {
      if ('Update' in own && takes.length === 0) {
        const update = { ...own.Update, ReturnConsumedCapacity: 'TOTAL' } as const
        const { ConsumedCapacity } = await connection.send('UpdateItem', update, { atLeastOnce: true }, AS_RECORDS)
        pace.spend(ConsumedCapacity?.CapacityUnits ?? 0)
      } else {
        const { ConsumedCapacity = [] } = await connection.send(
          'TransactWriteItems',
          { TransactItems: [own, ...takes.map(({ Put }) => ({ Put }))], ReturnConsumedCapacity: 'TOTAL' },
          undefined,
          AS_RECORDS,
        )
        for (const { CapacityUnits = 0 } of ConsumedCapacity) pace.spend(CapacityUnits)
      }
      return true
    } catch (error) {
      const now = await stateAfter(connection, table, item, takes, taken, error)
      // It was deleted meanwhile: there is nothing to give keys to.
      if (now === undefined) return false
      item = now
    }
  }
  throw new MigrationError('MIGRATION.BACKFILL_BEHIND', `A row of ${lacking.binding.schema.name} changes all the time.`)
}

/** What became of a row that others changed: its item, undefined where it is gone. Guards that are taken are noted. */
async function stateAfter(
  connection: Connection,
  table: TableDesign,
  item: Item,
  takes: readonly { readonly Put: { readonly Item: Item } }[],
  taken: Map<string, Item>,
  error: unknown,
): Promise<Item | undefined> {
  if (isConditionalCheckFailedError(error)) return error.item
  if (!isTransactionCanceledError(error)) throw error
  const [own, ...others] = error.reasons
  const codes = error.reasons.map(({ Code }) => Code)
  if (codes.some((code) => !['None', 'ConditionalCheckFailed', 'TransactionConflict', undefined].includes(code)))
    throw error
  for (const [i, { Code, Item: holder }] of others.entries()) {
    const guard = takes[i]?.Put.Item
    if (Code === 'ConditionalCheckFailed' && guard !== undefined) taken.set(textOf(table, guard), holder ?? guard)
  }
  if (own?.Code !== 'ConditionalCheckFailed') {
    const { Item: now } = await connection.send(
      'GetItem',
      { TableName: table.tableName, Key: tableKeyOf(table, item), ConsistentRead: true },
      undefined,
      AS_RECORDS,
    )
    return now
  }
  return own.Item
}

/** A guard to be taken, of an attribute. */
interface Take {
  readonly attribute: string
  readonly Put: Extract<TransactWriteItem, { Put: object }>['Put']
}

/** Guards that a row lacks. @throws MigrationError `MIGRATION.NOT_UNIQUE` for a value that another row has */
async function missingTakes(
  connection: Connection,
  table: TableDesign,
  lacking: Lacking,
  item: Item,
  taken: ReadonlyMap<string, Item>,
): Promise<readonly Take[]> {
  const own: AttributeValue = { M: tableKeyOf(table, item) }
  const takes: Take[] = []
  for (const { attribute, Put } of takesOf(table, lacking, item)) {
    const owner = taken.get(textOf(table, Put.Item))?.[GUARD_OWNER]
    if (owner === undefined) takes.push({ attribute, Put })
    else if (!equalAttributeValues(owner, own)) {
      if (await hasValue(connection, table, owner, attribute, item)) throw notUnique(lacking, attribute, item)
      // A program that knows no guards gave the row that had it another value.
      const { ExpressionAttributeNames: _, ...put } = Put
      takes.push({
        attribute,
        Put: {
          ...put,
          ConditionExpression: '#owner = :owner',
          ExpressionAttributeNames: { '#owner': GUARD_OWNER },
          ExpressionAttributeValues: { ':owner': owner },
        },
      })
    }
  }
  return takes
}

/** True where the row that has a guard is there, with the value that it guards. */
async function hasValue(
  connection: Connection,
  { tableName }: TableDesign,
  owner: AttributeValue,
  attribute: string,
  item: Item,
): Promise<boolean> {
  if (!('M' in owner)) return false
  const { Item: other } = await connection.send('GetItem', { TableName: tableName, Key: owner.M, ConsistentRead: true })
  const [theirs, ours] = [other?.[attribute], item[attribute]]
  return theirs !== undefined && ours !== undefined && equalAttributeValues(theirs, ours)
}

function notUnique({ binding: { schema } }: Lacking, attribute: string, item: Item): MigrationError {
  const value = schema.secret.has(attribute) ? '' : ` "${Object.values(item[attribute] ?? {}).join()}"`
  return new MigrationError('MIGRATION.NOT_UNIQUE', `${schema.name}.${attribute}${value} belongs to several rows.`)
}

/**
 * The write that gives a row its index keys as they should be, on condition that what they are made of, and what becomes
 * unique, is as it was read: whoever changes one of these meanwhile writes the keys, too. A check where the keys are right
 * and guards are taken; undefined where nothing is to do.
 */
function rowWrite(
  table: TableDesign,
  { design, schema }: ModelBinding,
  item: Item,
  unique: readonly string[],
): Extract<TransactWriteItem, { Update: object }> | { readonly ConditionCheck: ConditionCheck } | undefined {
  const own = new Set([...table.key.names, ...schema.attributes.map(({ name }) => name)])
  const names = [...new Set(table.indexes.flatMap(({ key }) => key.names))].filter((name) => !own.has(name))
  const wanted: Record<string, AttributeValue> = { ...item }
  for (const name of names) delete wanted[name]
  addIndexKeys(design, wanted)
  const actions = names.flatMap((name): UpdateAction[] => {
    const [now, then] = [item[name], wanted[name]]
    if (then === undefined) return now === undefined ? [] : [{ kind: 'remove', path: [name] }]
    if (now !== undefined && equalAttributeValues(now, then)) return []
    return [{ kind: 'set', path: [name], value: { kind: 'value', value: then } }]
  })
  if (actions.length === 0 && unique.length === 0) return undefined
  const sources = actions.length === 0 ? [] : design.secondary.flatMap(({ attributes }) => attributes)
  const compiler = new ExpressionCompiler()
  const update = actions.length === 0 ? undefined : compiler.update(actions)
  const write: ConditionCheck = {
    TableName: table.tableName,
    Key: tableKeyOf(table, item),
    ConditionExpression: compiler.condition(
      and(
        { kind: 'exists', path: [table.key.names[0] as string] },
        ...[...new Set([...sources, ...unique])].map((name) => unchanged(name, item)),
      ),
    ),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ...compiler.attributes(),
  }
  return update === undefined ? { ConditionCheck: write } : { Update: { ...write, UpdateExpression: update } }
}

function unchanged(name: string, item: Item): Condition {
  const value = item[name]
  if (value === undefined) return { kind: 'not-exists', path: [name] }
  return { kind: 'compare', op: '=', left: { kind: 'path', path: [name] }, right: { kind: 'value', value } }
}

function faulty({ tableName }: TableDesign, faults: readonly Fault[]): MigrationError {
  const named = faults.slice(0, NAMED).map(({ model, key, message }) => `\n  ${model} ${key}: ${message}`)
  const more = faults.length > NAMED ? `\n  and ${faults.length - NAMED} more` : ''
  return new MigrationError(
    'MIGRATION.BACKFILL_FAULTS',
    `${faults.length} rows of ${tableName} cannot have the keys that their models need:${named.join('')}${more}`,
    {
      details: {
        table: tableName,
        faults: faults.slice(0, NAMED).map(({ model, key, message }) => ({ model, key, message })),
      },
    },
  )
}
