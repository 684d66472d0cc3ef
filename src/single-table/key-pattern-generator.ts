import { type DynamoDBConfig, resolveConfig } from '../runtime/index.js'
import { type EntitySchema, entitySchemaOf, type ModelSource } from '../schema/index.js'
import { designTable } from './design-table.js'
import type { EntityDesign, TableDesign } from './table-design.js'

/** A model's key templates by key attribute: `{ pk: 'POST#{id}', sk: 'POST#{id}', gsi1pk: 'USER#{userId}', … }`. */
export type KeyPatterns = Readonly<Record<string, string>>

/**
 * Shows the keys that models get, without a table or a connection.
 *
 * @example
 * new KeyPatternGenerator(config).generate([User, Post])
 * // { User: { pk: 'USER#{id}', sk: 'USER#{id}' }, Post: { pk: 'POST#{id}', …, gsi1pk: 'USER#{userId}', gsi1sk: 'POST#{id}' } }
 */
export class KeyPatternGenerator {
  readonly #config: DynamoDBConfig

  constructor(config: DynamoDBConfig = {}) {
    this.#config = config
  }

  /** @throws SchemaError, DesignError when the models do not fit one table */
  generate(models: readonly (ModelSource | EntitySchema)[]): Readonly<Record<string, KeyPatterns>> {
    const design = this.design(models)
    return Object.fromEntries([...design.entities].map(([name, entity]) => [name, keyPatterns(entity)]))
  }

  /** The whole design of the table that holds these models. */
  design(models: readonly (ModelSource | EntitySchema)[]): TableDesign {
    const { singleTableDesign, tablePrefix, defaultTableName, tableSuffix } = resolveConfig(this.#config, { env: {} })
    const schemas = models.map((model) => ('kind' in model ? model : entitySchemaOf(model)))
    return designTable(schemas, { ...singleTableDesign, tableName: `${tablePrefix}${defaultTableName}${tableSuffix}` })
  }
}

/** The key templates of one model in a design. */
export function keyPatterns(entity: EntityDesign): KeyPatterns {
  return Object.fromEntries(
    entity.paths.flatMap((path) => [
      [path.partitionKey, path.partition.text],
      [path.sortKey, path.sort.text],
    ]),
  )
}
