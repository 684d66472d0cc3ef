import type { Connection, RequestContext } from '../runtime/index.js'
import type { EntitySchema, ItemCodec } from '../schema/index.js'
import type { AccessPath, EntityDesign, TableDesign } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { Constrain, EagerLoad } from './eager-load.js'
import type { Plan } from './plan.js'
import type { RelationAggregate } from './relation-test.js'
import type { Where } from './where.js'

/** Related rows that are asked for. */
export interface RelatedRows {
  readonly relation: string
  readonly constrain: Constrain | undefined
}

/** What of a model's keys not all rows have yet. */
export interface Unready {
  /** Ways into indexes. */
  readonly paths: ReadonlySet<AccessPath>
  /** Attributes whose guards are not all there. */
  readonly unique: ReadonlySet<string>
}

/** A model as one connection has it: its schema, its keys in the table's design, and its codec. */
export interface EntityBinding {
  readonly connection: Connection
  readonly schema: EntitySchema
  /** What requests say of themselves to interceptors. */
  readonly context: RequestContext
  readonly design: EntityDesign
  readonly table: TableDesign
  readonly codec: ItemCodec
  /** Attributes of which no two rows may have the same value. */
  readonly uniqueAttributes: readonly string[]
  /** True where no key of rows is known: queries read the table. */
  readonly keyless?: boolean
  /** What is known not to be ready; undefined for nothing. */
  readonly unready?: Unready | undefined
  /** Learns what is ready, where that is not known; undefined where everything is. */
  settle?(): Promise<void> | undefined
  /** Conditions that every query of the model has unless it does without them, by name; undefined for none. */
  readonly globalScopes?: ReadonlyMap<string, () => Where> | undefined
  /** Makes a record of an item; with `select`, of these attributes only. */
  hydrate(item: AttributeMap, select?: readonly string[]): object
  /** The same for one of many items: undefined for one that does not fit the model, which is reported. */
  rowOf(item: AttributeMap, select?: readonly string[]): object | undefined
  /** False for an item that is no row, where rows are counted while they are read. */
  readonly fits?: (item: AttributeMap) => boolean
  /** How many related rows each record has, counted up to `atMost`. */
  countRelated(records: readonly object[], asked: RelatedRows, atMost?: number): Promise<readonly number[]>
  /** Puts a number of related rows on each record. */
  aggregateRelated(records: readonly object[], aggregate: RelationAggregate): Promise<void>
  /** A row and its relations by one Query, where they share a partition; undefined where they do not. */
  readCollection(
    plan: Plan,
    relations: readonly EagerLoad[],
    isWanted: (item: AttributeMap) => boolean,
  ): Promise<readonly object[] | undefined>
  /** Notes that records were read together. */
  noteSiblings(records: readonly object[]): void
  /** Tells hooks of rows that were read; undefined where there are none. */
  readonly retrieved?: ((records: readonly object[]) => Promise<void>) | undefined
  /** Reads relations of records and puts them on the records. */
  load(records: readonly object[], relations: readonly EagerLoad[]): Promise<void>
}
