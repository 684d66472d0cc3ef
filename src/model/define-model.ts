import type { QueryBuilder, ScopeMethods } from '../query/index.js'
import { type AttributeOptions, type ModelDefinition, type RelationOptions, SchemaError } from '../schema/index.js'
import { DynamoDBModel } from './dynamodb-model.js'
import { setDefiner } from './model-space.js'
import { answerScopes } from './scope-statics.js'

/** A model as one object: what a class says in statics and fields. */
export interface ModelDefinitionInput extends ModelDefinition {
  readonly scopes?: Readonly<Record<string, (query: QueryBuilder<any, any>, ...given: any[]) => QueryBuilder<any, any>>>
  readonly globalScopes?: Readonly<Record<string, (query: QueryBuilder<any, any>) => QueryBuilder<any, any>>>
  readonly attributes: Readonly<Record<string, AttributeOptions>>
  readonly relationships?: Readonly<Record<string, RelationOptions>>
}

/** The class that `defineModel` makes of a definition: names and values exact. Its local scopes are there as statics, too. */
export type DefinedModel<D extends ModelDefinitionInput> = Defined<D> & ScopeMethods<Defined<D>>
type Defined<D extends ModelDefinitionInput> = typeof DynamoDBModel &
  Pick<
    D,
    Extract<
      keyof D,
      | 'primaryKey'
      | 'timestamps'
      | 'softDeletes'
      | 'version'
      | 'versioning'
      | 'ttl'
      | 'keyPattern'
      | 'indexes'
      | 'scopes'
    >
  > &
  (new (
    ...args: any[]
  ) => DynamoDBModel & { attributes: D['attributes']; relationships: D extends { relationships: infer R } ? R : {} })

/**
 * Makes a model of one object. The same as a class, with exact types and no `as const`.
 *
 * @example
 * const User = defineModel({ name: 'User', attributes: { id: { type: 'string', required: true }, age: { type: 'number' } } })
 * const user = await User.create({ age: 36 })
 * @throws SchemaError for a definition without a name or attributes; other faults when the model is first used
 */
export function defineModel<const D extends ModelDefinitionInput>(definition: D): DefinedModel<D> {
  const { name, attributes, relationships, ...statics } = definition
  if (typeof name !== 'string' || name === '')
    throw new SchemaError('SCHEMA.NO_NAME', 'defineModel was given no name.', {
      hint: "Write defineModel({ name: 'User', … }).",
    })
  if (typeof attributes !== 'object' || attributes === null)
    throw new SchemaError('SCHEMA.INVALID_STATIC', `defineModel was given no attributes for ${name}.`, {
      hint: "Write defineModel({ name: 'User', attributes: { id: { type: 'string' } } }).",
    })
  const Model = class extends DynamoDBModel {
    attributes = attributes
    relationships = relationships ?? {}
  }
  Object.defineProperty(Model, 'name', { value: name })
  for (const scope of Object.keys(definition.scopes ?? {})) {
    if (scope in Model)
      throw new SchemaError('SCHEMA.RESERVED_NAME', `${name} cannot have a scope called "${scope}".`, {
        hint: 'Models have a member of that name.',
        details: { model: name, name: scope },
      })
  }
  answerScopes(Model, Object.keys(definition.scopes ?? {}))
  return Object.assign(Model, statics, { modelName: name }) as unknown as DefinedModel<D>
}

// Rows between two models of a belongsToMany have a model of their own.
setDefiner((definition) => defineModel(definition))
