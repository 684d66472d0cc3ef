import type { TransactWriteItem } from '../../drivers/index.js'
import { uuidv4 } from '../../kernel/index.js'
import { currentConnection } from '../../runtime/index.js'
import type { AttributesOf, CreateInput, KeyOf, UpdateInput } from '../../schema/index.js'
import { kindOf } from '../../values/index.js'
import type { RowCondition } from '../check-row.js'
import { checkValues } from '../fill.js'
import { checkModel } from '../model-class.js'
import { bindingOf, connectionOf, type ModelClass } from '../model-space.js'
import { runTransaction, type Transaction, type TransactionOptions } from '../transaction.js'
import { invalid } from './batch-settings.js'

/** A number that is added to the one as it is stored then. */
export interface Added {
  readonly $add: number | bigint | string
}

/** One write of a transaction of several models. */
export type TransactEntry<T extends ModelClass = any> =
  | { readonly type: 'put'; readonly model: T; readonly item: CreateInput<T> }
  | {
      readonly type: 'update'
      readonly model: T
      readonly key: KeyOf<T>
      readonly update: UpdateInput<AttributesOf<T>> | { readonly [name: string]: Added }
    }
  | { readonly type: 'delete'; readonly model: T; readonly key: KeyOf<T> }
  | { readonly type: 'conditionCheck'; readonly model: T; readonly key: KeyOf<T>; readonly condition?: RowCondition<T> }

/**
 * Writes that take effect together or not at all, as a list: the same as `transaction(async tx => …)`. `put` writes a new
 * row, on condition that its key is free. `update: { balance: { $add: -50 } }` adds to a number.
 *
 * @throws as `transaction`; nothing was written then
 */
export function transactWrite(entries: readonly TransactEntry[], options?: TransactionOptions): Promise<void>
/** Requests in DynamoDB's own JSON (TransactWriteItems): no keys, guards or validation are added. */
export function transactWrite(items: readonly TransactWriteItem[], options?: TransactionOptions): Promise<void>
export async function transactWrite(given: readonly unknown[], options: TransactionOptions = {}): Promise<void> {
  if (!Array.isArray(given) || given.length === 0)
    throw invalid(`transactWrite takes a list of writes, not ${Array.isArray(given) ? 'an empty one' : kindOf(given)}.`)
  const raw = (given as readonly object[]).filter((each) => RAW.some((kind) => Object.hasOwn(Object(each), kind)))
  if (raw.length === given.length) {
    await currentConnection().send('TransactWriteItems', {
      TransactItems: raw as TransactWriteItem[],
      ClientRequestToken: options.clientRequestToken ?? uuidv4(),
    })
    return
  }
  if (raw.length > 0)
    throw invalid('A transaction is either of models or in DynamoDB’s own JSON.', 'Nothing was written.')
  const entries = given as readonly TransactEntry[]
  for (const entry of entries) checkEntry(entry)
  await runTransaction(
    connectionOf((entries[0] as { model: ModelClass }).model),
    async (tx) => {
      for (const entry of entries) await add(tx, entry)
    },
    options,
  )
}
const RAW = ['Put', 'Update', 'Delete', 'ConditionCheck'] as const

const TYPES: readonly unknown[] = ['put', 'update', 'delete', 'conditionCheck']

function checkEntry(entry: TransactEntry): void {
  if (!TYPES.includes(entry?.type))
    throw invalid(
      `A write of a transaction is a 'put', 'update', 'delete' or 'conditionCheck', not ${String((entry as { type?: unknown } | null)?.type)}.`,
      'Nothing was written.',
    )
  checkModel(entry.model)
}

async function add(tx: Transaction, entry: TransactEntry): Promise<unknown> {
  switch (entry.type) {
    case 'put':
      return tx.create(entry.model, entry.item)
    case 'update':
      return update(tx, entry)
    case 'delete':
      return tx.delete(entry.model, entry.key)
    case 'conditionCheck':
      return tx.check(entry.model, entry.key, entry.condition)
  }
}

function update(tx: Transaction, { model, key, update: changes }: TransactEntry & { readonly type: 'update' }) {
  checkValues(bindingOf(model).schema, changes)
  const added = Object.entries(changes as Record<string, unknown>).filter(([, value]) => isAdded(value))
  const [name, value] = added[0] ?? []
  if (name === undefined) return tx.update(model, key, changes as never)
  if (Object.keys(changes).length > 1)
    throw invalid(
      'An update with $add changes that attribute and no other.',
      'Use a second transaction, or read the row and save it.',
    )
  return tx.increment(model, key, name, (value as Added).$add)
}

function isAdded(value: unknown): value is Added {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '$add')
}
