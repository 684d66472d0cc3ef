import type { Connection } from '../runtime/index.js'
import type { EntitySchema, ItemCodec } from '../schema/index.js'
import type { EntityDesign, TableDesign } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { EagerLoad } from './eager-load.js'

/** A model as one connection has it: its schema, its keys in the table's design, and its codec. */
export interface EntityBinding {
  readonly connection: Connection
  readonly schema: EntitySchema
  readonly design: EntityDesign
  readonly table: TableDesign
  readonly codec: ItemCodec
  /** Attributes of which no two rows may have the same value. */
  readonly uniqueAttributes: readonly string[]
  /** Makes a record of an item; with `select`, of these attributes only. */
  hydrate(item: AttributeMap, select?: readonly string[]): object
  /** Reads relations of records and puts them on the records. */
  load(records: readonly object[], relations: readonly EagerLoad[]): Promise<void>
}
