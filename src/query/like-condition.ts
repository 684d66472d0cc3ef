import type { EntitySchema } from '../schema/index.js'
import { QueryError } from './errors.js'
import { condition, type Where } from './where.js'

/**
 * SQL's LIKE as far as DynamoDB can be asked: `a%` is begins_with, `%a%` contains, a pattern without `%` equality. Upper
 * and lower case differ. `\%` and `\_` are the characters themselves.
 *
 * @throws QueryError `QUERY.INVALID_VALUE` for any other pattern
 */
export function likeCondition(schema: EntitySchema, attribute: string, pattern: string): Where {
  const parts = typeof pattern === 'string' ? partsOf(pattern) : undefined
  if (parts !== undefined && parts.length <= 3) {
    const [first = '', second, third] = parts
    if (second === undefined) return condition(schema, attribute, '=', first)
    const any = second === '' && (third === undefined || third === '')
    if (first === '' && any) return condition(schema, attribute, '!=', null)
    if (third === undefined && second === '') return condition(schema, attribute, 'begins_with', first)
    if (first === '' && third === '') return condition(schema, attribute, 'contains', second)
  }
  throw new QueryError(
    'QUERY.INVALID_VALUE',
    `${schema.name}.${attribute} cannot be asked for the pattern ${schema.secret.has(attribute) ? 'given' : `"${String(pattern)}"`}.`,
    {
      hint: "DynamoDB knows 'a%' (begins with) and '%a%' (contains). For an end, keep the text reversed in an attribute of its own.",
      details: { model: schema.name, attribute },
    },
  )
}

/** The text between the `%` of a pattern; undefined where it has a `_`. */
function partsOf(pattern: string): readonly string[] | undefined {
  const parts = ['']
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string
    if (character === '_') return undefined
    if (character === '%') parts.push('')
    else parts[parts.length - 1] += character === '\\' && i + 1 < pattern.length ? (pattern[++i] as string) : character
  }
  return parts
}
