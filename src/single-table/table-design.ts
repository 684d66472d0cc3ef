import type { KeyTemplate } from '../keys/index.js'
import type { EntitySchema } from '../schema/index.js'

/** One way to reach the items of a model: the table's own key, or a slot in an index. Frozen plain data. */
export interface AccessPath {
  readonly kind: 'access-path'
  /** Name of the index; undefined for the table itself. */
  readonly index: string | undefined
  /** Key attributes that hold the rendered templates, such as `gsi1pk` and `gsi1sk`. */
  readonly partitionKey: string
  readonly sortKey: string
  readonly partition: KeyTemplate
  readonly sort: KeyTemplate
  /** What it is for, in words: `primary key`, `belongs to User (userId)`, `index byStatus`. */
  readonly purpose: string
  /** True when every item found under these keys is of this model, so no filter on the type is needed. */
  readonly identifiesModel: boolean
}

/** A model's keys in its table. */
export interface EntityDesign {
  readonly kind: 'entity-design'
  readonly schema: EntitySchema
  readonly primary: AccessPath
  /** Slots in indexes, in the order of the indexes. */
  readonly secondary: readonly AccessPath[]
  /** `primary` and `secondary` together. */
  readonly paths: readonly AccessPath[]
  /** Attributes that take part in a key, each with the paths it takes part in. */
  readonly keyAttributes: ReadonlyMap<string, readonly AccessPath[]>
}

/** A secondary index as the table has it. */
export interface IndexDesign {
  readonly kind: 'index-design'
  readonly name: string
  readonly partitionKey: string
  readonly sortKey: string
  readonly projection: 'ALL'
}

/**
 * Everything the package knows of one table's keys and indexes. Table creation, every write, the planner, migrations
 * and documentation read this object; nothing else derives keys.
 */
export interface TableDesign {
  readonly kind: 'table-design'
  readonly tableName: string
  readonly partitionKey: string
  readonly sortKey: string
  /** Attribute that holds the model's name on every item. */
  readonly entityTypeAttribute: string
  readonly delimiter: string
  readonly indexes: readonly IndexDesign[]
  readonly entities: ReadonlyMap<string, EntityDesign>
}
