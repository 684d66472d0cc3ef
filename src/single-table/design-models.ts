import { type DynamoDBConfig, resolveConfig } from '../runtime/index.js'
import { type EntitySchema, entitySchemaOf, type ModelSource } from '../schema/index.js'
import { designTable } from './design-table.js'
import type { TableDesign } from './table-design.js'

/** A model class, or what was read of one. */
export type ModelLike = ModelSource | EntitySchema

/**
 * The design of the table that holds these models under this config, without a connection or a table.
 *
 * @throws ConfigError, SchemaError, DesignError
 */
export function designModels(config: DynamoDBConfig, models: readonly ModelLike[]): TableDesign {
  const { singleTableDesign, tablePrefix, defaultTableName, tableSuffix } = resolveConfig(config, { env: {} })
  const schemas = models.map((model) => ('kind' in model ? model : entitySchemaOf(model)))
  return designTable(schemas, { ...singleTableDesign, tableName: `${tablePrefix}${defaultTableName}${tableSuffix}` })
}
