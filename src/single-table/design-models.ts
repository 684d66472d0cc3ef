import { type DynamoDBConfig, type ResolvedConfig, resolveConfig } from '../runtime/index.js'
import {
  type EntitySchema,
  entitySchemaOf,
  type ModelSource,
  pivotDefinitions,
  readDefinition,
} from '../schema/index.js'
import { kindOf } from '../values/index.js'
import type { DesignOptions } from './design-options.js'
import { designTables } from './design-table.js'
import { DesignError } from './errors.js'
import type { SchemaLock } from './schema-lock.js'
import { loadSchemaLock } from './schema-lock-file.js'
import type { TableDesign } from './table-design.js'

/** A model class, or what was read of one. */
export type ModelLike = ModelSource | EntitySchema

/**
 * The design of the tables that hold these models under this config, without a connection or a table.
 *
 * @throws ConfigError, SchemaError, DesignError
 */
export function designModels(config: DynamoDBConfig, models: readonly ModelLike[]): readonly TableDesign[] {
  if (!Array.isArray(models))
    throw new DesignError('DESIGN.INVALID_PATTERN', `A list of models is needed, not ${kindOf(models)}.`, {
      hint: 'Write [User, Post].',
    })
  const schemas = (models as readonly ModelLike[]).map(schemaOf)
  const options = designOptions(resolveConfig(config, { env: {} }))
  const pivots = pivotDefinitions(schemas, options.keyDelimiter).map((pivot) => readDefinition(pivot, new Set()))
  return designTables([...schemas, ...pivots], options)
}

function schemaOf(model: ModelLike): EntitySchema {
  if (typeof model === 'function') return entitySchemaOf(model)
  const known = typeof model === 'object' && model !== null && model.kind === 'entity'
  if (known) return model
  throw new DesignError('DESIGN.INVALID_PATTERN', `A model is needed, not ${kindOf(model)}.`, {
    hint: 'Write [User, Post]: classes, or what defineModel made.',
  })
}

/** What a config says of tables, keys and indexes. */
export function designOptions(
  config: ResolvedConfig,
  lock: SchemaLock = loadSchemaLock(config.schema).lock,
): DesignOptions {
  const { singleTableDesign, tablePrefix, tableSuffix, defaultTableName, queryBuilder } = config
  return {
    ...singleTableDesign,
    tableName: defaultTableName,
    tablePrefix,
    tableSuffix,
    timestampFormat: queryBuilder.timestampFormat,
    lock,
  }
}
