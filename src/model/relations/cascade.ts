import { and, type Condition, holds } from '../../expressions/index.js'
import { isDynamoDBToolingError } from '../../kernel/index.js'
import { keyText, storedKeyOf } from '../../single-table/index.js'
import type { AttributeMap } from '../../values/index.js'
import { pendingSame } from '../check-row.js'
import { commitOne } from '../commit.js'
import { commitAll } from '../commit-together.js'
import { type DeleteOptions, pendingDelete } from '../delete-row.js'
import { type HookFailedError, ModelError, ModelNotFoundError } from '../errors.js'
import { deletionEvents, markEvents, type WriteEvents } from '../events.js'
import { ask, listens, report, withFailures } from '../fire.js'
import type { ModelBinding } from '../model-space.js'
import { type Attributes, dirtyNames } from '../record.js'
import type { RecordState } from '../record-state.js'
import { unchanged } from '../row-conditions.js'
import type { PendingWrite, RowWrite } from '../row-write.js'
import { pendingMark } from '../soft-delete.js'
import { savedStateOf } from '../state-for.js'
import { gone, readStored } from '../stored-row.js'
import { MOST_WRITES } from '../transaction-limits.js'
import { pendingUpdate } from '../update.js'
import { writesOf } from '../write-count.js'
import { type Dependent, dependentsOf } from './dependents.js'

/** Times it is begun anew, where others delete the same rows meanwhile. */
const ATTEMPTS = 4
/** Rows that are read before those that depend on them. */
const PAGE = 100

/** What happens to a row and those that depend on it. */
export type Removal =
  | { readonly kind: 'delete' }
  /** Rows of models with soft deletes are marked with the same moment. */
  | { readonly kind: 'mark'; readonly deletedAt: Date }
  /** Rows that were marked with this moment are unmarked. */
  | { readonly kind: 'unmark'; readonly deletedAt: Date }

/** One way through all rows that depend on a row. */
interface Sweep {
  readonly removal: Removal
  /** Rows that it met. */
  readonly seen: Set<string>
  /** Rows whose hooks were asked. */
  readonly asked: Set<string>
}

/**
 * The writes for all rows that depend on a record by `onDelete`, those of the farthest rows first.
 *
 * @throws ModelError `MODEL.RESTRICTED` before the first write where a row must not be left behind
 */
export async function dependentWrites(
  record: Attributes,
  state: RecordState,
  removal: Removal,
  asked: Set<string> = new Set(),
): Promise<AsyncIterable<PendingWrite> | undefined> {
  const { binding } = state
  const dependents = dependentsOf(binding)
  if (dependents.length === 0) return undefined
  // Whose rows they are is what is stored, whatever the record was read with or was given since.
  if (state.partial && dependents.some(({ localKey }) => state.stored?.[localKey] === undefined))
    await readStored(record, state, new Map(dirtyNames(record, state).map((name) => [name, undefined])))
  const stored = state.stored as AttributeMap
  const sweep = (): Sweep => ({ removal, asked, seen: new Set([placeOf(binding, state)]) })
  if (removal.kind !== 'unmark') await refuseRestricted(binding, [stored], sweep())
  return doomed(binding, [stored], sweep())
}

/** The removal of a row that others depend on. */
export interface OwnRemoval {
  /** The row's own write; undefined where it is as it should be. */
  readonly write: () => Promise<PendingWrite | undefined>
  /** On which conditions it is written. */
  readonly options?: DeleteOptions | undefined
}

/**
 * Writes a record's removal with those of all rows that depend on it: in one transaction where 100 writes do, else in
 * several, each on condition that the record's row is as it should be. A row that is deleted, or comes back, is written
 * last; one that is marked is marked first, so that its moment is known to whoever goes on. Begun again after it was broken
 * off, it goes on with what is left.
 *
 * @returns false where nothing depends on rows of the model: nothing was written
 * @throws ModelError `MODEL.CASCADE_INCOMPLETE` when a part failed after others were written
 */
export async function cascade(
  record: Attributes,
  state: RecordState,
  removal: Removal,
  own: OwnRemoval,
): Promise<boolean> {
  const ownFirst = removal.kind === 'mark'
  let ownDone = false
  let written = 0
  const asked = new Set<string>()
  const failures: HookFailedError[] = []
  const send = async (others: readonly PendingWrite[], isLast: boolean): Promise<void> => {
    const turn = !ownDone && (ownFirst || isLast)
    const mine = turn ? await own.write() : undefined
    if (mine === undefined && others.length === 0) return
    const lead = mine ?? pendingStay(record, state, removal, own.options)
    const writes = ownFirst ? [lead, ...others] : [...others, lead]
    try {
      failures.push(...(await (writes.length === 1 ? commitOne(lead) : commitAll(writes))))
      written += others.length + (turn ? 1 : 0)
      ownDone ||= turn
    } catch (error) {
      if (!isDynamoDBToolingError(error, 'TRANSACTION.TOO_LARGE') || others.length < 2) throw error
      const half = others.length >> 1
      await send(others.slice(0, half), false)
      await send(others.slice(half), isLast)
    }
  }
  for (let attempt = 1; ; attempt++) {
    const others = await dependentWrites(record, state, removal, asked)
    if (others === undefined) return false
    const room = MOST_WRITES - writesOf(state.binding)
    let part: PendingWrite[] = []
    let weight = 0
    try {
      for await (const pending of others) {
        const needs = writesOf(pending.binding)
        if (weight + needs > room) {
          // More than one transaction: who may object is asked before the first.
          if (written === 0) await askAll(state, removal, asked)
          await send(part, false)
          part = []
          weight = 0
        }
        part.push(pending)
        weight += needs
      }
      await send(part, true)
      break
    } catch (error) {
      // Somebody else deleted or took one of the rows: what is left is looked up again.
      if (error instanceof ModelNotFoundError && attempt < ATTEMPTS) continue
      if (written === 0) throw error
      const { name } = state.binding.schema
      const how = ownDone
        ? `The ${name} is deleted, but not all rows that depend on it`
        : `${written} rows that depend on the ${name} were written, and then it failed; the ${name} itself is as it was`
      throw new ModelError('MODEL.CASCADE_INCOMPLETE', `${how}.`, {
        cause: withFailures(error, failures),
        details: { model: name, written },
      })
    }
  }
  report(failures)
  return true
}

/** The row that others depend on is as it should be while they are written without it. DynamoDB: "ConditionCheck". */
function pendingStay(
  record: Attributes,
  state: RecordState,
  removal: Removal,
  options: DeleteOptions = {},
): PendingWrite {
  const { binding } = state
  if (removal.kind === 'delete') return pendingSame(record, state, options)
  const name = binding.schema.deletedAt
  const moment = binding.codec.encodeAttribute(name, removal.deletedAt)
  return pendingSame(record, state, { still: unchanged(name, { [name]: moment }), anyVersion: true })
}

async function* doomed(
  binding: ModelBinding,
  owners: readonly AttributeMap[],
  sweep: Sweep,
): AsyncGenerator<PendingWrite> {
  for (const dependent of reached(binding, sweep.removal))
    for (const owner of owners)
      for await (const rows of newRows(dependent, owner, sweep)) {
        if (dependent.rule === 'cascade') yield* doomed(dependent.model, rows.map(storedOf), sweep)
        for (const row of rows) {
          const pending = await pendingOf(row, dependent, sweep)
          if (pending !== undefined) yield pending
        }
      }
}

/** Asks the hooks of all rows that go along, where any listens. @throws ModelError `MODEL.VETOED`; whatever a hook throws */
async function askAll(state: RecordState, removal: Removal, asked: Set<string>): Promise<void> {
  const visit = async (binding: ModelBinding, owners: readonly AttributeMap[], sweep: Sweep): Promise<void> => {
    for (const dependent of reached(binding, removal)) {
      if (dependent.rule !== 'cascade' || !hearsOf(dependent.model, removal, new Set())) continue
      for (const owner of owners)
        for await (const rows of newRows(dependent, owner, sweep)) {
          await visit(dependent.model, rows.map(storedOf), sweep)
          for (const row of rows) await askOnce(row, sweep)
        }
    }
  }
  await visit(state.binding, [state.stored as AttributeMap], { removal, asked, seen: new Set() })
}

/** True where hooks are told of rows of a model that are removed, or of those that go with them. */
function hearsOf(binding: ModelBinding, removal: Removal, visited: Set<ModelBinding>): boolean {
  if (visited.has(binding)) return false
  visited.add(binding)
  return (
    listens(binding, eventsOf(binding, removal).before) ||
    reached(binding, removal).some(({ rule, model }) => rule === 'cascade' && hearsOf(model, removal, visited))
  )
}

/** The rules that a removal follows. Marked rows can come back, and then find what belongs to them. */
function reached(binding: ModelBinding, { kind }: Removal): readonly Dependent[] {
  return dependentsOf(binding).filter(
    ({ rule, model }) => rule !== 'restrict' && (kind === 'delete' || (rule === 'cascade' && model.schema.softDeletes)),
  )
}

async function* newRows(
  dependent: Dependent,
  owner: AttributeMap,
  { removal, seen }: Sweep,
): AsyncGenerator<readonly Attributes[]> {
  for await (const page of pagesOf(dependent, owner, removal))
    yield page.filter((row) => isNew(seen, placeOf(dependent.model, savedStateOf(row))))
}

const storedOf = (row: Attributes): AttributeMap => savedStateOf(row).stored as AttributeMap

function eventsOf({ schema }: ModelBinding, removal: Removal): WriteEvents {
  return removal.kind === 'delete'
    ? deletionEvents(schema)
    : markEvents(removal.kind === 'mark' ? removal.deletedAt : undefined)
}

async function askOnce(row: Attributes, { removal, asked }: Sweep): Promise<void> {
  const { binding, ...state } = savedStateOf(row)
  const events = eventsOf(binding, removal)
  if (listens(binding, events.before) && isNew(asked, placeOf(binding, state))) await ask(binding, row, events)
}

/** The write for one row, on condition that it still belongs to the row that goes. */
async function pendingOf(row: Attributes, { rule, keys }: Dependent, sweep: Sweep): Promise<PendingWrite | undefined> {
  const state = savedStateOf(row)
  const { removal } = sweep
  const still = and(...keys.map((name) => unchanged(name, state.stored as AttributeMap)))
  const options = { anyVersion: true, still }
  let pending: PendingWrite | undefined
  if (rule === 'nullify') {
    for (const name of keys) row[name] = undefined
    pending = await pendingUpdate(row, state, options)
  } else {
    await askOnce(row, sweep)
    if (removal.kind === 'delete') pending = pendingDelete(row, state, options)
    else pending = await pendingMark(row, state, removal.kind === 'mark' ? removal.deletedAt : undefined, options)
  }
  return pending && ifStill(pending, still)
}

/** A row that belongs to another meanwhile is none of those that go: they are looked up again. */
function ifStill(pending: PendingWrite, still: Condition): PendingWrite {
  const build = async (): Promise<RowWrite> => {
    const write = await pending.build()
    const refused: RowWrite['refused'] = (conflict) => {
      if (conflict.item !== undefined && !holds(still, conflict.item))
        throw gone(pending.binding, 'belongs to another row meanwhile')
      return write.refused(conflict)
    }
    return { ...write, refused }
  }
  return { ...pending, build }
}

async function* pagesOf(
  dependent: Dependent,
  owner: AttributeMap,
  removal: Removal,
): AsyncGenerator<readonly Attributes[]> {
  const query = dependent.rows(owner)
  if (query === undefined) return
  const wanted =
    removal.kind === 'delete'
      ? query.withTrashed()
      : removal.kind === 'mark'
        ? query
        : query.onlyTrashed().where(dependent.model.schema.deletedAt as never, removal.deletedAt as never)
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
async function refuseRestricted(binding: ModelBinding, owners: readonly AttributeMap[], sweep: Sweep): Promise<void> {
  const { removal } = sweep
  const dependents = dependentsOf(binding)
  for (const dependent of dependents.filter(({ rule }) => rule === 'restrict')) {
    for (const owner of owners) {
      const query = dependent.rows(owner)
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
    for (const owner of owners)
      for await (const rows of newRows(dependent, owner, sweep))
        await refuseRestricted(dependent.model, rows.map(storedOf), sweep)
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

function placeOf({ table, design }: ModelBinding, { stored }: Pick<RecordState, 'stored'>): string {
  return `${table.tableName} ${keyText(table, storedKeyOf(table, design, stored ?? {}))}`
}
