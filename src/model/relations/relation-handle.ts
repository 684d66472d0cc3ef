import { callSite, ToldSites } from '../../kernel/index.js'
import { isFree } from '../../query/index.js'
import { type EntitySchema, freeMembers, type RelationSchema } from '../../schema/index.js'
import { ModelError } from '../errors.js'
import type { ModelBinding, ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'
import type { RecordState } from '../record-state.js'
import { stateFor } from '../state-for.js'
import { loadRelations } from './index.js'
import { keepLazily, keyIn } from './lazy-values.js'
import { relationOf } from './related.js'

/**
 * Gives records a member for each relation, as long as it was not read: `user.posts()` is its query, `await user.posts`
 * reads it. What was read is an own property of the record and stands before it. A method of the model's own with that
 * name stays.
 */
export function answerRelations(model: ModelClass, { relations }: EntitySchema): void {
  const prototype = model.prototype as object
  for (const name of relations.keys()) {
    if (!isFree(prototype, name)) continue
    const get = function (this: Attributes): object {
      return handleOf(this, name)
    }
    freeMembers.add(get)
    Object.defineProperty(prototype, name, {
      configurable: true,
      get,
      set(this: Attributes, value: unknown) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
      },
    })
  }
}

function handleOf(record: Attributes, name: string): object {
  // Whoever awaits is no longer to be seen then.
  const site = isWatched(stateFor(record)) ? callSite() : undefined
  const query = (): object => {
    const state = stateFor(record)
    state.lazy?.delete(name)
    return relationOf(state.binding, record, name)
  }
  return Object.assign(query, {
    // oxlint-disable-next-line unicorn/no-thenable -- awaiting a relation reads it
    then: (resolve: (value: unknown) => unknown, reject: (error: unknown) => unknown): Promise<unknown> =>
      readLazily(record, name, site).then(resolve, reject),
  })
}

const warned = new ToldSites()

/**
 * Reads a relation of one record by itself. What was read is kept, until the record's key in the relation changes or its
 * rows are asked for as a query, which may write some.
 *
 * @throws ModelError `MODEL.LAZY_LOAD` where `queryBuilder.lazyLoading` forbids it for one of many rows
 */
async function readLazily(record: Attributes, name: string, site: string | undefined): Promise<unknown> {
  const state = stateFor(record)
  const { binding, siblings } = state
  const relation = binding.schema.relations.get(name) as RelationSchema
  const known = state.lazy?.get(name)
  if (known !== undefined && known.key === keyIn(record, binding, relation)) return known.value
  const { lazyLoading } = binding.connection.config.queryBuilder
  if (siblings !== undefined && (lazyLoading === 'warn' || lazyLoading === 'forbid'))
    tell(binding, name, siblings.count, site)
  const others = lazyLoading === 'together' ? ((siblings?.rows ?? []) as readonly Attributes[]) : []
  const rows = [record, ...others.filter((row) => row !== record && !Object.hasOwn(row, name))]
  // The records stay as they are, so that the relation of each goes on being a query.
  const copies = rows.map((row) => ({ ...row }))
  await loadRelations(binding, copies, [{ relation: name, constrain: undefined, nested: [] }])
  for (const [i, row] of rows.entries())
    if (copies[i] !== undefined && Object.hasOwn(copies[i], name)) keepLazily(row, relation, copies[i][name])
  // What could not be read of many rows is an error of the one that is asked.
  return copies[0] !== undefined && Object.hasOwn(copies[0], name)
    ? copies[0][name]
    : relationOf(binding, record, name).first()
}

function tell({ schema, connection }: ModelBinding, name: string, count: number, site: string | undefined): void {
  const message = `${schema.name}.${name} is read for one of ${count} rows that were read together${site === undefined ? '' : ` (${site})`}: a loop over them makes a request each.`
  const hint = `Write with('${name}') in the query, ${schema.name}.load(rows, '${name}'), or set queryBuilder.lazyLoading to 'together'.`
  if (connection.config.queryBuilder.lazyLoading === 'forbid')
    throw new ModelError('MODEL.LAZY_LOAD', message, {
      hint,
      details: { model: schema.name, relation: name, callSite: site },
    })
  if (!warned.isNew(connection, `${schema.name}.${name} ${site ?? ''}`)) return
  process.emitWarning(`${message} ${hint}`, { type: 'ModelWarning', code: 'MODEL.LAZY_LOAD' })
}

function isWatched({ siblings, binding }: RecordState): boolean {
  if (siblings === undefined) return false
  const { lazyLoading } = binding.connection.config.queryBuilder
  return lazyLoading === 'warn' || lazyLoading === 'forbid'
}
