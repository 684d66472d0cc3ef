import type { EntitySchema, RelationSchema } from '../../schema/index.js'
import { kindOf } from '../../values/index.js'
import { ModelError } from '../errors.js'
import { stateOf } from '../record-state.js'

const ONE: readonly string[] = ['hasOne', 'belongsTo', 'morphOne', 'morphTo', 'hasOneThrough']

/** What a relation may hold: a record or null, or a list of records. @throws ModelError `MODEL.INVALID_INPUT` */
export function checkHeld({ name: model }: EntitySchema, { name, type }: RelationSchema, value: unknown): void {
  const isRecord = (each: unknown): boolean => typeof each === 'object' && each !== null && stateOf(each) !== undefined
  const one = ONE.includes(type)
  if (one ? value === null || isRecord(value) : Array.isArray(value) && value.every(isRecord)) return
  throw new ModelError(
    'MODEL.INVALID_INPUT',
    `${model}.${name} holds ${one ? 'a record or null' : 'a list of records'}, not ${kindOf(value)}.`,
    { details: { model, relation: name } },
  )
}
