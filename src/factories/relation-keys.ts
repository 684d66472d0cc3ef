import { suggest } from '../kernel/index.js'
import type { ModelBinding } from '../model/index.js'
import type { RelationSchema } from '../schema/index.js'
import { FactoryError } from './errors.js'

/** The `belongsTo` whose key an attribute is. */
export function relationBetween({ schema }: ModelBinding, attribute: string): RelationSchema | undefined {
  return [...schema.relations.values()].find(({ type, foreignKey }) => type === 'belongsTo' && foreignKey === attribute)
}

/**
 * The relation by which rows belong to a row of another model.
 *
 * @throws FactoryError `FACTORY.UNKNOWN_RELATION` where there is none, or more than one
 */
export function parentRelation(binding: ModelBinding, parent: ModelBinding, name: string | undefined): RelationSchema {
  const { schema, space } = binding
  if (name !== undefined) {
    const relation = named(binding, name)
    if (relation.type === 'belongsTo' || relation.type === 'morphTo') return relation
    throw unknown(binding, `${schema.name}.${name} is no belongsTo: say has('${name}').`)
  }
  const all = [...schema.relations.values()]
  const to = all.filter(
    (each) => each.type === 'belongsTo' && space.related(schema, each).schema.name === parent.schema.name,
  )
  const found = to.length > 0 ? to : all.filter(({ type }) => type === 'morphTo')
  if (found.length === 1) return found[0] as RelationSchema
  const which = found.map((each) => each.name).join(', ')
  throw unknown(
    binding,
    found.length === 0
      ? `${schema.name} has no relation that belongs to ${parent.schema.name}.`
      : `${schema.name} belongs to ${parent.schema.name} by ${which}: say which.`,
  )
}

/**
 * The relation whose rows `has` writes: by its name, or by the model of the factory.
 *
 * @throws FactoryError `FACTORY.UNKNOWN_RELATION`
 */
export function childRelation(
  binding: ModelBinding,
  name: string | undefined,
  model: string | undefined,
): RelationSchema {
  const { schema, space } = binding
  const all = [...schema.relations.values()].filter(({ type }) => type !== 'belongsTo' && type !== 'morphTo')
  const found =
    name === undefined
      ? all.filter((each) => !each.type.endsWith('Through') && space.related(schema, each).schema.name === model)
      : [named(binding, name)]
  const [relation] = found
  if (relation === undefined)
    throw unknown(binding, `${schema.name} has no relation to rows of ${model ?? 'no model'}.`)
  if (found.length > 1)
    throw unknown(binding, `${schema.name} has ${found.map((each) => each.name).join(', ')} of ${model}: say which.`)
  if (relation.type === 'belongsTo' || relation.type === 'morphTo')
    throw unknown(binding, `${schema.name}.${relation.name} is what rows belong to: say for(record) or for(factory).`)
  if (relation.type.endsWith('Through'))
    throw unknown(
      binding,
      `${schema.name}.${relation.name} leads over another model: say has(Factory.for(…).has(…)) of the one in between.`,
    )
  return relation
}

function named(binding: ModelBinding, name: string): RelationSchema {
  const relation = binding.schema.relations.get(name)
  if (relation !== undefined) return relation
  const meant = suggest(name, [...binding.schema.relations.keys()])
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
  throw unknown(binding, `${binding.schema.name} has no relation "${name}".${hint}`)
}

function unknown({ schema }: ModelBinding, message: string): FactoryError {
  return new FactoryError('FACTORY.UNKNOWN_RELATION', message, { details: { model: schema.name } })
}
