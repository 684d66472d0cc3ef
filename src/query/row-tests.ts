import type { RelationSchema } from '../schema/index.js'
import type { BuilderState } from './condition-builder.js'
import type { EntityBinding } from './entity-binding.js'
import { enough, passes, type RelationTest } from './relation-test.js'

/** Rows whose relations are counted together. */
const TOGETHER = 50

/** The rows that pass every test of their relations, a bounded number counted at a time. */
export async function* passing(
  rows: readonly object[],
  tests: readonly RelationTest[],
  binding: EntityBinding,
): AsyncGenerator<readonly object[]> {
  for (let start = 0; start < rows.length; start += TOGETHER) {
    let left: readonly object[] = rows.slice(start, start + TOGETHER)
    for (const test of tests) {
      if (left.length === 0) break
      const counts = await binding.countRelated(left, test, enough(test))
      left = left.filter((_, i) => passes(test, counts[i] ?? 0))
    }
    yield left
  }
}

/** What is read of each row: the selection, and what its relations are found by. */
export function selectionOf({
  schema,
  spec,
  relations,
  tests = [],
  aggregates = [],
}: BuilderState): readonly string[] | undefined {
  if (spec.select === undefined) return undefined
  const names = [...relations, ...tests, ...aggregates].map(({ relation }) => relation)
  if (names.length === 0) return spec.select
  const needed = names.flatMap((name) => {
    const relation = schema.relations.get(name)
    return relation === undefined ? [] : keysOf(relation, schema.primaryKey)
  })
  return [...new Set([...spec.select, ...needed])]
}

function keysOf({ type, foreignKey, localKey, morph, counter }: RelationSchema, primaryKey: string): readonly string[] {
  if (type === 'belongsTo') return [foreignKey]
  if (type === 'morphTo') return [foreignKey, `${morph ?? ''}Type`]
  return [localKey ?? primaryKey, ...(counter === undefined ? [] : [counter])]
}
