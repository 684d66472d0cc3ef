import type { DynamoDBConfig } from '../runtime/index.js'
import { designModels, type ModelLike } from './design-models.js'
import type { KeyShape } from './path-key.js'
import type { AccessPath, EntityDesign, Projected, TableDesign } from './table-design.js'

/** What one model keeps in an index. */
export interface IndexEntry {
  readonly model: string
  /** Key templates: `USER#{userId}` and `POST#{id}`. */
  readonly partition: string
  readonly sort: string
  /** What it is for: `belongs to User (userId)`. */
  readonly purpose: string
  readonly shards: number
}

/** A secondary index of the table, and what the models keep in it. */
export interface DerivedIndex {
  readonly table: string
  readonly name: string
  /** Its key attribute; the first of several, where the table uses multi-attribute keys. */
  readonly partitionKey: string
  readonly sortKey: string
  /** All its key attributes with their types. */
  readonly key: KeyShape
  readonly projection: Projected
  readonly entries: readonly IndexEntry[]
}

/** A place in an index that only some rows of the model have. */
export interface DerivedSparseIndex {
  readonly model: string
  /** The index of the table, and the name it was declared under. */
  readonly index: string
  readonly name: string | undefined
  /** Values a row must have to be in it. */
  readonly when: Readonly<Record<string, unknown>>
  /** Attributes a row must have to be in it, which not every row has. */
  readonly needs: readonly string[]
}

/**
 * Shows the global secondary indexes that models need, shared by all of them.
 *
 * @example
 * new GSIDeriver(config).derive([User, Post])
 * // [{ name: 'GSI1', partitionKey: 'gsi1pk', …, entries: [{ model: 'Post', partition: 'USER#{userId}', sort: 'POST#{id}', … }] }]
 */
export class GSIDeriver {
  readonly #config: DynamoDBConfig

  constructor(config: DynamoDBConfig = {}) {
    this.#config = config
  }

  /** @throws DesignError `DESIGN.TOO_MANY_INDEXES` when they do not fit `gsiCount` */
  derive(models: readonly ModelLike[]): readonly DerivedIndex[] {
    return derived(designModels(this.#config, models), false)
  }
}

/** Shows the local secondary indexes that models declare: other orders inside the partitions of the table. */
export class LSIDeriver {
  readonly #config: DynamoDBConfig

  constructor(config: DynamoDBConfig = {}) {
    this.#config = config
  }

  /** @throws DesignError for more than five, or one whose partitions hold a single row */
  derive(models: readonly ModelLike[]): readonly DerivedIndex[] {
    return derived(designModels(this.#config, models), true)
  }
}

/** Shows which places in indexes are sparse: rows are there only while a condition holds or an attribute is set. */
export class SparseIndexDeriver {
  readonly #config: DynamoDBConfig

  constructor(config: DynamoDBConfig = {}) {
    this.#config = config
  }

  derive(models: readonly ModelLike[]): readonly DerivedSparseIndex[] {
    return designModels(this.#config, models)
      .flatMap(({ entities }) => [...entities.values()])
      .flatMap((entity) => entity.secondary.flatMap((path) => sparse(entity, path)))
  }
}

function derived(designs: readonly TableDesign[], local: boolean): readonly DerivedIndex[] {
  return designs.flatMap((design) => indexesOf(design, local))
}

function indexesOf(design: TableDesign, local: boolean): readonly DerivedIndex[] {
  const entities = [...design.entities.values()]
  return design.indexes
    .filter((index) => index.local === local)
    .map(({ name, key, projection }) => ({
      table: design.tableName,
      name,
      partitionKey: key.partition[0]?.name ?? '',
      sortKey: key.sort[0]?.name ?? '',
      key,
      projection,
      entries: entities.flatMap(({ schema, secondary }) =>
        secondary
          .filter((path) => path.index === name)
          .map(({ partition, sort, purpose, shards }) => ({
            model: schema.name,
            partition: partition.text,
            sort: sort.text,
            purpose,
            shards,
          })),
      ),
    }))
}

function sparse({ schema }: EntityDesign, path: AccessPath): DerivedSparseIndex[] {
  const needs = [...new Set([...path.partition.attributes, ...path.sort.attributes])].filter((name) => {
    const attribute = schema.attribute.get(name)
    return name !== schema.primaryKey && attribute?.required !== true && attribute?.managed === undefined
  })
  if (path.when.length === 0 && needs.length === 0) return []
  const when = Object.fromEntries(
    path.when.map(({ attribute }) => [attribute, schema.indexes[path.name ?? '']?.when?.[attribute]]),
  )
  return [{ model: schema.name, index: path.index ?? '', name: path.name, when, needs }]
}
