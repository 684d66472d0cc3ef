import { isDynamoDBToolingError } from '../../kernel/index.js'
import { keyText, storedKeyOf } from '../../single-table/index.js'
import { commitOne } from '../commit.js'
import { commitAll } from '../commit-together.js'
import { pendingDelete } from '../delete-row.js'
import { type HookFailedError, ModelError, ModelNotFoundError } from '../errors.js'
import { deletionEvents, markEvents } from '../events.js'
import { ask, report, withFailures } from '../fire.js'
import type { ModelBinding } from '../model-space.js'
import type { Attributes } from '../record.js'
import type { RecordState } from '../record-state.js'
import type { PendingWrite } from '../row-write.js'
import { pendingMark } from '../soft-delete.js'
import { savedStateOf } from '../state-for.js'
import { MOST_WRITES } from '../transaction-limits.js'
import { pendingUpdate } from '../update.js'
import { writesOf } from '../write-count.js'
import { type Dependent, dependentsOf } from './dependents.js'

/** Times it is begun anew, where others delete the same rows meanwhile. */
const ATTEMPTS = 4
/** Rows that are read before those that depend on them. */
const PAGE = 100

/** Rows that depend on another go with it, whoever wrote them meanwhile. */
const WHATEVER_VERSION = Object.freeze({ anyVersion: true })

/** What happens to a row and those that depend on it. */
export type Removal =
  | { readonly kind: 'delete' }
  /** Rows of models with soft deletes are marked with the same moment. */
  | { readonly kind: 'mark'; readonly deletedAt: Date }
  /** Rows that were marked with this moment are unmarked. */
  | { readonly kind: 'unmark'; readonly deletedAt: Date }

/**
 * The writes for all rows that depend on a record by `onDelete`, those of the farthest rows first.
 *
 * @throws ModelError `MODEL.RESTRICTED` before the first write where a row must not be left behind
 */
export async function dependentWrites(
  record: Attributes,
  state: RecordState,
  removal: Removal,
): Promise<AsyncIterable<PendingWrite> | undefined> {
  const { binding } = state
  if (dependentsOf(binding).length === 0) return undefined
  if (removal.kind !== 'unmark') await refuseRestricted(binding, [record], removal, new Set())
  return doomed(binding, [record], removal, new Set([placeOf(binding, state)]))
}

/**
 * Writes a record's removal after those of all rows that depend on it: in one transaction where 100 writes do, else in
 * several, the record's own in the last. Begun again after it was broken off, it goes on with what is left.
 *
 * @throws ModelError `MODEL.CASCADE_INCOMPLETE` when a part failed after others were written
 */
export async function cascade(
  record: Attributes,
  state: RecordState,
  removal: Removal,
  own: () => Promise<PendingWrite | undefined>,
): Promise<boolean> {
  let written = 0
  const failures: HookFailedError[] = []
  const send = async (part: readonly PendingWrite[]): Promise<void> => {
    const [first] = part
    if (first === undefined) return
    try {
      failures.push(...(await (part.length === 1 ? commitOne(first) : commitAll(part))))
      written += part.length
    } catch (error) {
      if (!isDynamoDBToolingError(error, 'TRANSACTION.TOO_LARGE') || part.length === 1) throw error
      const half = part.length >> 1
      await send(part.slice(0, half))
      await send(part.slice(half))
    }
  }
  for (let attempt = 1; ; attempt++) {
    const others = await dependentWrites(record, state, removal)
    if (others === undefined) return false
    const room = MOST_WRITES - writesOf(state.binding)
    let part: PendingWrite[] = []
    let weight = 0
    try {
      for await (const pending of others) {
        const needs = writesOf(pending.binding)
        if (weight + needs > room) {
          await send(part)
          part = []
          weight = 0
        }
        part.push(pending)
        weight += needs
      }
      const last = await own()
      await send(last === undefined ? part : [...part, last])
      break
    } catch (error) {
      // Somebody else deleted one of the rows: what is left is looked up again.
      if (error instanceof ModelNotFoundError && attempt < ATTEMPTS) continue
      if (written === 0) throw error
      const { name } = state.binding.schema
      throw new ModelError(
        'MODEL.CASCADE_INCOMPLETE',
        `${written} rows that depend on the ${name} were written, and then it failed; the ${name} itself is as it was.`,
        { cause: withFailures(error, failures), details: { model: name, written } },
      )
    }
  }
  report(failures)
  return true
}

async function* doomed(
  binding: ModelBinding,
  records: readonly Attributes[],
  removal: Removal,
  seen: Set<string>,
): AsyncGenerator<PendingWrite> {
  for (const dependent of dependentsOf(binding)) {
    if (dependent.rule === 'restrict') continue
    // Marked rows can come back, and then find what belongs to them.
    if (removal.kind !== 'delete' && (dependent.rule === 'nullify' || !dependent.model.schema.softDeletes)) continue
    for (const record of records)
      for await (const page of pagesOf(dependent, record, removal)) {
        const rows = page.filter((row) => isNew(seen, placeOf(dependent.model, savedStateOf(row))))
        if (dependent.rule === 'cascade') yield* doomed(dependent.model, rows, removal, seen)
        for (const row of rows) {
          const pending = await pendingOf(row, dependent, removal)
          if (pending !== undefined) yield pending
        }
      }
  }
}

async function pendingOf(
  row: Attributes,
  { rule, keys }: Dependent,
  removal: Removal,
): Promise<PendingWrite | undefined> {
  const state = savedStateOf(row)
  if (rule === 'nullify') {
    for (const name of keys) row[name] = undefined
    return pendingUpdate(row, state, WHATEVER_VERSION)
  }
  if (removal.kind === 'delete') {
    await ask(state.binding, row, deletionEvents(state.binding.schema))
    return pendingDelete(row, state, WHATEVER_VERSION)
  }
  const deletedAt = removal.kind === 'mark' ? removal.deletedAt : undefined
  await ask(state.binding, row, markEvents(deletedAt))
  return pendingMark(row, state, deletedAt, WHATEVER_VERSION)
}

async function* pagesOf(
  dependent: Dependent,
  record: Attributes,
  removal: Removal,
): AsyncGenerator<readonly Attributes[]> {
  const query = dependent.rows(record)
  if (query === undefined) return
  const wanted =
    removal.kind === 'delete'
      ? query.withTrashed()
      : removal.kind === 'mark'
        ? query
        : query.onlyTrashed().where('deletedAt' as never, removal.deletedAt as never)
  let page: Attributes[] = []
  for await (const row of wanted) {
    page.push(row)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

/** Looks for rows that forbid it, as far as the rules reach, before anything is written. */
async function refuseRestricted(
  binding: ModelBinding,
  records: readonly Attributes[],
  removal: Removal,
  seen: Set<string>,
): Promise<void> {
  const dependents = dependentsOf(binding)
  for (const dependent of dependents.filter(({ rule }) => rule === 'restrict')) {
    for (const record of records) {
      const query = dependent.rows(record)
      if (query === undefined || !(await (removal.kind === 'delete' ? query.withTrashed() : query).exists())) continue
      throw new ModelError(
        'MODEL.RESTRICTED',
        `This ${binding.schema.name} cannot be deleted: rows of ${dependent.model.schema.name} belong to it (${dependent.relation}).`,
        { details: { model: binding.schema.name, dependent: dependent.model.schema.name } },
      )
    }
  }
  for (const dependent of dependents.filter(({ rule }) => rule === 'cascade')) {
    if (!reachesRestriction(dependent.model, new Set([binding]))) continue
    for (const record of records)
      for await (const page of pagesOf(dependent, record, removal)) {
        const rows = page.filter((row) => isNew(seen, placeOf(dependent.model, savedStateOf(row))))
        await refuseRestricted(dependent.model, rows, removal, seen)
      }
  }
}

/** True where deleting rows of a model may be refused because of rows that depend on them. */
function reachesRestriction(binding: ModelBinding, seen: ReadonlySet<ModelBinding>): boolean {
  return dependentsOf(binding).some(
    ({ rule, model }) =>
      rule === 'restrict' ||
      (rule === 'cascade' && !seen.has(model) && reachesRestriction(model, new Set([...seen, model]))),
  )
}

function isNew(seen: Set<string>, place: string): boolean {
  return seen.size < seen.add(place).size
}

function placeOf({ table, design }: ModelBinding, { stored }: RecordState): string {
  return `${table.tableName} ${keyText(table, storedKeyOf(table, design, stored ?? {}))}`
}
