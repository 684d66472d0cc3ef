import type { RelationSchema } from '../../schema/index.js'
import { ModelError } from '../errors.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import { stateFor } from '../state-for.js'
import { loadRelations } from './index.js'
import { anyOf, rowsByValue, textOf } from './relation-load.js'

export interface LineOptions {
  /** The relation to follow, where the model has more than one to itself: `parent`, or `children` for the rows below. */
  readonly relation?: string
  /** Levels to go at most. */
  readonly depth?: number
}

/** The rows above a record, the nearest first; a circle ends where it closes. */
export async function ancestorsOf(record: object, options: LineOptions = {}): Promise<readonly object[]> {
  const { binding } = stateFor(record)
  const parent = toItself(binding, ['belongsTo'], options.relation)
  const seen = new Set([keyText(binding, record)])
  const line: object[] = []
  for (let at = record; line.length < (options.depth ?? Number.POSITIVE_INFINITY); ) {
    const holder = { ...(at as Attributes) }
    await loadRelations(binding, [holder], [{ relation: parent.name, constrain: undefined, nested: [] }])
    const next = holder[parent.name] as object | null
    if (next === null || seen.has(keyText(binding, next))) break
    seen.add(keyText(binding, next))
    line.push(next)
    at = next
  }
  return line
}

/** The rows below a record, level by level; a row that was seen comes no second time. */
export async function descendantsOf(record: object, options: LineOptions = {}): Promise<readonly object[]> {
  const found: object[] = []
  for await (const { rows } of levelsOf(record, options)) found.push(...rows)
  return found
}

/** Puts the rows below a record into its relation of children, level by level. */
export async function treeOf(record: object, options: LineOptions = {}): Promise<void> {
  const { binding } = stateFor(record)
  const children = childrenOf(binding, options.relation)
  if (children.name === undefined)
    throw new ModelError(
      'MODEL.INVALID_INPUT',
      `${binding.schema.name} has no relation that holds the rows below it.`,
      {
        hint: `Add children: { type: 'hasMany', model: '${binding.schema.name}', foreignKey: '${children.foreignKey}' }.`,
      },
    )
  const name = children.name
  const seen = new Set([keyText(binding, record)])
  let level: readonly object[] = [record]
  for (let depth = 0; level.length > 0 && depth < (options.depth ?? Number.POSITIVE_INFINITY); depth++) {
    await loadRelations(binding, level, [{ relation: name, constrain: undefined, nested: [] }])
    level = level
      .flatMap((row) => (row as Record<string, object[]>)[name] ?? [])
      .filter((row) => isNew(binding, seen, row))
  }
}

async function* levelsOf(record: object, options: LineOptions): AsyncGenerator<{ readonly rows: readonly object[] }> {
  const { binding } = stateFor(record)
  const { foreignKey, localKey } = childrenOf(binding, options.relation)
  const seen = new Set([keyText(binding, record)])
  let level: readonly object[] = [record]
  for (let depth = 0; depth < (options.depth ?? Number.POSITIVE_INFINITY); depth++) {
    const keys = level.flatMap((row) => (row as Attributes)[localKey] ?? [])
    const rows = (await rowsByValue(binding, foreignKey, keys, anyOf(binding))).flat()
    level = rows.filter((row) => isNew(binding, seen, row))
    if (level.length === 0) return
    yield { rows: level }
  }
}

function isNew(binding: ModelBinding, seen: Set<string>, row: object): boolean {
  const text = keyText(binding, row)
  return seen.size < seen.add(text).size
}

interface Children {
  readonly name: string | undefined
  readonly foreignKey: string
  readonly localKey: string
}

/** How the rows below are found: by the relation of children, or by the one to the parent turned round. */
function childrenOf(binding: ModelBinding, named: string | undefined): Children {
  const { primaryKey } = binding.schema
  const relation = toItself(binding, ['hasMany', 'hasOne', 'belongsTo'], named)
  if (relation.type !== 'belongsTo')
    return { name: relation.name, foreignKey: relation.foreignKey, localKey: relation.localKey ?? primaryKey }
  return { name: undefined, foreignKey: relation.foreignKey, localKey: relation.localKey ?? primaryKey }
}

/** The relation of a model to itself: the one that is named, or the first of these kinds. */
function toItself(binding: ModelBinding, types: readonly string[], named: string | undefined): RelationSchema {
  const { schema, space } = binding
  const own = [...schema.relations.values()].filter(
    (relation) => types.includes(relation.type) && space.related(schema, relation) === binding,
  )
  const found = types.flatMap((type) =>
    own.filter((relation) => relation.type === type && (named === undefined || relation.name === named)),
  )[0]
  if (found !== undefined) return found
  const what = named === undefined ? `has no relation to itself` : `has no relation "${named}" to itself`
  throw new ModelError('MODEL.INVALID_INPUT', `${schema.name} ${what} that can be followed.`, {
    hint: `Declare parent: { type: 'belongsTo', model: '${schema.name}', foreignKey: 'parentId' }.`,
    details: { model: schema.name, relation: named },
  })
}

function keyText(binding: ModelBinding, row: object): string {
  const { primaryKey } = binding.schema
  return textOf(binding, primaryKey, (row as Attributes)[primaryKey])
}
