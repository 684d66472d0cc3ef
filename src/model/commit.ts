import { isConditionalCheckFailedError, isTransactionCanceledError, type TransactWriteItem } from '../drivers/index.js'
import { isDynamoDBToolingError, uuidv4 } from '../kernel/index.js'
import { explainMissing } from '../query/index.js'
import { type AttributeMap, itemSize, largestAttributes } from '../values/index.js'
import { ModelError, UniqueConstraintError } from './errors.js'
import type { ModelBinding } from './model-space.js'
import type { GuardWrite } from './unique-guards.js'

/** What happened to a write: done, or its condition did not hold. */
export type CommitResult =
  | { readonly kind: 'done' }
  /** `item`: the row as it stands, undefined when there is none. `retried`: an earlier attempt of ours may have taken effect. */
  | { readonly kind: 'conflict'; readonly item: AttributeMap | undefined; readonly retried: boolean }

const DONE: CommitResult = Object.freeze({ kind: 'done' })
/** DynamoDB: "Service quotas", item size. */
const ITEM_BYTES = 400 * 1024

/**
 * Sends one row's write: alone, or in one transaction with its guards. The write must ask for ALL_OLD on failure.
 *
 * @param row the row as it will be, as far as it is known
 * @throws UniqueConstraintError when a guard is taken
 * @throws ModelError `MODEL.ITEM_TOO_LARGE` naming the largest attributes
 */
export async function commit(
  binding: ModelBinding,
  main: TransactWriteItem,
  guards: readonly GuardWrite[],
  row: AttributeMap | undefined = 'Put' in main ? main.Put.Item : undefined,
): Promise<CommitResult> {
  binding.written = true
  try {
    await (guards.length === 0 ? sendAlone(binding, main) : sendTogether(binding, main, guards))
    return DONE
  } catch (error) {
    if (isConditionalCheckFailedError(error)) return { kind: 'conflict', item: error.item, retried: error.uncertain }
    if (isTransactionCanceledError(error)) {
      const [first, ...others] = error.reasons
      if (first?.Code === 'ConditionalCheckFailed') return { kind: 'conflict', item: first.Item, retried: false }
      const taken = others.findIndex((reason) => reason.Code === 'ConditionalCheckFailed')
      const guard = guards[taken]
      if (guard !== undefined)
        throw new UniqueConstraintError(binding.schema.name, guard.attribute, {
          cause: error,
          requestId: error.requestId,
        })
    }
    throw tooLarge(binding, row, error) ?? explainMissing(error, binding)
  }
}

function sendAlone(binding: ModelBinding, main: TransactWriteItem): Promise<unknown> {
  const { connection } = binding
  if ('Put' in main) return connection.send('PutItem', main.Put, undefined, binding.context)
  if ('Update' in main) return connection.send('UpdateItem', main.Update, undefined, binding.context)
  if ('Delete' in main) return connection.send('DeleteItem', main.Delete, undefined, binding.context)
  return connection.send(
    'TransactWriteItems',
    { TransactItems: [main], ClientRequestToken: uuidv4() },
    undefined,
    binding.context,
  )
}

function sendTogether(binding: ModelBinding, main: TransactWriteItem, guards: readonly GuardWrite[]): Promise<unknown> {
  return binding.connection.send(
    'TransactWriteItems',
    { TransactItems: [main, ...guards.map((guard) => guard.write)], ClientRequestToken: uuidv4() },
    undefined,
    binding.context,
  )
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
