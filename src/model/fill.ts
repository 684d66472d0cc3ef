import { suggest } from '../kernel/index.js'
import type { EntitySchema } from '../schema/index.js'
import { ModelError } from './errors.js'
import type { ModelBinding } from './model-space.js'
import type { Attributes } from './record.js'

/**
 * Puts given values on a record. Mass assignment is strict: what may not be filled is an error, never dropped in silence.
 *
 * @param force assign guarded attributes, too
 * @throws ModelError `MODEL.UNKNOWN_ATTRIBUTE` or `MODEL.NOT_FILLABLE`
 */
export function fillRecord(
  binding: ModelBinding,
  record: Attributes,
  values: Readonly<Attributes>,
  force: boolean,
): void {
  const { schema, codec } = binding
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new ModelError(
      'MODEL.INVALID_INPUT',
      `${schema.name} takes an object of attributes, not ${values === null ? 'null' : Array.isArray(values) ? 'a list' : `a ${typeof values}`}.`,
    )
  }
  for (const name of Object.keys(values)) {
    const attribute = schema.attribute.get(name)
    if (attribute === undefined) throw unknownAttribute(schema, name)
    if (!force && !attribute.fillable && attribute.managed === undefined) {
      throw new ModelError('MODEL.NOT_FILLABLE', `${schema.name}.${name} is guarded and cannot be filled in bulk.`, {
        hint: `Set it by itself (record.${name} = …), or use forceFill / forceCreate.`,
        details: { model: schema.name, attribute: name },
      })
    }
    record[name] = codec.coerce(name, values[name])
  }
}

export function unknownAttribute(schema: EntitySchema, name: string): ModelError {
  const known = [...schema.attribute.keys()]
  const meant = suggest(name, known)
  return new ModelError('MODEL.UNKNOWN_ATTRIBUTE', `${schema.name} has no attribute "${name}".`, {
    hint: meant === undefined ? `Attributes are ${known.join(', ')}.` : `Did you mean "${meant}"?`,
    details: { model: schema.name, attribute: name },
  })
}
