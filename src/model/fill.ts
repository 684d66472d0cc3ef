import type { AttributeSchema, EntitySchema } from '../schema/index.js'
import { kindOf } from '../values/index.js'
import { unknownAttribute } from './attribute-names.js'
import { ModelError } from './errors.js'
import type { ModelBinding } from './model-space.js'
import type { Attributes } from './record.js'
import { stateOf } from './record-state.js'
import { setValue } from './setters.js'

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
  checkValues(schema, values)
  for (const name of Object.keys(values)) {
    const attribute = schema.attribute.get(name)
    if (attribute === undefined) throw unknownAttribute(schema, name)
    refuseOperator(schema, attribute, values[name])
    const kept = attribute.managed !== undefined && attribute.managed !== 'expiry'
    if (!force && !attribute.fillable && !kept) {
      throw new ModelError('MODEL.NOT_FILLABLE', `${schema.name}.${name} is guarded and cannot be filled in bulk.`, {
        hint: `Set it by itself (record.${name} = …), or use forceFill / forceCreate.`,
        details: { model: schema.name, attribute: name },
      })
    }
    setValue(record, stateOf(record), name, codec.coerce(name, values[name]))
  }
}

/** @throws ModelError `MODEL.INVALID_INPUT` for what is no object of attributes */
export function checkValues(schema: EntitySchema, values: unknown): void {
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return
  throw new ModelError('MODEL.INVALID_INPUT', `${schema.name} takes an object of attributes, not ${kindOf(values)}.`, {
    hint: 'Write { name: value }.',
  })
}

/** Types whose values may have members of any name. */
const OPEN: readonly string[] = ['map', 'json', 'any']

/** `{ $inc: 1 }` means something elsewhere. @throws ModelError `MODEL.INVALID_INPUT` naming what there is for it */
function refuseOperator(schema: EntitySchema, { name, type, cast }: AttributeSchema, value: unknown): void {
  if (typeof value !== 'object' || value === null || OPEN.includes(type) || typeof cast === 'object') return
  const operator = Object.keys(value).find((key) => key.startsWith('$'))
  if (operator === undefined) return
  throw new ModelError('MODEL.INVALID_INPUT', `${schema.name}.${name} was given the operator ${operator}.`, {
    hint: `Values are set. Write increment('${name}', 1), append, add or remove for what DynamoDB reckons itself.`,
    details: { model: schema.name, attribute: name },
  })
}
