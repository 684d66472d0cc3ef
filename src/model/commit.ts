import { isConditionalCheckFailedError, isTransactionCanceledError, type TransactWriteItem } from '../drivers/index.js'
import { fullJitter, isDynamoDBToolingError, uuidv4 } from '../kernel/index.js'
import { explainMissing } from '../query/index.js'
import type { Connection, RequestContext } from '../runtime/index.js'
import { type AttributeMap, itemSize, largestAttributes } from '../values/index.js'
import { type HookFailedError, ModelError } from './errors.js'
import { NO_FAILURES, report } from './fire.js'
import { foldCounts } from './fold-counts.js'
import type { ModelBinding } from './model-space.js'
import type { Outcome, PendingWrite, RowWrite } from './row-write.js'
import { takenValue, withHolder } from './taken-value.js'
import { isTraced, trailed } from './trail.js'

/** Times a write is tried anew after another writer changed an attribute that its keys are made of. */
export const REBASES = 8
/** The same of writes that are recorded: those of other programs go to the same chains of entries. */
export const TRACED_ATTEMPTS = 40
/** From then on attempts wait for each other. */
const AT_ONCE = 3
/** DynamoDB: "Service quotas", item size. */
const ITEM_BYTES = 400 * 1024

/**
 * Sends one row's write: alone, or in one transaction with its companions. The record has its new state afterwards.
 *
 * @throws UniqueConstraintError when a guard is taken
 * @throws ModelError `MODEL.ITEM_TOO_LARGE` naming the largest attributes, `MODEL.WRITE_CONFLICT` when others were always faster
 * @throws HookFailedError for a hook that failed after it was written
 */
export async function commit(pending: PendingWrite): Promise<void> {
  report(await commitOne(pending))
}

/** The same. @returns what hooks threw that were told of it */
export async function commitOne(pending: PendingWrite): Promise<readonly HookFailedError[]> {
  const { connection } = pending.binding
  const { baseDelay, maxDelay } = connection.config.retries
  let most = pending.attempts ?? REBASES
  for (let rebase = 0; rebase < most; rebase++) {
    if (rebase >= AT_ONCE) await connection.clock.sleep(fullJitter(Math.min(rebase - AT_ONCE, 3), baseDelay, maxDelay))
    const write = await pending.build()
    write.binding.written = true
    if (write.traced !== undefined) most = TRACED_ATTEMPTS
    if ((await attempt(write)) === 'again') continue
    write.succeeded()
    return pending.after === undefined ? NO_FAILURES : pending.after()
  }
  throw writeConflict(pending.binding)
}

async function attempt(write: RowWrite): Promise<Outcome> {
  const { binding } = write
  const entries = await trailed(binding.connection, [write])
  const writes = foldCounts([write, ...(entries?.writes ?? [])])
  try {
    await (write.companions.length === 0 && write.once !== true && entries === undefined
      ? sendAlone(binding, write.main)
      : sendTogether(binding.connection, writes, uuidv4(), binding.context))
    entries?.release(true)
    return 'done'
  } catch (error) {
    entries?.release(false)
    if (isConditionalCheckFailedError(error))
      return write.refused({ item: error.item, retried: error.uncertain, cause: error })
    return outcomeOf(writes, error)
  }
}

const AT_LEAST_ONCE = Object.freeze({ atLeastOnce: true })

function sendAlone(binding: ModelBinding, main: TransactWriteItem): Promise<unknown> {
  const { connection } = binding
  if ('Put' in main) return connection.send('PutItem', main.Put, undefined, binding.context)
  // What must be made once has companions, or is sent as a transaction for its token.
  if ('Update' in main) return connection.send('UpdateItem', main.Update, AT_LEAST_ONCE, binding.context)
  if ('Delete' in main) return connection.send('DeleteItem', main.Delete, undefined, binding.context)
  return connection.send(
    'TransactWriteItems',
    { TransactItems: [main], ClientRequestToken: uuidv4() },
    undefined,
    binding.context,
  )
}

/** Sends rows with all that belongs to them as one TransactWriteItems. The token makes its retries harmless. */
export function sendTogether(
  connection: Connection,
  writes: readonly RowWrite[],
  ClientRequestToken: string,
  context?: RequestContext,
): Promise<unknown> {
  const TransactItems = writes.flatMap(partsOf)
  return connection.send('TransactWriteItems', { TransactItems, ClientRequestToken }, undefined, context)
}

/** The writes of a row in the order they are sent. */
export function partsOf({ main, companions }: RowWrite): readonly TransactWriteItem[] {
  return [main, ...companions.map(({ write }) => write)]
}

/**
 * What the failure of a transaction means.
 *
 * @returns `again` when rows are in another state than was known, and another attempt may do
 * @throws the error of the first row that cannot be written
 */
export async function outcomeOf(writes: readonly RowWrite[], error: unknown): Promise<Outcome> {
  try {
    return judge(writes, error)
  } catch (final) {
    throw await withHolder(final)
  }
}

function judge(writes: readonly RowWrite[], error: unknown): Outcome {
  const reasons = isTransactionCanceledError(error) ? error.reasons : []
  let again = false
  let at = 0
  for (const { binding, companions, refused } of writes) {
    const reason = reasons[at]
    const others = reasons.slice(at + 1, at + 1 + companions.length)
    at += 1 + companions.length
    if (reason?.Code === 'ConditionalCheckFailed') {
      refused({ item: reason.Item, retried: false, cause: error })
      again = true
      continue
    }
    for (const [i, { Code, Item }] of others.entries()) {
      if (Code !== 'ConditionalCheckFailed') continue
      companions[i]?.refused?.()
      const attribute = companions[i]?.attribute
      if (attribute !== undefined) throw takenValue(binding, attribute, error, Item)
      again = true
    }
  }
  if (again) return 'again'
  if (reasons.some(({ Code }) => Code === 'TransactionConflict')) {
    // Others add to the same chain of entries.
    if (isTraced(writes)) return 'again'
    const names = [...new Set(writes.map(({ binding }) => binding.schema.name))].join(', ')
    throw new ModelError('MODEL.WRITE_CONFLICT', `Other transactions were at work on the same rows (${names}).`, {
      cause: error,
      ...requestIdOf(error),
    })
  }
  const oversize = writes.flatMap(({ binding, row }) => tooLarge(binding, row, error) ?? [])[0]
  throw oversize ?? explained(writes, error)
}

/** A missing table is named where there is only one it can be. */
function explained(writes: readonly RowWrite[], error: unknown): unknown {
  const [first, ...others] = writes
  if (first === undefined || others.some(({ binding }) => binding.table !== first.binding.table)) return error
  return explainMissing(error, first.binding)
}

function requestIdOf(error: unknown): { readonly requestId?: string | undefined } {
  return isDynamoDBToolingError(error) ? { requestId: error.requestId } : {}
}

/** The error for a row that was refused because of its size; undefined when that is not why. */
export function tooLarge(
  binding: ModelBinding,
  item: AttributeMap | undefined,
  cause: unknown,
): ModelError | undefined {
  const refused =
    isDynamoDBToolingError(cause, 'SERVICE.VALIDATION') ||
    (isTransactionCanceledError(cause) && cause.reasons.some(({ Code }) => Code === 'ValidationError'))
  const bytes = refused && item !== undefined ? itemSize(item) : 0
  if (item === undefined || bytes <= ITEM_BYTES) return undefined
  const largest = largestAttributes(item, 3).map(({ name, bytes: size }) => `${name} (${size} bytes)`)
  return new ModelError(
    'MODEL.ITEM_TOO_LARGE',
    `The ${binding.schema.name} has ${bytes} bytes; an item may have ${ITEM_BYTES}. Largest are ${largest.join(', ')}.`,
    {
      cause,
      hint: 'Move large values elsewhere (Amazon S3), or split the row.',
      details: { model: binding.schema.name, bytes },
    },
  )
}

/** Other writers were always faster. */
export function writeConflict({ schema }: ModelBinding): ModelError {
  return new ModelError(
    'MODEL.WRITE_CONFLICT',
    `The ${schema.name} was changed by others each time it was to be written.`,
  )
}
