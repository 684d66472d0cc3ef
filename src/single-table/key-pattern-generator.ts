import { type DynamoDBToolingError, isDynamoDBToolingError } from '../kernel/index.js'
import type { DynamoDBConfig } from '../runtime/index.js'
import { designModels, type ModelLike } from './design-models.js'
import { partText } from './path-key.js'
import type { EntityDesign } from './table-design.js'

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
  generate(models: readonly ModelLike[]): Readonly<Record<string, KeyPatterns>> {
    const entities = designModels(this.#config, models).flatMap((table) => [...table.entities])
    return Object.fromEntries(entities.map(([name, entity]) => [name, keyPatterns(entity)]))
  }
}

/**
 * Says whether models can share one table: the faults that `generate` would throw, as data.
 *
 * @example
 * const { valid, errors } = validateKeyPatterns([User, Post], config)
 */
export function validateKeyPatterns(
  models: readonly ModelLike[],
  config: DynamoDBConfig = {},
): { readonly valid: boolean; readonly errors: readonly DynamoDBToolingError[] } {
  try {
    designModels(config, models)
    return { valid: true, errors: [] }
  } catch (error) {
    if (!isDynamoDBToolingError(error)) throw error
    return { valid: false, errors: [error] }
  }
}

/** The key templates of one model in a design. */
function keyPatterns(entity: EntityDesign): KeyPatterns {
  return Object.fromEntries(
    entity.paths.flatMap(({ partition, sort }) =>
      [...partition.parts, ...sort.parts].map((part) => [part.name, partText(part)]),
    ),
  )
}
