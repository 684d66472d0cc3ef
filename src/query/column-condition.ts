import { COMPARATORS } from '../expressions/index.js'
import { withArticle } from '../kernel/index.js'
import { dateFormatOf } from '../schema/index.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { checkAttribute, checkOperator, type Where } from './where.js'

/**
 * `left op right` of two attributes. DynamoDB finds values of different kinds neither equal nor in any order, without a
 * word: those are refused.
 *
 * @throws QueryError `QUERY.UNKNOWN_ATTRIBUTE`, `QUERY.INVALID_OPERATOR`
 */
export function columnCondition(binding: EntityBinding, left: string, op: string, right: string): Where {
  const { schema } = binding
  for (const name of [left, right]) {
    checkAttribute(schema, name)
    checkOperator(schema, name, op)
  }
  const comparator = COMPARATORS[op]
  if (comparator === undefined)
    throw new QueryError('QUERY.INVALID_OPERATOR', `Two attributes cannot be compared by "${op}".`, {
      hint: `whereColumn takes ${Object.keys(COMPARATORS).join(', ')}.`,
    })
  const kinds = [left, right].map((name) => storedAs(name, binding))
  if (!kinds.includes(undefined) && kinds[0] !== kinds[1])
    throw new QueryError(
      'QUERY.INVALID_OPERATOR',
      `${schema.name}.${left} is stored as ${kinds[0]}, ${right} as ${kinds[1]}: DynamoDB cannot compare them.`,
      { details: { model: schema.name, attributes: [left, right] } },
    )
  return { kind: 'columns', left, op: comparator, right }
}

/** How values of an attribute are stored, in words; undefined where the model does not say. */
function storedAs(name: string, { schema, connection }: EntityBinding): string | undefined {
  const attribute = schema.attribute.get(name)
  if (attribute === undefined) return undefined
  switch (attribute.type) {
    case 'any':
    case 'json':
      return undefined
    case 'date':
      return `a date (${dateFormatOf(attribute, connection.config.queryBuilder.timestampFormat)})`
    case 'number':
    case 'bigint':
    case 'decimal':
      return 'a number'
    case 'set':
      return `a set of ${['string', 'binary'].includes(attribute.elements ?? 'string') ? (attribute.elements ?? 'string') : 'number'}`
    default:
      return withArticle(attribute.type)
  }
}
