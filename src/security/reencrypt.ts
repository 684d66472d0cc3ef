import { isConditionalCheckFailedError, type OperationInput } from '../drivers/index.js'
import { mapConcurrent } from '../kernel/index.js'
import { bindingOf, type DynamoDBModel, type ModelBinding, type ModelClass, savedStateOf } from '../model/index.js'
import { Pace, patiently, rotated } from '../runtime/index.js'
import { recognizes, tableKeyOf } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { SecurityError } from './errors.js'

export interface ReencryptOptions {
  /** Capacity units to consume in a second. Default: as fast as it goes. */
  readonly maxCapacity?: number | undefined
  /** Told after each page. */
  readonly onProgress?: ((progress: Reencrypted) => void) | undefined
  /** Told of each row that cannot be decrypted: `ENCRYPTION.TAMPERED` and the like. The row stays as it is. */
  readonly onUnreadable?: ((error: unknown) => void) | undefined
  /** Begins no further page. */
  readonly signal?: AbortSignal | undefined
}

export interface Reencrypted {
  /** Rows of the model that were looked at. */
  readonly scanned: number
  readonly written: number
  /** Rows that have a value that cannot be decrypted. */
  readonly unreadable: number
}

/** Rows written at the same time. */
const CONCURRENCY = 8
/** Items of a page. */
const PAGE = 250

/**
 * Encrypts anew what rows of a model have under other keys than the current one, or as plain text where
 * `encryption.allowPlaintext` reads that. Each row is written on condition that it still has what was read; its version,
 * timestamps and hooks are left alone. Run again, it passes over rows that are done: it can be broken off at any time, and
 * programs may write meanwhile. Reads the whole table, where the model shares it; in a tenant, the tenant's rows.
 *
 * @throws SecurityError `SECURITY.INVALID` for a model without encrypted attributes; EncryptionError
 * `ENCRYPTION.KEYS_UNAVAILABLE`
 */
export async function reencrypt(
  model: ModelClass,
  { maxCapacity, onProgress, onUnreadable, signal }: ReencryptOptions = {},
): Promise<Reencrypted> {
  const binding = encryptedBinding(bindingOf(model))
  const { connection, table, design, context } = binding
  const pace = new Pace(connection.clock, maxCapacity)
  const done = { scanned: 0, written: 0, unreadable: 0 }
  let start: AttributeMap | undefined
  do {
    signal?.throwIfAborted()
    await pace.ready(signal)
    const request: OperationInput<'Scan'> = {
      TableName: table.tableName,
      ConsistentRead: true,
      Limit: PAGE,
      ReturnConsumedCapacity: 'TOTAL',
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    }
    const page = await patiently(connection, signal, () => connection.send('Scan', request, undefined, context))
    pace.spend(page.ConsumedCapacity?.CapacityUnits ?? 0)
    const rows = (page.Items ?? []).filter((item) => recognizes(design, item))
    done.scanned += rows.length
    await mapConcurrent(rows, CONCURRENCY, async (row) => {
      await pace.ready(signal)
      const { written, error } = await patiently(connection, signal, () => reencryptRow(binding, row, pace))
      if (written) done.written++
      if (error === undefined) return
      done.unreadable++
      onUnreadable?.(error)
    })
    onProgress?.({ ...done })
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return done
}

/**
 * The same for one row, which was read or saved before.
 *
 * @returns whether it was written
 * @throws EncryptionError for a value that cannot be decrypted
 */
export async function reencryptItem(record: DynamoDBModel): Promise<boolean> {
  const state = savedStateOf(record)
  const binding = encryptedBinding(state.binding)
  const { connection, table, context } = binding
  const { Item } = await connection.send(
    'GetItem',
    { TableName: table.tableName, Key: tableKeyOf(table, state.stored ?? {}), ConsistentRead: true },
    undefined,
    context,
  )
  if (Item === undefined) return false
  const { written, error } = await reencryptRow(binding, Item, new Pace(connection.clock, undefined))
  if (error !== undefined) throw error
  return written
}

/** Writes those attributes of a row that need it, until nobody else writes the row meanwhile. */
async function reencryptRow(
  binding: ModelBinding,
  read: AttributeMap,
  pace: Pace,
): Promise<{ readonly written: boolean; readonly error?: unknown }> {
  const { connection, table, schema, context } = binding
  const { encryption } = connection.config
  let item: AttributeMap | undefined = read
  let error: unknown
  for (;;) {
    const names: Record<string, string> = {}
    const values: Record<string, AttributeMap[string]> = {}
    const sets: string[] = []
    for (const { name, encrypted } of schema.attributes) {
      const value = item?.[name]
      if (!encrypted || value === undefined || encryption === undefined) continue
      const change = rotated(value, encryption.keys.currentKeyId)
      if (change.error !== undefined) error = change.error
      if (change.value === undefined) continue
      const at = sets.length
      names[`#a${at}`] = name
      values[`:old${at}`] = value
      values[`:new${at}`] = change.value
      sets.push(`#a${at} = :new${at}`)
    }
    if (item === undefined || sets.length === 0) return { written: false, error }
    try {
      const { ConsumedCapacity } = await connection.send(
        'UpdateItem',
        {
          TableName: table.tableName,
          Key: tableKeyOf(table, item),
          UpdateExpression: `SET ${sets.join(', ')}`,
          ConditionExpression: sets.map((_, at) => `#a${at} = :old${at}`).join(' AND '),
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          ReturnConsumedCapacity: 'TOTAL',
        },
        undefined,
        context,
      )
      pace.spend(ConsumedCapacity?.CapacityUnits ?? 0)
      return { written: true, error }
    } catch (failure) {
      if (!isConditionalCheckFailedError(failure)) throw failure
      item = failure.item
    }
  }
}

function encryptedBinding(binding: ModelBinding): ModelBinding {
  const { schema } = binding
  if (schema.attributes.some(({ encrypted }) => encrypted)) return binding
  throw new SecurityError('SECURITY.INVALID', `${schema.name} has no encrypted attributes.`, {
    hint: 'Mark them: { type: "string", encrypted: true }.',
  })
}
