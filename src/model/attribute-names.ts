import { suggest } from '../kernel/index.js'
import type { EntitySchema } from '../schema/index.js'
import { ModelError } from './errors.js'
import type { Attributes } from './record.js'
import type { RecordState } from './record-state.js'

/** The name, if it is one of an attribute. @throws ModelError `MODEL.UNKNOWN_ATTRIBUTE` */
export function attributeNamed(schema: EntitySchema, name: string): string {
  if (schema.attribute.has(name)) return name
  throw unknownAttribute(schema, name)
}

/** What `new` puts on a record. */
const FIELDS: ReadonlySet<string> = new Set(['attributes', 'relationships', 'scopes'])

/**
 * A property that is nearly an attribute was meant to be one, and would not be written; neither would a record that was
 * assigned to a relation.
 * @throws ModelError `MODEL.UNKNOWN_ATTRIBUTE`, `MODEL.INVALID_INPUT`
 */
export function refuseStrays(record: Attributes, { binding: { schema }, relations, along }: RecordState): void {
  for (const name of Object.keys(record)) {
    if (schema.relations.has(name) && along?.get(name) !== record[name]) throw assigned(schema, name)
    if (schema.attribute.has(name) || schema.relations.has(name) || relations.includes(name) || FIELDS.has(name))
      continue
    if (suggest(name, schema.attribute.keys()) !== undefined) throw unknownAttribute(schema, name)
  }
}

function assigned(schema: EntitySchema, name: string): ModelError {
  const owner = ['belongsTo', 'morphTo'].includes(schema.relations.get(name)?.type ?? '')
  return new ModelError('MODEL.INVALID_INPUT', `${schema.name}.${name} is a relation, and was assigned to.`, {
    hint: owner
      ? `Write record.related('${name}').associate(owner) and save(), or setRelation('${name}', owner) to show it only.`
      : `Write record.related('${name}').save(row), or setRelation('${name}', …) to show it only.`,
    details: { model: schema.name, relation: name },
  })
}

export function unknownAttribute(schema: EntitySchema, given: string): ModelError {
  // Programs without types ask for anything.
  const name = String(given)
  const known = [...schema.attribute.keys()]
  const meant = suggest(name, known)
  const relation = schema.relations.get(name)
  return new ModelError('MODEL.UNKNOWN_ATTRIBUTE', `${schema.name} has no attribute "${name}".`, {
    hint:
      relation !== undefined
        ? `It is a relation: ${['belongsTo', 'morphTo'].includes(relation.type) ? `give ${relation.foreignKey}, or write record.related('${name}').associate(owner) and save()` : `write record.related('${name}').save(row)`}.`
        : name.startsWith('$')
          ? "Values are set. Write increment('views', 1), append, add or remove for what DynamoDB reckons itself."
          : meant === undefined
            ? `Attributes are ${known.join(', ')}.`
            : `Did you mean "${meant}"?`,
    details: { model: schema.name, attribute: name },
  })
}

/** Names of what `toJSON` may show: attributes, relations, and what else was put on the record. */
export function shownNames(
  record: object,
  { binding: { schema } }: RecordState,
  names: readonly string[],
): readonly string[] {
  return names.map((name) =>
    schema.relations.has(name) || schema.appends.has(name) || Object.hasOwn(record, name)
      ? name
      : attributeNamed(schema, name),
  )
}
