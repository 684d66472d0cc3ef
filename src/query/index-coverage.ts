import { type AccessPath, indexContentsOf, recognizingAttributes, storesAttribute } from '../single-table/index.js'
import type { EntityBinding } from './entity-binding.js'
import type { QuerySpec } from './query-spec.js'
import { expiryIn } from './row-filters.js'
import { attributesIn, rootOf, type Where } from './where.js'

/** How far the entries of an index answer a query, without a look at the table. */
export interface Coverage {
  /** What the query needs and they do not tell: names of attributes, or words. Nothing: the index is read alone. */
  readonly lacking: readonly string[]
  /** Attributes that are read out of the text of their keys. */
  readonly fromKeys: readonly string[]
  /** True where only their keys tell the model's rows from others. */
  readonly byKeys: boolean
}

const NONE: readonly string[] = Object.freeze([])
const WHOLE: Coverage = Object.freeze({ lacking: NONE, fromKeys: NONE, byKeys: false })

/**
 * What a query needs of the entries of an index, beside what they hold.
 *
 * @param left conditions that the keys do not take up
 * @param known whether the entries come in the wanted order, and whether those that are read are all of the model
 */
export function coverageOf(
  path: AccessPath,
  spec: QuerySpec,
  left: readonly Where[],
  binding: EntityBinding,
  known: { readonly ordered: boolean; readonly identified: boolean } = { ordered: false, identified: false },
): Coverage {
  if (path.projection === 'ALL') return WHOLE
  const { schema, design } = binding
  const entry = indexContentsOf(design, path)
  // What others put into keys may be written in another way on the row: only those who ask for it take it.
  const isKey = (name: string): boolean => entry.fromKeys.has(name) && (entry.ownKeys || spec.projected)
  const isTold = (name: string): boolean => storesAttribute(entry, name) || isKey(name)
  const { partition, sort } = design.primary
  const needed = new Set<string>(spec.select ?? (spec.projected ? NONE : schema.attributes.map(({ name }) => name)))
  for (const name of [schema.primaryKey, ...partition.attributes, ...sort.attributes]) needed.add(name)
  for (const where of left) for (const name of attributesIn(where)) needed.add(rootOf(name))
  // Shards are merged by the attributes of the order.
  if (!known.ordered || path.shards > 1) for (const { attribute } of spec.order) needed.add(attribute)
  if (schema.softDeletes && spec.trashed !== 'with') needed.add(schema.deletedAt)
  const expiry = expiryIn(spec, binding)
  if (expiry !== undefined) needed.add(expiry)
  const { recognition } = design
  const recognizing = known.identified ? NONE : recognizingAttributes(design)
  // Where keys tell, the type keeps out the package's own notes, and those are in no index.
  const telling = (recognizing ?? NONE).filter((name) => recognition.kind !== 'keys' || name !== recognition.attribute)
  const byKeys = path.identifiesModel && telling.some((name) => !isTold(name))
  if (!byKeys) for (const name of telling) needed.add(name)
  const lacking = [...needed].filter((name) => !isTold(name))
  if (recognizing === undefined) lacking.push('what recognizedBy is asked of')
  if (lacking.length > 0) return { lacking, fromKeys: NONE, byKeys: false }
  return { lacking, fromKeys: [...needed].filter(isKey), byKeys }
}
