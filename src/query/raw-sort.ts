import { QueryError } from './errors.js'
import type { RawSort } from './query-spec.js'

/** A condition on a sort key as it is stored. @throws QueryError `QUERY.INVALID_OPERATOR` */
export function rawSortOf(name: string, op: string, value: unknown): RawSort {
  if (op === 'between' && Array.isArray(value) && value.length === 2)
    return { kind: 'between', low: String(value[0]), high: String(value[1]) }
  if (typeof value === 'string') {
    if (op === 'begins_with') return { kind: 'begins-with', value }
    if (op === '=' || op === '<' || op === '<=' || op === '>' || op === '>=') return { kind: 'compare', op, value }
  }
  throw new QueryError('QUERY.INVALID_OPERATOR', `The sort key ${name} cannot be asked "${op}" of this value.`, {
    hint: 'Sort keys take = < <= > >= begins_with with text, and between with a pair of texts.',
  })
}
