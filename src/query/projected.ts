import { withArticle } from '../kernel/index.js'
import type { EntitySchema } from '../schema/index.js'
import { type AccessPath, indexContentsOf, storesAttribute } from '../single-table/index.js'
import type { EntityBinding } from './entity-binding.js'
import { QueryError } from './errors.js'
import { namedIndex } from './named-index.js'
import type { QuerySpec } from './query-spec.js'
import { attributesIn, rootOf } from './where.js'

/** A query that reads an index alone: what it asks is checked, and what it reads is named. */
export function projectedSpec(spec: QuerySpec, binding: EntityBinding): QuerySpec {
  const held = checkProjected(spec, binding)
  return spec.select === undefined ? { ...spec, select: held } : spec
}

/**
 * The attributes that rows have which are read from an index alone, in the order of the model; undefined for all. They
 * are those that the model declares for the index, whatever it holds for other models, and those that its keys and the
 * table's are made of.
 *
 * @throws QueryError `QUERY.NOT_PROJECTED`, `QUERY.UNKNOWN_INDEX`
 */
function projectedNames(spec: QuerySpec, binding: EntityBinding): readonly string[] | undefined {
  const { design, schema } = binding
  const path = pathOf(spec, binding)
  const declared = path.name === undefined ? path.projection : (schema.indexes[path.name]?.projection ?? 'ALL')
  if (declared === 'ALL') return undefined
  const { partition, sort } = design.primary
  const keys = [schema.primaryKey, ...partition.attributes, ...sort.attributes, ...path.attributes]
  const entry = indexContentsOf(design, path)
  const untold = keys.find((name) => !storesAttribute(entry, name) && !entry.fromKeys.has(name))
  if (untold !== undefined) throw notProjected(spec, untold, binding)
  const named =
    declared === 'KEYS_ONLY'
      ? []
      : [
          ...declared,
          ...(schema.softDeletes ? [schema.deletedAt] : []),
          ...(schema.ttl === undefined ? [] : [schema.ttl]),
        ]
  const held = new Set([...keys, ...named])
  return schema.attributes.flatMap(({ name }) => (held.has(name) ? [name] : []))
}

/**
 * A query that reads an index alone asks for nothing that the index does not hold.
 *
 * @returns what its rows have; undefined for all attributes
 * @throws QueryError `QUERY.NOT_PROJECTED` naming the index and the attribute, `QUERY.UNKNOWN_INDEX`
 */
export function checkProjected(spec: QuerySpec, binding: EntityBinding): readonly string[] | undefined {
  const held = projectedNames(spec, binding)
  if (held === undefined) return undefined
  const used = [
    ...[spec.within, spec.where].flatMap(attributesIn).map(rootOf),
    ...spec.order.map(({ attribute }) => attribute),
    ...(spec.select ?? []),
  ]
  const missing = used.find((name) => binding.schema.attribute.has(name) && !held.includes(name))
  if (missing !== undefined) throw notProjected(spec, missing, binding)
  return held
}

/** The model's place in the index that a query names. */
function pathOf(spec: QuerySpec, binding: EntityBinding): AccessPath {
  const asked = spec.index ?? spec.rawKey?.index
  if (asked === undefined)
    throw new QueryError('QUERY.INVALID_VALUE', 'projected() reads an index, and the query names none.', {
      hint: "Write index('byStatus').projected().",
    })
  const { name } = namedIndex(asked, spec, binding)
  const path = binding.design.secondary.find(({ index }) => index === name)
  if (path !== undefined) return path
  throw new QueryError('QUERY.UNKNOWN_INDEX', `The index "${asked}" holds no rows of ${binding.schema.name}.`)
}

function remedyFor(lacking: string, { attribute, softDeletes, deletedAt, ttl }: EntitySchema): string {
  if (!attribute.has(lacking)) return 'Declare it with projection: [], which brings that along'
  if (lacking === ttl)
    return 'Say withExpired(), or declare it with projection: [] or more, which brings the moment along'
  if (lacking !== deletedAt || !softDeletes) return `Add ${lacking} to its projection`
  return `Say withTrashed(), declare it with projection: [] or more, which brings ${deletedAt} along`
}

/** @param lacking an attribute of the model, or what else its rows are told by */
export function notProjected(spec: QuerySpec, lacking: string, { schema }: EntityBinding): QueryError {
  const index = spec.index ?? spec.rawKey?.index ?? ''
  const own = schema.attribute.has(lacking)
  const what = own
    ? `"${lacking}" of ${schema.name}`
    : `what tells ${withArticle(schema.name)} from other rows: ${lacking}`
  return new QueryError('QUERY.NOT_PROJECTED', `The index "${index}" does not hold ${what}.`, {
    hint: `${remedyFor(lacking, schema)}, or leave projected() out: rows are then fetched from the table.`,
    details: { model: schema.name, index, attribute: lacking },
  })
}
