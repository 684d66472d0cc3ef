import type { EntitySchema } from '../schema/index.js'
import type { AttributeValue } from '../values/index.js'
import type { KeyAttribute, KeyShape, PathKey } from './path-key.js'
import type { Recognition } from './recognition.js'

/** One way to reach the items of a model: the table's own key, or a slot in an index. Frozen plain data. */
export interface AccessPath {
  readonly kind: 'access-path'
  /** Name of the index; undefined for the table itself. */
  readonly index: string | undefined
  /** What it is called where slots are recorded: `index byStatus`, `parent User.userId`. */
  readonly access: string
  /** The name it was declared under, for `index(name)`: `byStatus`. */
  readonly name: string | undefined
  /** True for a local secondary index: the table's partitions, in another order. */
  readonly local: boolean
  /** What a row has as partition key and as sort key there. */
  readonly partition: PathKey
  readonly sort: PathKey
  /** Key attributes that are written for this path alone, such as `gsi1pk`: neither the table's key nor the model's own. */
  readonly synthetic: readonly string[]
  /** A row is in the index only while its attributes have these values (a sparse index). */
  readonly when: readonly SparseCondition[]
  /** The index partition is spread over this many, `…#0` to `…#n-1`; 1 when it is not. */
  readonly shards: number
  /** What the shard of a row is reckoned from: its own partition key. */
  readonly shardBy: PathKey
  /** Attributes that the index holds besides the keys. */
  readonly projection: Projected
  /** Every attribute that the keys of this path depend on. */
  readonly attributes: readonly string[]
  /** Attributes whose value a key does not tell: of plain `a#b#c` nobody knows where the first of two values ends. */
  readonly ambiguous: readonly string[]
  /** What it is for, in words: `primary key`, `belongs to User (userId)`, `index byStatus`. */
  readonly purpose: string
  /** True when every item found under these keys is of this model, so that nothing else need be asked of it. */
  readonly identifiesModel: boolean
}

/** A value that an attribute must have for a row to be in a sparse index. */
export interface SparseCondition {
  readonly attribute: string
  readonly value: AttributeValue
}

/** Everything, only the keys of table and index, or these attributes as well. DynamoDB: "Projection". */
export type Projected = 'ALL' | 'KEYS_ONLY' | readonly string[]

/** A model's keys in its table. */
export interface EntityDesign {
  readonly kind: 'entity-design'
  readonly schema: EntitySchema
  /** The attribute by which rows of the model expire, all or only deleted ones; undefined where none do. */
  readonly expiry: string | undefined
  /** How an item of the table is known to be a row of the model. */
  readonly recognition: Recognition
  readonly primary: AccessPath
  /** Slots in indexes, in the order of the indexes. */
  readonly secondary: readonly AccessPath[]
  /** `primary` and `secondary` together. */
  readonly paths: readonly AccessPath[]
  /** Attributes that take part in a synthetic key, each with the paths it takes part in. */
  readonly keyAttributes: ReadonlyMap<string, readonly AccessPath[]>
  /** Attributes of the model that are key attributes of an index themselves: DynamoDB takes no null or empty value there. */
  readonly nativeKeys: ReadonlyMap<string, NativeKey>
}

/** An attribute that is itself a key of an index. */
export interface NativeKey extends KeyAttribute {
  readonly index: string
  readonly side: 'partition' | 'sort'
}

/** A secondary index as the table has it. */
export interface IndexDesign {
  readonly kind: 'index-design'
  readonly name: string
  readonly local: boolean
  readonly key: KeyShape
  readonly projection: Projected
}

/** Where the package keeps its own notes: unique guards, the cursors' secret, the keys rows were written with. */
export interface LedgerDesign {
  readonly tableName: string
  readonly partitionKey: string
  readonly sortKey: string
  readonly entityTypeAttribute: string
  readonly delimiter: string
  /** The attribute by which guards of rows that expire go with them. */
  readonly expiry: string | undefined
}

/**
 * Everything the package knows of one table's keys and indexes. Table creation, every write, the planner, migrations
 * and documentation read this object; nothing else derives keys.
 */
export interface TableDesign {
  readonly kind: 'table-design'
  readonly tableName: string
  readonly key: KeyShape
  /** Attribute that says which model an item is of. */
  readonly entityTypeAttribute: string
  readonly delimiter: string
  /** The attribute by which DynamoDB removes items. "Time to Live", in epoch seconds. */
  readonly expiry: string | undefined
  readonly indexes: readonly IndexDesign[]
  readonly entities: ReadonlyMap<string, EntityDesign>
  /** True for a table that holds the rows of one model and nothing else. */
  readonly dedicated: boolean
  /** The table itself where models share one; a table of its own where every model has one. */
  readonly ledger: LedgerDesign
}
