import {
  type EagerLoad,
  type EntityBinding,
  explainMissing,
  type Plan,
  QueryBuilder,
  type RelatedRows,
  type RelationAggregate,
  type Unready,
  withScopes,
} from '../query/index.js'
import { Connection, type RequestContext, TenantConnection, tenantRow } from '../runtime/index.js'
import { type EntitySchema, entitySchemaOf, ItemCodec, lookupOf, ModelValidator } from '../schema/index.js'
import { type EntityDesign, type TableDesign, tableKeyOf, uniqueAttributesOf } from '../single-table/index.js'
import type { AttributeMap, AttributeValue } from '../values/index.js'
import { nearestClass } from './bound-class.js'
import { blindIndexKey } from './encrypted-rows.js'
import { RETRIEVED } from './events.js'
import { fireRetrieved, listens } from './fire.js'
import { type GlobalScopes, globalScopesOf, scopeChanges } from './global-scopes.js'
import { type HookTable, hookChanges, hookTable } from './hooks.js'
import { rowOf } from './misfits.js'
import type { ModelClass, ModelSpace } from './model-space.js'
import { type Attributes, hydrateRecord, type RecordFactory, recordFactory } from './record.js'
import { type CounterCache, countersOf } from './relations/counter-caches.js'
import { aggregateRelated, countRelated } from './relations/counts.js'
import { loadRelations } from './relations/index.js'
import { readCollection } from './relations/item-collection.js'
import { noteSiblings } from './relations/siblings.js'
import { answerScopes } from './scope-statics.js'
import { isOfTenants } from './shared-models.js'

let answer: ((model: ModelClass, schema: EntitySchema) => void) | undefined

/** Says how records get members for the relations of their model. */
export function setRelationAnswers(answers: typeof answer): void {
  answer = answers
}

/** A model on one connection, with all that is made once for it. */
export class ModelBinding implements EntityBinding {
  readonly space: ModelSpace
  readonly model: ModelClass
  readonly schema: EntitySchema
  readonly codec: ItemCodec
  readonly validator: ModelValidator
  readonly factory: RecordFactory
  /** Attributes of which no two rows may have the same value. */
  readonly uniqueAttributes: readonly string[]
  /** Set by the first write: from then on the keys of the model must not change in this program. */
  get written(): boolean {
    return this.space.written.has(this.schema.name)
  }

  set written(value: true) {
    if (value) this.space.written.add(this.schema.name)
  }

  #table: TableDesign | undefined
  #design: EntityDesign | undefined
  #partitionKeyName: Readonly<Record<string, string>> | undefined
  #counters: readonly CounterCache[] | undefined
  #hookTable: HookTable | undefined
  #hookChanges = -1
  #globalScopes: GlobalScopes | undefined
  #scopeChanges = -1

  constructor(space: ModelSpace, model: ModelClass) {
    this.space = space
    this.model = model
    this.schema = entitySchemaOf(model)
    const { connection } = space
    this.codec = new ItemCodec(
      this.schema,
      connection.config.queryBuilder.timestampFormat,
      blindIndexKey(this.schema, connection),
    )
    this.validator = new ModelValidator(this.schema, lookupOf(this))
    this.factory = recordFactory(model)
    this.typeValue = Object.freeze({ S: this.schema.entityType })
    const tenant = connection instanceof TenantConnection ? connection.tenant : null
    this.context = Object.freeze({
      model: this.schema.name,
      ...(isOfTenants(this.schema, connection) ? { tenant } : {}),
    })
    this.uniqueAttributes = uniqueAttributesOf(this.schema)
    answer?.(model, this.schema)
    answerScopes(model, this.schema.scopes.keys())
    this.#readHooks()
    this.#readScopes()
    withScopes(QueryBuilder, this.schema)
  }

  get connection(): Connection {
    return this.space.connection
  }

  /** Who is told of the model's rows; undefined for nobody. */
  get hookTable(): HookTable | undefined {
    if (this.#hookChanges !== hookChanges()) this.#readHooks()
    return this.#hookTable
  }

  /** Conditions that every query has unless it does without them. */
  get globalScopes(): GlobalScopes | undefined {
    if (this.#scopeChanges !== scopeChanges()) this.#readScopes()
    return this.#globalScopes
  }

  #readScopes(): void {
    this.#scopeChanges = scopeChanges()
    this.#globalScopes = globalScopesOf(this.#nearest, this)
  }

  /** What is said of the class holds on every connection, what is said of `Model.on(connection)` on that one. */
  get #nearest(): ModelClass {
    const { connection } = this
    return nearestClass(this.model, connection instanceof TenantConnection ? connection.base : connection)
  }

  #readHooks(): void {
    this.#hookChanges = hookChanges()
    const table = hookTable(this.#nearest)
    this.#hookTable = table.hooks.size === 0 ? undefined : table
  }

  /** The type attribute's value on every item of the model. */
  readonly typeValue: AttributeValue
  /** What requests of this model say of themselves to interceptors. */
  readonly context: RequestContext
  /** Names for conditions on the row's existence: `#pk`. */
  get partitionKeyName(): Readonly<Record<string, string>> {
    this.#partitionKeyName ??= Object.freeze({ '#pk': this.table.key.names[0] as string })
    return this.#partitionKeyName
  }

  get table(): TableDesign {
    this.#table ??= this.space.tableOf(this.schema.name)
    return this.#table
  }

  /** True where something is written together with each row: guards, counters, entries of the audit. */
  get isLinked(): boolean {
    return this.uniqueAttributes.length > 0 || this.counters.length > 0 || this.schema.audit
  }

  /** The counters that rows of this model are counted in. */
  get counters(): readonly CounterCache[] {
    this.#counters ??= countersOf(this)
    return this.#counters
  }

  get design(): EntityDesign {
    this.#design ??= this.table.entities.get(this.schema.name) as EntityDesign
    return this.#design
  }

  /** The models of the space changed: the design is asked for again. */
  redesign(): void {
    this.#table = undefined
    this.#design = undefined
    this.#partitionKeyName = undefined
    this.#counters = undefined
  }

  /** The whole row of a key, strongly consistent. */
  async readRow(keyed: AttributeMap): Promise<{ readonly Item?: AttributeMap }> {
    const { tableName } = this.table
    try {
      return await this.connection.send(
        'GetItem',
        { TableName: tableName, Key: tableKeyOf(this.table, keyed), ConsistentRead: true },
        undefined,
        this.context,
      )
    } catch (error) {
      return explainMissing(error, this)
    }
  }

  get unready(): Unready | undefined {
    return this.space.readiness.of(this.schema.name)
  }

  settle(): Promise<void> | undefined {
    return this.space.readiness.settle(this.schema.name)
  }

  /** True for rows of all tenants, whose keys only the tenants know. */
  get keyless(): boolean {
    return this.#isOfAll && this.connection.config.tenancy?.strategy === 'prefix'
  }

  /** True for a binding to the rows of all tenants. */
  get #isOfAll(): boolean {
    return this.context.tenant === null
  }

  hydrate(item: AttributeMap, select?: readonly string[]): object {
    if (!this.#isOfAll) return hydrateRecord(this, item, select)
    const own = this.#ofTenant(item)
    return hydrateRecord(own.binding, own.item, select)
  }

  rowOf(item: AttributeMap, select?: readonly string[]): object | undefined {
    if (!this.#isOfAll) return rowOf(this, item, select)
    const own = this.#ofTenant(item)
    return rowOf(own.binding, own.item, select)
  }

  /** A row of some tenant, for that tenant: its record can be saved. */
  #ofTenant(stored: AttributeMap): { readonly binding: ModelBinding; readonly item: AttributeMap } {
    const { tenant, item } = tenantRow(this.connection, stored)
    return { binding: tenant === undefined ? this : this.space.ofTenant(this.model, tenant), item }
  }

  countRelated(records: readonly object[], asked: RelatedRows, atMost?: number): Promise<readonly number[]> {
    return countRelated(this, records as readonly Attributes[], asked, atMost)
  }

  aggregateRelated(records: readonly object[], aggregate: RelationAggregate): Promise<void> {
    return aggregateRelated(this, records as readonly Attributes[], aggregate)
  }

  get retrieved(): ((records: readonly object[]) => Promise<void>) | undefined {
    return this.hookTable !== undefined && listens(this, RETRIEVED)
      ? (records) => fireRetrieved(this, records)
      : undefined
  }

  readCollection(
    plan: Plan,
    relations: readonly EagerLoad[],
    isWanted: (item: AttributeMap) => boolean,
  ): Promise<readonly object[] | undefined> {
    return readCollection(this, plan, relations, isWanted)
  }

  noteSiblings(records: readonly object[]): void {
    noteSiblings(this, records)
  }

  load(records: readonly object[], relations: readonly EagerLoad[]): Promise<void> {
    return loadRelations(this, records, relations)
  }
}
