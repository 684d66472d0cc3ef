import type { Constrain } from './eager-load.js'
import { QueryError } from './errors.js'

export type CountComparator = '=' | '!=' | '<' | '<=' | '>' | '>='

/** A condition on how many related rows a row has. */
export interface RelationTest {
  readonly relation: string
  readonly op: CountComparator
  readonly count: number
  readonly constrain: Constrain | undefined
}

/** A number (or the answer whether there is any) of related rows, put on each row under a name. */
export interface RelationAggregate {
  readonly relation: string
  readonly fn: 'count' | 'exists' | 'sum' | 'avg' | 'min' | 'max'
  /** What is added up or compared; undefined for counts. */
  readonly attribute: string | undefined
  /** The property: `postsCount`. */
  readonly as: string
  readonly constrain: Constrain | undefined
}

const OPERATORS: readonly string[] = ['=', '!=', '<', '<=', '>', '>=']

/** `has('posts.comments', '>=', 3)`: the last relation of a path is counted, those before must have one such row. */
export function relationTest(
  path: string,
  op: unknown,
  count: unknown,
  constrain: Constrain | undefined,
): RelationTest {
  if (typeof path !== 'string')
    throw new QueryError('QUERY.INVALID_VALUE', 'A relation is named by text.', {
      hint: "Write has('posts', '>=', 3).",
    })
  if (!OPERATORS.includes(op as string) || !Number.isSafeInteger(count) || (count as number) < 0) {
    throw new QueryError('QUERY.INVALID_VALUE', `has('${path}') compares a number of rows.`, {
      hint: "Write has('posts', '>=', 3).",
    })
  }
  const [relation = '', ...rest] = path.split('.')
  if (rest.length === 0) return { relation, op: op as CountComparator, count: count as number, constrain }
  const inner = relationTest(rest.join('.'), op, count, constrain)
  return { relation, op: '>=', count: 1, constrain: (query) => query.hasTest(inner) }
}

/** As many rows as have to be counted to know the answer. */
export function enough({ op, count }: RelationTest): number {
  return op === '>=' || op === '<' ? Math.max(count, 1) : count + 1
}

export function passes({ op, count }: RelationTest, found: number): boolean {
  switch (op) {
    case '=':
      return found === count
    case '!=':
      return found !== count
    case '<':
      return found < count
    case '<=':
      return found <= count
    case '>':
      return found > count
    case '>=':
      return found >= count
  }
}
