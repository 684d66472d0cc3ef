import {
  type Constrain,
  changed,
  EMPTY_SPEC,
  PivotQuery,
  type QueryBuilder as Query,
  QueryError,
  stateOf,
} from '../../query/index.js'
import type { CreateInput, KeyValue, ModelType, PivotInput, RecordOf, Row, WithPivot } from '../../schema/index.js'
import { commitTogether } from '../commit-together.js'
import { pendingInsert } from '../insert.js'
import type { ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'
import { savedStateOf, stateFor } from '../state-for.js'
import { pendingUpdate } from '../update.js'
import { betweenOf } from './far-rows.js'
import { type PivotKey, type PivotValues, pivotKeys } from './pivot-keys.js'
import { attachedIn, changePivots, type PivotChanges, pendingPivot, pivotsOf } from './pivot-writes.js'
import { isPrimaryRead, pivotModel } from './pivots.js'
import { checkRelated, originOf } from './relation-origin.js'

/** One row on the far side: its key, or a record of it. */
type Far<M extends ModelClass> = KeyValue<M> | InstanceType<M>
/** Rows on the far side: one, several, or keys with what their pivot rows carry. */
export type FarRows<M extends ModelClass, P extends ModelType> =
  | Far<M>
  | readonly Far<M>[]
  | { readonly [key: string]: true | PivotInput<P> }

/**
 * The rows on the far side of a many-to-many relation, as a query, and the pivot rows that lead there. `belongsToMany`,
 * `morphToMany`, `morphedByMany`. Each row has its pivot row as `pivot`.
 *
 * What changes pivot rows does so in one transaction of up to 100 writes; more go in several, with a warning. Rows that
 * others attach or detach at the same time are no error.
 *
 * @example
 * await user.roles().attach('admin', { level: 3 })
 * await user.roles().sync(['admin', 'editor'])
 * const titles = await user.roles().where('title', '!=', 'Guest').get()
 */
export class ManyRelation<
  M extends ModelClass,
  P extends ModelType = any,
  R = RecordOf<M> & WithPivot<P>,
> extends PivotQuery<M, P, R> {
  /** Adds pivot rows. Those that are there stay, with the attributes that are given now. */
  async attach(rows: FarRows<M, P>, pivot?: PivotInput<P>): Promise<PivotChanges> {
    this.#refuseConditions('attach')
    const keys = pivotKeys(originOf(this), rows, pivot)
    return changePivots(
      originOf(this),
      keys.map((key) => ({ ...key, there: true })),
    )
  }

  /**
   * Takes pivot rows away: those of the rows given, or all; after `where` and `wherePivot` those of them that match. The rows
   * on the far side stay.
   */
  async detach(rows?: FarRows<M, P>): Promise<PivotChanges> {
    const origin = originOf(this)
    const given = rows === undefined ? undefined : pivotKeys(origin, rows)
    const keys = given !== undefined && !this.#isNarrowed() ? given : await this.#attached()
    const asked = given && new Set(given.map(({ text }) => text))
    return changePivots(
      origin,
      keys.filter(({ text }) => asked?.has(text) ?? true).map((key) => ({ ...key, there: false })),
    )
  }

  /** Exactly these: others are detached. `{ detaching: false }` leaves them. */
  async sync(
    rows: FarRows<M, P>,
    { detaching = true, pivot }: { readonly detaching?: boolean; readonly pivot?: PivotInput<P> } = {},
  ): Promise<PivotChanges> {
    this.#refuseConditions('sync')
    const keys = pivotKeys(originOf(this), rows, pivot)
    const wanted = new Set(keys.map(({ text }) => text))
    const others = detaching ? (await this.#attached()).filter(({ text }) => !wanted.has(text)) : []
    return changePivots(originOf(this), [
      ...keys.map((key) => ({ ...key, there: true })),
      ...others.map((key) => ({ ...key, there: false })),
    ])
  }

  /** Exactly these, each pivot row with these attributes. `{ detaching: false }` leaves others attached. */
  async syncWithPivotValues(
    rows: FarRows<M, P>,
    pivot: PivotInput<P>,
    { detaching = true }: { readonly detaching?: boolean } = {},
  ): Promise<PivotChanges> {
    return this.sync(rows, { detaching, pivot })
  }

  /** `sync` that leaves others attached. */
  async syncWithoutDetaching(rows: FarRows<M, P>, pivot?: PivotInput<P>): Promise<PivotChanges> {
    return this.sync(rows, { detaching: false, ...(pivot === undefined ? {} : { pivot }) })
  }

  /** Attaches those that are not attached, and detaches those that are. */
  async toggle(rows: FarRows<M, P>, pivot?: PivotInput<P>): Promise<PivotChanges> {
    this.#refuseConditions('toggle')
    const keys = pivotKeys(originOf(this), rows, pivot)
    const there = await pivotsOf(originOf(this), keys)
    return changePivots(
      originOf(this),
      keys.map((key) => ({ ...key, there: attachedIn(there.get(key.text)).length === 0 })),
    )
  }

  /** Changes what a pivot row carries. @returns false when there is no such pivot row */
  async updateExistingPivot(row: Far<M>, values: PivotInput<P>): Promise<boolean> {
    this.#refuseConditions('updateExistingPivot')
    const keys = pivotKeys(originOf(this), [row])
    const there = await pivotsOf(originOf(this), keys)
    if (attachedIn([...there.values()].flat()).length === 0) return false
    await changePivots(
      originOf(this),
      keys.map((key) => ({ ...key, pivot: values, there: true })),
    )
    return true
  }

  /** The pivot rows themselves, as a query. */
  pivots(): Query<any, Attributes> {
    return betweenOf(originOf(this), this).builder
  }

  /** A new row on the far side and its pivot row, in one transaction. */
  async create(values: CreateInput<M>, pivot?: PivotInput<P>): Promise<Row<M>> {
    const row = originOf(this).related.model.make<ModelClass>(values)
    await this.#write(row as unknown as Attributes, pivot)
    return row as unknown as Row<M>
  }

  /** Saves a row of the far side and attaches it, in one transaction. */
  async save<C extends InstanceType<M>>(row: C, pivot?: PivotInput<P>): Promise<C> {
    checkRelated(originOf(this), row)
    const state = stateFor(row)
    if (state.stored === undefined) await this.#write(row, pivot)
    else {
      const pending = await pendingUpdate(row, savedStateOf(row))
      if (pending !== undefined) await commitTogether([pending])
      await this.attach([row], pivot)
    }
    return row
  }

  async #write(row: Attributes, pivot: PivotValues | undefined): Promise<void> {
    const origin = originOf(this)
    const insert = await pendingInsert(row, stateFor(row))
    const link = await pendingPivot(origin, row[origin.related.schema.primaryKey], pivot)
    await commitTogether([insert, link])
  }

  /** The keys of the rows that are attached, those that the query asks for; of pivot rows alone nothing else is read. */
  async #attached(): Promise<readonly PivotKey[]> {
    const origin = originOf(this)
    if (this.#isFarNarrowed()) return pivotKeys(origin, await this.#consistently().get())
    const { relatedKey } = pivotModel(origin.owner, origin.relation, origin.related)
    const found = await pivotsOf(origin, undefined, stateOf(this).pivots)
    return [...found].map(([text, [row]]) => ({ text, value: row?.[relatedKey], pivot: undefined }))
  }

  /** The same query, its pivot rows read consistently where the table's key leads to them. */
  #consistently(): this {
    const { owner, relation, related } = originOf(this)
    const { pivots } = stateOf(this)
    const strong = isPrimaryRead(pivotModel(owner, relation, related))
    const between: Constrain = (rows) => (pivots?.between(rows) ?? rows).consistentRead(strong)
    return changed(this, { pivots: { between, orderAt: pivots?.orderAt ?? [] } })
  }

  #isFarNarrowed(): boolean {
    const { spec, tests } = stateOf(this)
    return tests !== undefined || spec !== EMPTY_SPEC
  }

  #isNarrowed(): boolean {
    return stateOf(this).pivots !== undefined || this.#isFarNarrowed()
  }

  /** @throws QueryError `QUERY.INVALID_VALUE` where conditions would be passed over */
  #refuseConditions(method: string): void {
    if (!this.#isNarrowed()) return
    const { owner, relation } = originOf(this)
    throw new QueryError(
      'QUERY.INVALID_VALUE',
      `${owner.schema.name}.${relation.name}: ${method} goes by the keys it is given, and by no conditions.`,
      { hint: `Leave where and wherePivot out; detach() is what obeys them.` },
    )
  }
}
