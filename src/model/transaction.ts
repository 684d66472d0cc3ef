import { Connection, currentConnection, inTenant } from '../runtime/index.js'
import type { AttributesOf, ChangeInput, CreateInput, KeyOf, Row } from '../schema/index.js'
import { kindOf } from '../values/index.js'
import { increase } from './atomic-change.js'
import { pendingAtomic } from './atomic-update.js'
import { refuseStrays } from './attribute-names.js'
import { pendingCheck, type RowCondition } from './check-row.js'
import { commitTogether } from './commit-together.js'
import { pendingDelete } from './delete-row.js'
import type { DynamoDBModel } from './dynamodb-model.js'
import { ModelError } from './errors.js'
import { CHANGE, DELETION, deletionEvents, markEvents, UPDATE, type WriteEvents } from './events.js'
import { fillRecord } from './fill.js'
import { ask } from './fire.js'
import { pendingInsert } from './insert.js'
import { knownRecord } from './known-record.js'
import { checkModel } from './model-class.js'
import type { Declares } from './model-record.js'
import { bindingOf, type ModelClass } from './model-space.js'
import { takeNested } from './nested-change.js'
import type { Attributes } from './record.js'
import { recordOfKey } from './record-of-key.js'
import type { RecordState } from './record-state.js'
import { dependentWrites, type Removal } from './relations/cascade.js'
import { markedAt } from './remove-row.js'
import type { PendingWrite } from './row-write.js'
import { pendingMark } from './soft-delete.js'
import { savedStateOf, stateFor } from './state-for.js'
import { NO_CHANGE, readStored } from './stored-row.js'
import { TransactionError } from './transaction-errors.js'
import { MOST_WRITES } from './transaction-limits.js'
import { pendingUpdate } from './update.js'

export interface TransactionOptions {
  /**
   * 1 to 36 characters. A second transaction with the same token and the same content within 10 minutes has no effect; with
   * other content (timestamps and generated ids are content) it is refused with `SERVICE.IDEMPOTENCY_MISMATCH`.
   * Without one the package makes a token for each transaction and keeps it across its own retries.
   */
  readonly clientRequestToken?: string | undefined
}

/** A write that was asked for, and (as soon as it is checked) what it will send. */
interface Entry {
  pending: PendingWrite | undefined
  /** Writes of rows that depend on it. */
  dependents?: readonly PendingWrite[]
  checked: Promise<unknown>
}

type Run = <T>(connection: Connection, work: (tx: Transaction) => T | Promise<T>, token?: string) => Promise<T>
let run: Run

/**
 * Collects writes that take effect together or not at all: one TransactWriteItems of at most 100 writes and 4 MB, unique
 * guards included. Everything is validated as it is asked for; nothing is sent before the function is done.
 */
export class Transaction {
  readonly #entries: Entry[] = []
  #ended = false

  static {
    run = async (connection, work, token) => {
      const tx = new Transaction()
      try {
        const result = await connection.run(() => work(tx))
        for (const { checked } of tx.#entries) await checked
        await commitTogether(
          tx.#entries.flatMap(({ pending, dependents = [] }) => [...dependents, ...(pending ? [pending] : [])]),
          token,
        )
        return result
      } finally {
        tx.#ended = true
      }
    }
  }

  /** A new row, on condition that its key is free. It is stored when the transaction is. */
  create<T extends ModelClass>(model: T, values: CreateInput<T>): Promise<Row<T>> {
    return this.#add(async (entry) => {
      checkModel(model)
      const record = model.make<T>(values)
      entry.pending = await pendingInsert(record, stateFor(record))
      return record
    })
  }

  /** What changed on a record; one that was never saved is created. */
  save<R extends DynamoDBModel>(record: R): Promise<R> {
    return this.#add(async (entry) => {
      const state = stateFor(record)
      const attributes = record as unknown as Attributes
      refuseStrays(attributes, state)
      entry.pending = await (state.stored === undefined ? pendingInsert : pendingUpdate)(attributes, state)
      return record
    })
  }

  /** Fills in values and writes what changed, on condition that the row is there. */
  update<A, R extends DynamoDBModel>(record: R & Declares<A>, values: ChangeInput<A>): Promise<R>
  /** The same by key, without reading the row first. */
  update<T extends ModelClass>(model: T, key: KeyOf<T>, values: ChangeInput<AttributesOf<T>>): Promise<void>
  update(target: DynamoDBModel | ModelClass, ...given: readonly unknown[]): Promise<unknown> {
    return this.#add(async (entry) => {
      const { record, state } = await rowOf(target, given[0], UPDATE)
      const values = given[typeof target === 'function' ? 1 : 0] as Attributes
      const { plain, nested } = takeNested(state.binding.schema, values)
      fillRecord(state.binding, record, plain, false)
      refuseStrays(record, state)
      entry.pending = await pendingUpdate(record, state, { nested })
      return typeof target === 'function' ? undefined : target
    })
  }

  /** Deletes a row; of a model with soft deletes it is marked as deleted and stays. */
  delete(record: DynamoDBModel): Promise<void>
  delete<T extends ModelClass>(model: T, key: KeyOf<T>): Promise<void>
  delete(target: DynamoDBModel | ModelClass, key?: unknown): Promise<void> {
    return this.#add(async (entry) => {
      const { record, state } = await rowOf(target, key, DELETION)
      const { connection, schema } = state.binding
      if (!schema.softDeletes) return remove(entry, record, state)
      const before = markedAt(state)
      const deletedAt = before ?? new Date(connection.clock.now())
      if (before === undefined) {
        await ask(state.binding, record, markEvents(deletedAt))
        entry.pending = await pendingMark(record, state, deletedAt)
      }
      entry.dependents = await dependentsWith(record, state, { kind: 'mark', deletedAt })
    })
  }

  /** Deletes a row for good. */
  forceDelete(record: DynamoDBModel): Promise<void>
  forceDelete<T extends ModelClass>(model: T, key: KeyOf<T>): Promise<void>
  forceDelete(target: DynamoDBModel | ModelClass, key?: unknown): Promise<void> {
    return this.#add(async (entry) => {
      const { record, state } = await rowOf(target, key, DELETION)
      return remove(entry, record, state)
    })
  }

  /** Takes back a soft delete. */
  restore(record: DynamoDBModel): Promise<void> {
    return this.#add(async (entry) => {
      const attributes = record as unknown as Attributes
      const state = savedStateOf(record)
      if (state.partial && state.stored?.[state.binding.schema.deletedAt] === undefined)
        await readStored(attributes, state, NO_CHANGE)
      const deletedAt = markedAt(state)
      await ask(state.binding, attributes, markEvents(undefined))
      entry.pending = await pendingMark(attributes, state, undefined)
      if (deletedAt !== undefined)
        entry.dependents = await dependentsWith(attributes, state, { kind: 'unmark', deletedAt })
    })
  }

  /** Adds to a number as it is stored then; a negative amount subtracts. */
  increment(record: DynamoDBModel, attribute: string, by?: number | bigint | string): Promise<void>
  increment<T extends ModelClass>(
    model: T,
    key: KeyOf<T>,
    attribute: string,
    by?: number | bigint | string,
  ): Promise<void>
  increment(target: DynamoDBModel | ModelClass, ...given: readonly unknown[]): Promise<void> {
    return this.#add(async (entry) => {
      const { record, state } = await rowOf(target, given[0], CHANGE)
      const [attribute, by = 1] = typeof target === 'function' ? given.slice(1) : given
      await ask(state.binding, record, CHANGE)
      entry.pending = pendingAtomic(record, state, [increase(state.binding, attribute as string, by, 1)])
    })
  }

  /**
   * Lets nothing be written unless the row is there and the condition holds of it as it is stored then. A row that the
   * transaction writes cannot be checked besides (DynamoDB: one operation an item).
   */
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- a base class without attributes
  check<R extends DynamoDBModel>(record: R, condition?: RowCondition<ModelOf<R>>): void
  check<T extends ModelClass>(model: T, key: KeyOf<T>, condition?: RowCondition<T>): void
  check(target: DynamoDBModel | ModelClass, ...given: readonly unknown[]): void {
    this.#refuseLate()
    const state = savedStateOf(typeof target === 'function' ? recordOfKey(bindingOf(target), given[0]) : target)
    const condition = given[typeof target === 'function' ? 1 : 0] as RowCondition | undefined
    this.#entries.push({ pending: pendingCheck(state, condition), checked: Promise.resolve() })
  }

  #add<T>(check: (entry: Entry) => Promise<T>): Promise<T> {
    this.#refuseLate()
    const entry: Entry = { pending: undefined, checked: Promise.resolve() }
    this.#entries.push(entry)
    const checked = check(entry)
    // Awaited by the caller or not: the commit waits for it, and fails with it.
    checked.catch(() => undefined)
    entry.checked = checked
    return checked
  }

  #refuseLate(): void {
    if (this.#ended)
      throw new TransactionError('TRANSACTION.ENDED', 'The transaction is over: nothing can be added to it any more.')
  }
}

/** A row's deletion for good, with what depends on it. */
async function remove(entry: Entry, record: Attributes, state: RecordState): Promise<void> {
  await ask(state.binding, record, deletionEvents(state.binding.schema))
  entry.pending = pendingDelete(record, state)
  entry.dependents = await dependentsWith(record, state, { kind: 'delete' })
}

/** What depends on a row goes in the same transaction; no more is gathered than fits into one. */
async function dependentsWith(
  record: Attributes,
  state: RecordState,
  removal: Removal,
): Promise<readonly PendingWrite[]> {
  const gathered: PendingWrite[] = []
  for await (const pending of (await dependentWrites(record, state, removal)) ?? []) {
    gathered.push(pending)
    if (gathered.length > MOST_WRITES) break
  }
  return gathered
}

/** The class of a record as the types see it, as far as a record tells. */
type ModelOf<R> = (abstract new (...given: any[]) => R) & { timestamps: true; softDeletes: true }

/** What is written: a record, or the row with a key. @param events those that hooks are told of it */
async function rowOf(
  target: DynamoDBModel | ModelClass,
  key: unknown,
  events: WriteEvents,
): Promise<{ readonly record: Attributes; readonly state: RecordState }> {
  const record =
    typeof target === 'function' ? await knownRecord(bindingOf(target), key, events) : (target as unknown as Attributes)
  return { record, state: savedStateOf(record) }
}

/**
 * Writes that take effect together or not at all. The function gets a `tx` to write with; what it returns comes back when
 * everything was written. Reads and writes that do not go through `tx` are no part of it.
 *
 * @throws what the function throws (nothing was sent); ValidationError and TransactionError (nothing was sent);
 * UniqueConstraintError, DuplicateKeyError, ModelNotFoundError, ConditionError or ModelError `MODEL.WRITE_CONFLICT`
 * (nothing was written)
 * @example
 * await transaction(async (tx) => {
 *   const order = await tx.create(Order, { userId: user.id, total: 12 })
 *   await tx.update(user, { lastOrder: order.id })
 *   tx.check(user, { status: 'active' })
 * })
 */
export async function transaction<T>(
  work: (tx: Transaction) => T | Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  return runTransaction(inTenant(currentConnection()), work, options)
}

/** A transaction of the models as they are on this connection. */
export async function runTransaction<T>(
  connection: Connection,
  work: (tx: Transaction) => T | Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  if (typeof work !== 'function')
    throw new ModelError('MODEL.INVALID_INPUT', `A transaction takes a function, not ${kindOf(work)}.`, {
      hint: 'Write transaction(async (tx) => { await tx.create(User, values) }); a list of writes is for transactWrite.',
    })
  const { clientRequestToken: token } = options
  if (token !== undefined && (typeof token !== 'string' || token === '' || token.length > 36))
    throw new ModelError('MODEL.INVALID_INPUT', 'clientRequestToken takes a text of 1 to 36 characters.')
  return run(connection, work, token)
}

declare module '../runtime/connection.js' {
  interface Connection {
    /** `transaction` with the models as they are on this connection. */
    transaction<T>(work: (tx: Transaction) => T | Promise<T>, options?: TransactionOptions): Promise<T>
  }
}

// The models are above the connection, which therefore cannot know them.
Connection.prototype.transaction = function (this: Connection, work, options) {
  return runTransaction(this, work, options)
}
