import {
  EMPTY_SPEC,
  type Query,
  QueryBuilder,
  type RelationConstraint,
  type RelationConstraints,
  withScopes,
} from '../query/index.js'
import { Connection } from '../runtime/index.js'
import {
  type AttributeName,
  type AttributePath,
  type AttributesOf,
  type Cast,
  type ChangeInput,
  type CreateInput,
  forgetEntitySchema,
  type KeyOf,
  type KnownPath,
  type LoadedPath,
  type MapName,
  type NameIn,
  type OperandFor,
  type OperatorFor,
  type RecordOf,
  type RelationAt,
  type RelationName,
  type RelationPath,
  type RelationshipsOf,
  type Row,
  type UpdateInput,
  type WhereValue,
} from '../schema/index.js'
import { storedKeyOf } from '../single-table/index.js'
import { attributeNamed, refuseStrays } from './attribute-names.js'
import { madeRecord } from './batch-create.js'
import { bindModel } from './bound-class.js'
import { ModelError, ModelNotFoundError } from './errors.js'
import { REPLICATING } from './events.js'
import { fillRecord } from './fill.js'
import { type FindOptions, findByKey, findByKeys, type Key } from './find.js'
import { fireAtOnce, listens } from './fire.js'
import { hydrateRows } from './hydrate.js'
import { insertRecord } from './insert.js'
import { type Migrated, type MigrateOptions, migrateModels } from './migrator.js'
import { factoryOf, type ModelFactory } from './model-factory.js'
import type { Declares } from './model-record.js'
import { bindingOf, connectionOf, type ModelClass } from './model-space.js'
import { mergeInto, takeNested } from './nested-change.js'
import { countersIn } from './own-counters.js'
import { QueryingRecord } from './querying-record.js'
import { type Attributes, newState } from './record.js'
import { type RecordState, setState, stateOf } from './record-state.js'
import { markedAt, removeRecord, trashRecord, untrashRecord } from './remove-row.js'
import { copyValue } from './setters.js'
import { savedStateOf, stateFor } from './state-for.js'
import { runTransaction, type Transaction, type TransactionOptions } from './transaction.js'
import { truncateTables } from './truncate.js'
import { updateRecord } from './update.js'

/**
 * The base class of models. A model says its table, key and attributes; a record carries its attributes as plain own
 * properties.
 *
 * @example
 * class User extends DynamoDBModel {
 *   static table = 'users'
 *   static timestamps = true
 *   attributes = { id: { type: 'string', required: true }, name: { type: 'string' } } as const
 * }
 * const user = await User.create({ name: 'Ada' })
 * user.name = 'Ada Lovelace'
 * await user.save()
 */
export class DynamoDBModel extends QueryingRecord {
  /**
   * An empty record, to be filled and saved.
   * @throws ModelError `MODEL.INVALID_INPUT` when it is given values: `make` and `create` take those
   */
  constructor()
  constructor(...given: readonly unknown[]) {
    super()
    if (!given.some((value) => value !== undefined)) return
    const { name } = new.target
    throw new ModelError('MODEL.INVALID_INPUT', `new ${name}() takes no values, and would lose them.`, {
      hint: `Write ${name}.make(values) for a record that is not saved yet, or await ${name}.create(values).`,
    })
  }

  /** A query of this model. */
  static query<T extends ModelClass>(this: T): Query<T> {
    const binding = bindingOf(this)
    // A query made inside `connection.run` belongs to that connection, wherever it is sent.
    const scoped = Connection.current() === undefined ? undefined : binding
    const Builder = withScopes(QueryBuilder<T>, binding.schema)
    return new Builder({
      schema: binding.schema,
      bind: () => scoped ?? bindingOf(this),
      spec: EMPTY_SPEC,
      relations: [],
    }) as Query<T>
  }

  /** `query().where(…)`: name and value, name, operator and value, or an object of both. */
  static where<T extends ModelClass, N extends AttributePath<T>>(
    this: T,
    attribute: N,
    value: WhereValue<T, N>,
  ): Query<T>
  static where<T extends ModelClass, N extends AttributePath<T>, const O extends OperatorFor<T, N>>(
    this: T,
    attribute: N,
    operator: O,
    value: OperandFor<T, N, O>,
  ): Query<T>
  static where<T extends ModelClass>(
    this: T,
    conditions: { readonly [N in AttributeName<T>]?: WhereValue<T, N> },
  ): Query<T>
  static where<T extends ModelClass>(this: T, group: (query: Query<T>) => QueryBuilder<T>): Query<T>
  static where<T extends ModelClass>(this: T, ...given: readonly unknown[]): Query<T> {
    return (this.query() as unknown as { where(...given: readonly unknown[]): Query<T> }).where(...given)
  }

  /** `query().with(…)`. */
  static with<T extends ModelClass, const N extends RelationPath<T>>(
    this: T,
    relation: KnownPath<T, N>,
    constrain: RelationConstraint<RelationAt<T, N>>,
  ): Query<T, RecordOf<T> & LoadedPath<T, N>>
  static with<T extends ModelClass, const N extends RelationPath<T>>(
    this: T,
    constraints: RelationConstraints<RelationshipsOf<T>, N>,
  ): Query<T, RecordOf<T> & LoadedPath<T, N>>
  static with<T extends ModelClass, const N extends RelationPath<T>>(
    this: T,
    ...relations: readonly KnownPath<T, N>[] | readonly [readonly KnownPath<T, N>[]]
  ): Query<T, RecordOf<T> & LoadedPath<T, N>>
  static with<T extends ModelClass>(this: T, ...given: readonly unknown[]): unknown {
    return (this.query() as unknown as { with(...given: readonly unknown[]): unknown }).with(...given)
  }

  /** `query().withCount(…)`. */
  static withCount<T extends ModelClass, const N extends RelationName<T>>(
    this: T,
    ...relations: readonly [N, RelationConstraint<RelationAt<T, N>>] | readonly N[] | readonly [readonly N[]]
  ): Query<T, RecordOf<T> & { readonly [K in N as `${K}Count`]: number }> {
    return (this.query() as unknown as { withCount(...given: readonly unknown[]): never }).withCount(...relations)
  }

  /**
   * Writes a new row, on condition that its key is free. A missing id is generated.
   *
   * @throws ValidationError, DuplicateKeyError, UniqueConstraintError, ModelError; nothing was written then
   */
  static async create<T extends ModelClass>(this: T, values: CreateInput<T>): Promise<Row<T>> {
    const record = made(this, values, false)
    await insertRecord(record, stateOf(record) as RecordState)
    return record as Row<T>
  }

  /** `create`, guarded attributes included. */
  static async forceCreate<T extends ModelClass>(this: T, values: CreateInput<T>): Promise<Row<T>> {
    const record = made(this, values, true)
    await insertRecord(record, stateOf(record) as RecordState)
    return record as Row<T>
  }

  /** A record that is not saved yet. */
  static make<T extends ModelClass>(this: T, values: UpdateInput<AttributesOf<T>> = {}): Row<T> {
    return made(this, values, false) as Row<T>
  }

  /**
   * A factory of made-up rows: `User.factory().count(3).create()`. What `Factory.define` says of the model holds; what it leaves
   * out is made of types, formats and rules.
   */
  static factory<T extends ModelClass>(this: T): ModelFactory<T> {
    return factoryOf(this)
  }

  /** A made-up record that is not saved: `User.factory().makeOne(values)`. */
  static fake<T extends ModelClass>(this: T, values?: UpdateInput<AttributesOf<T>>): Row<T> {
    return (factoryOf(this) as unknown as { makeOne(values?: object): Row<T> }).makeOne(values)
  }

  /** The row with this key, or null: one GetItem. A key of several attributes is given as an object. */
  static async find<T extends ModelClass>(this: T, key: KeyOf<T>, options?: FindOptions): Promise<Row<T> | null> {
    return findByKey(bindingOf(this), key, options) as Promise<Row<T> | null>
  }

  /** @throws ModelNotFoundError when the row is not there */
  static async findOrFail<T extends ModelClass>(this: T, key: KeyOf<T>, options?: FindOptions): Promise<Row<T>> {
    const record = await this.find<T>(key, options)
    if (record === null) throw notFound(this, key)
    return record
  }

  /** The rows with these keys in the order given, each once; missing ones are left out. One BatchGetItem for each 100. */
  static async findMany<T extends ModelClass>(
    this: T,
    keys: readonly KeyOf<T>[],
    options?: FindOptions,
  ): Promise<Row<T>[]> {
    return findByKeys(bindingOf(this), keys, options) as Promise<Row<T>[]>
  }

  /**
   * Whole records of rows that an index brought in part (`projected()`) or of a selection: new ones, in the order of the
   * rows, those that are gone left out. One BatchGetItem for each 100; unsaved changes of the rows are not taken over.
   */
  static async hydrate<T extends ModelClass>(
    this: T,
    rows: readonly InstanceType<T>[],
    options?: FindOptions,
  ): Promise<Row<T>[]> {
    return hydrateRows(bindingOf(this), rows, options) as Promise<Row<T>[]>
  }

  /** Every row of the model. Without an index that lists the model this reads the whole table, and says so. */
  static async all<T extends ModelClass>(this: T): Promise<Row<T>[]> {
    return this.query<T>().get()
  }

  static async first<T extends ModelClass>(this: T): Promise<Row<T> | null> {
    return this.query<T>().first()
  }

  static async count<T extends ModelClass>(this: T, attribute?: AttributePath<T>): Promise<number> {
    return this.query<T>().count(attribute)
  }

  /** This model on another connection: `User.on(connection).find('1')`. */
  static on<T extends ModelClass>(this: T, connection: Connection): T {
    return bindModel(this, connection) as T
  }

  /** Sets or replaces casts, as `static casts` does. */
  static setCasts<T extends ModelClass>(this: T, casts: { readonly [N in AttributeName<T>]?: Cast }): void {
    const model = this as unknown as { casts?: Record<string, Cast> }
    model.casts = { ...model.casts, ...(casts as Record<string, Cast>) }
    forgetEntitySchema(this)
  }

  /**
   * Creates the table of the registered models where it is not there, and waits until it can be used. On the base class
   * for all models, on a model for the table of that one.
   */
  static async migrate(this: ModelClass, options?: MigrateOptions): Promise<Migrated> {
    return migrateModels(this === DynamoDBModel ? undefined : this, options)
  }

  /** Deletes every row of every model of the connection's table; the table and items of other writers stay. */
  static async truncateAll(): Promise<void> {
    return truncateTables()
  }

  /** `transaction` on the connection of this class: writes that take effect together or not at all. */
  static async transaction<R>(
    this: ModelClass,
    work: (tx: Transaction) => R | Promise<R>,
    options?: TransactionOptions,
  ): Promise<R> {
    return runTransaction(connectionOf(this), work, options)
  }

  /** Writes what changed; a record that was never saved is created. Returns the record. */
  async save(): Promise<this> {
    const state = stateFor(this)
    refuseStrays(this as unknown as Attributes, state)
    if (state.stored === undefined) await insertRecord(this as unknown as Attributes, state)
    else await updateRecord(this as unknown as Attributes, state)
    return this
  }

  /**
   * Fills in values and saves: one UpdateItem of what changed. `'address.city'` changes a member of a map and leaves the
   * others.
   * @throws ModelNotFoundError when the row is gone, ValidationError, ModelError; nothing was written then
   */
  async update<A>(this: this & Declares<A>, values: ChangeInput<A>): Promise<this> {
    const state = savedStateOf(this)
    const { plain, nested } = takeNested(state.binding.schema, values)
    fillRecord(state.binding, this as unknown as Attributes, plain, false)
    refuseStrays(this as unknown as Attributes, state)
    await updateRecord(this as unknown as Attributes, state, { nested })
    return this
  }

  /**
   * Changes members of a map and leaves the others, also those that somebody else writes meanwhile:
   * `merge('address', { city: 'Rome', geo: { lat: 1 } })`. Plain objects go deeper, undefined removes a member, and a map
   * that is not there is made.
   *
   * @throws as `update`
   */
  async merge<A>(this: this & Declares<A>, attribute: MapName<A>, values: Readonly<Attributes>): Promise<this> {
    const state = savedStateOf(this)
    await updateRecord(this as unknown as Attributes, state, {
      nested: mergeInto(state.binding.schema, attribute, values),
    })
    return this
  }

  /**
   * Deletes the row; a model with soft deletes marks it as deleted and keeps it. Rows of relations with `onDelete` go with
   * it, lose their key, or forbid it.
   *
   * @throws ModelError `MODEL.RESTRICTED`, `MODEL.CASCADE_INCOMPLETE`; ModelNotFoundError
   */
  async delete(): Promise<boolean> {
    const state = savedStateOf(this)
    if (!state.binding.schema.softDeletes) return this.forceDelete()
    await trashRecord(this as unknown as Attributes, state)
    return true
  }

  /** Deletes the row for good. */
  async forceDelete(): Promise<boolean> {
    const state = savedStateOf(this)
    await removeRecord(this as unknown as Attributes, state)
    return true
  }

  /** Takes back a soft delete. */
  async restore(): Promise<this> {
    const state = savedStateOf(this)
    const record = this as unknown as Attributes
    await untrashRecord(record, state)
    delete record[state.binding.schema.deletedAt]
    return this
  }

  /** True for a row that is soft-deleted. */
  trashed(): boolean {
    const state = stateOf(this)
    const name = state?.binding.schema.deletedAt ?? 'deletedAt'
    const deletedAt = (this as unknown as Attributes)[name]
    if (deletedAt !== undefined && deletedAt !== null) return true
    // A selection without it may know it all the same.
    return state?.partial === true && !Object.hasOwn(this, name) && markedAt(state) !== undefined
  }

  /**
   * Says that something of the row is new as of now: sets `updatedAt` (or another date) and saves.
   *
   * @throws ModelError `MODEL.INVALID_INPUT` for a model without that date; as `save`
   */
  async touch<A>(this: this & Declares<A>, given?: NameIn<A>): Promise<this> {
    const { schema, connection } = savedStateOf(this).binding
    const attribute = given ?? schema.updatedAt
    if (schema.attribute.get(attribute)?.type !== 'date')
      throw new ModelError('MODEL.INVALID_INPUT', `${schema.name} has no date "${attribute}" to touch.`, {
        hint: 'Set `static timestamps = true`, or name an attribute of the type date.',
        details: { model: schema.name, attribute },
      })
    ;(this as unknown as Attributes)[attribute] = new Date(connection.clock.now())
    return this.save()
  }

  /** Reads the row again, strongly consistent; unsaved changes are dropped. */
  async refresh(): Promise<this> {
    const state = stateFor(this)
    const fresh = await readAgain(state)
    if (fresh === undefined)
      throw new ModelNotFoundError(state.binding.schema.name, 'cannot be refreshed: the row is not there')
    const record = this as unknown as Attributes
    for (const name of state.binding.codec.names) {
      const value = fresh[name]
      if (value === undefined) delete record[name]
      else record[name] = value
    }
    const { relations, along, shown, concealed, created } = state
    setState(this, { ...stateFor(fresh), relations, along, shown, concealed, created: created === true })
    await state.binding.retrieved?.([this])
    return this
  }

  /** Another record of the same row, read anew; null when it is gone. */
  async fresh(): Promise<this | null> {
    const state = stateFor(this)
    const fresh = await readAgain(state)
    if (fresh === undefined) return null
    await state.binding.retrieved?.([fresh])
    return fresh as unknown as this
  }

  /**
   * An unsaved copy without what is of the one row: its key, unique values, timestamps, version and counters. `except` leaves
   * out more.
   */
  replicate(except: string | readonly string[] = []): this {
    const state = stateFor(this)
    const { binding } = state
    const left = [except].flat().map((name) => attributeNamed(binding.schema, name))
    const copy = binding.factory()
    const fresh = newState(binding)
    setState(copy, fresh)
    const counts = countersIn(binding.schema)
    for (const { name, managed, unique } of binding.schema.attributes) {
      const record = this as unknown as Attributes
      const kept = unique || (managed !== undefined && managed !== 'expiry') || counts.includes(name)
      if (record[name] === undefined || kept || name === binding.schema.primaryKey || left.includes(name)) continue
      copyValue(record, state, copy, fresh, name)
    }
    if (listens(binding, REPLICATING)) fireAtOnce(binding, copy, 'replicating')
    return copy as unknown as this
  }
}

function made(model: ModelClass, values: Attributes, force: boolean): Attributes {
  return madeRecord(bindingOf(model), values, force)
}

/** The row as it is now, as a new record; undefined where there is none. */
async function readAgain({ binding, stored }: RecordState): Promise<Attributes | undefined> {
  if (stored === undefined) return undefined
  const { Item } = await binding.readRow(storedKeyOf(binding.table, binding.design, stored))
  return Item && (binding.hydrate(Item) as Attributes)
}

function notFound(model: ModelClass, key: Key): ModelNotFoundError {
  const { schema } = bindingOf(model)
  const shown = typeof key === 'string' || typeof key === 'number' ? String(key) : undefined
  const which =
    shown === undefined || schema.secret.has(schema.primaryKey) ? 'this key' : `the ${schema.primaryKey} "${shown}"`
  return new ModelNotFoundError(schema.name, `with ${which} is not there`)
}
