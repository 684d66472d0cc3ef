import type { EntitySchema, RelationSchema } from './entity-schema.js'
import { camelCase } from './names.js'

/** The name a relation points to, whether it names the model or gives its class through a function. */
export function relatedName(relation: Pick<RelationSchema, 'model'>, all: readonly EntitySchema[]): string {
  if (typeof relation.model === 'string') return relation.model
  const model = relation.model?.() as { name?: string; modelName?: string } | undefined
  const name = model?.modelName ?? model?.name
  return all.find((entity) => entity.name === name)?.name ?? String(name)
}

/** The attribute of the far model of a `hasManyThrough` that holds the key of the model in between. */
export function throughKeyOf(relation: RelationSchema, through: string): string {
  return relation.throughKey ?? `${camelCase(through)}Id`
}
