import { mapConcurrent } from '../../kernel/index.js'
import { condition, EMPTY_SPEC, planQuery, readAll, reportScan } from '../../query/index.js'
import type { RelationSchema } from '../../schema/index.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'

/** Queries under way at once while children are read. */
const CONCURRENCY = 16

/** The children of many records: one Query for each distinct parent key, a bounded number at a time. */
export async function loadChildren(
  owner: ModelBinding,
  relation: RelationSchema,
  related: ModelBinding,
  records: readonly Attributes[],
): Promise<void> {
  const one = relation.type === 'hasOne'
  const localKey = relation.localKey ?? owner.schema.primaryKey
  const keys = [
    ...new Set(records.map((record) => record[localKey]).filter((key) => key !== undefined && key !== null)),
  ]
  const children = await mapConcurrent(keys, CONCURRENCY, async (key, i) => {
    const where = condition(related.schema, relation.foreignKey, '=', key)
    const spec = { ...EMPTY_SPEC, where: { kind: 'and', all: [where] } as const, limit: one ? 1 : undefined }
    const plan = planQuery(spec, related)
    if (i === 0) reportScan(plan, related)
    const items = await readAll(plan, related)
    return items.map((item) => related.hydrate(item))
  })
  const byKey = new Map<unknown, object[]>(keys.map((key, i) => [key, children[i] ?? []]))
  for (const record of records) {
    const mine = byKey.get(record[localKey]) ?? []
    record[relation.name] = one ? (mine[0] ?? null) : mine
  }
}
