import { type Attributes, insertMade, type ModelBinding } from '../model/index.js'
import type { RelationSchema } from '../schema/index.js'
import { definitionOf } from './definition.js'
import { FactoryError } from './errors.js'
import { type MadeRow, type Making, makeRows, withRecycled } from './make-rows.js'
import { type Child, EMPTY_PLAN, type RowSource } from './plan.js'
import { childRelation } from './relation-keys.js'

/** Rows of relations that are written together. */
const TOGETHER = 500

export interface Creating extends Making {
  /** How many rows of each model were written. */
  readonly written: Map<string, number>
}

/**
 * Makes rows and writes them: what they belong to, themselves, and what belongs to them.
 *
 * @throws FactoryError `FACTORY.INCOMPLETE` where rows were written before the error
 */
export async function createRows(
  factory: RowSource,
  from: number,
  count: number,
  creating: Creating,
): Promise<readonly object[]> {
  for (const child of factory.plan.children) childOf(factory.binding, child)
  const made = makeRows(factory, from, count, creating)
  const records = made.map(({ record }) => record)
  try {
    await save(made, creating)
  } catch (cause) {
    if (creating.written.size === 0) throw cause
    const written = Object.fromEntries(creating.written)
    const told = Object.entries(written).map(([model, number]) => `${number} of ${model}`)
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new FactoryError('FACTORY.INCOMPLETE', `After ${told.join(', ')}: ${why}`, {
      cause,
      created: records.filter(isWritten),
      details: { written },
    })
  }
  return records
}

async function save(made: readonly MadeRow[], creating: Creating): Promise<void> {
  const parents = new Set(made.flatMap(({ links }) => links.map(({ parent }) => parent)))
  const missing = [...parents].filter(({ record }) => !isWritten(record))
  if (missing.length > 0) await save(missing, creating)
  // A hook may have given them other values.
  for (const { record, links } of made)
    for (const { attribute, parent, from } of links) record[attribute] = parent.record[from]
  for (const rows of grouped(made, ({ binding, fresh }) => `${binding.schema.name} ${fresh}`)) {
    const [{ binding, fresh }] = rows as unknown as readonly [MadeRow]
    const records = rows.map(({ record }) => record)
    try {
      await insertMade(binding, records, fresh)
    } finally {
      const { name } = binding.schema
      const number = records.filter(isWritten).length
      if (number > 0) creating.written.set(name, (creating.written.get(name) ?? 0) + number)
    }
  }
  for (const rows of grouped(made, ({ factory }) => factory))
    for (const child of rows[0]?.factory.plan.children ?? []) await saveChildren(rows, child, creating)
  for (const { factory, binding, record } of made) {
    await definitionOf(binding.schema.name).afterCreating?.(record)
    for (const told of factory.plan.afterCreating) await told(record)
  }
}

/** What a child factory writes, and by which relation. @throws FactoryError before anything is written */
function childOf(
  binding: ModelBinding,
  child: Child,
): { readonly relation: RelationSchema; readonly factory: RowSource } {
  const given = child.factory
  const relation = childRelation(binding, child.relation, given?.binding.schema.name)
  const plan = { ...EMPTY_PLAN, count: child.count, overrides: child.values ?? {} }
  const factory = given ?? { binding: binding.space.related(binding.schema, relation), plan }
  const { count = 1, children } = factory.plan
  if (relation.type.endsWith('One') && count > 1)
    throw new FactoryError('FACTORY.INVALID', `${binding.schema.name}.${relation.name} has one row, not ${count}.`)
  for (const grandchild of children) childOf(factory.binding, grandchild)
  return { relation, factory }
}

async function saveChildren(owners: readonly MadeRow[], child: Child, creating: Creating): Promise<void> {
  const [{ binding }] = owners as unknown as readonly [MadeRow]
  const { relation, factory } = childOf(binding, child)
  const { count = 1 } = factory.plan
  const overPivot =
    relation.type === 'belongsToMany' || relation.type.startsWith('morphTo') || relation.type === 'morphedByMany'
  const step = Math.max(1, Math.floor(TOGETHER / Math.max(1, count)))
  const recycled = withRecycled(creating.recycled, owners[0]?.factory.plan.recycled ?? [])
  const inner: Creating = { ...creating, path: [], recycled }
  for (let at = 0; at < owners.length; at += step) {
    const some = owners.slice(at, at + step)
    const made = some.map(({ record }, i) => {
      const fixed = overPivot ? {} : keysTo(binding, relation, record)
      return makeRows(factory, (at + i) * count, count, { ...inner, fixed })
    })
    await save(made.flat(), inner)
    if (!overPivot) continue
    for (const [i, { record }] of some.entries()) {
      const ids = (made[i] ?? []).map((row) => row.record[row.binding.schema.primaryKey])
      await (record as unknown as Relating).related(relation.name).attach(ids)
    }
  }
}

function isWritten(record: Attributes): boolean {
  return record['exists'] === true
}

interface Relating {
  related(name: string): { attach(keys: readonly unknown[]): Promise<unknown> }
}

/** What says of a row that it belongs to this one. */
function keysTo({ schema }: ModelBinding, relation: RelationSchema, owner: Attributes): Attributes {
  const key = owner[relation.localKey ?? schema.primaryKey]
  if (relation.morph === undefined) return { [relation.foreignKey]: key }
  return { [`${relation.morph}Type`]: schema.name, [`${relation.morph}Id`]: key }
}

function grouped<V>(values: readonly V[], by: (value: V) => unknown): readonly (readonly V[])[] {
  const groups = new Map<unknown, V[]>()
  for (const value of values) {
    const key = by(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return [...groups.values()]
}
