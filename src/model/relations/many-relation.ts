import {
  changed,
  EMPTY_SPEC,
  type QueryBuilder as Query,
  QueryBuilder,
  QueryError,
  stateOf,
} from '../../query/index.js'
import type { CreateInput, KeyOf, RecordOf, Row } from '../../schema/index.js'
import { commitTogether } from '../commit-together.js'
import { pendingInsert } from '../insert.js'
import type { ModelClass } from '../model-space.js'
import type { Attributes } from '../record.js'
import { savedStateOf, stateFor } from '../state-for.js'
import { pendingUpdate } from '../update.js'
import { betweenOf, farRows } from './far-rows.js'
import { type PivotKey, type PivotValues, pivotKeys } from './pivot-keys.js'
import { attachedIn, changePivots, type PivotChanges, pendingPivot, pivotsOf } from './pivot-writes.js'
import { pivotModel } from './pivots.js'
import { checkRelated, originOf } from './relation-origin.js'

/** A row on the far side carries the pivot row that leads there. */
export interface WithPivot {
  readonly pivot: Readonly<Record<string, any>>
}
/** One row on the far side: its key, or a record of it. */
type Far<M extends ModelClass> = KeyOf<M> | InstanceType<M>
/** Rows on the far side: one, several, or keys with what their pivot rows carry. */
export type FarRows<M extends ModelClass> = Far<M> | readonly Far<M>[] | { readonly [key: string]: true | PivotValues }

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
export class ManyRelation<M extends ModelClass, R = RecordOf<M> & WithPivot> extends QueryBuilder<M, R> {
  /** Adds pivot rows. Those that are there stay, with the attributes that are given now. */
  async attach(rows: FarRows<M>, pivot?: PivotValues): Promise<PivotChanges> {
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
  async detach(rows?: FarRows<M>): Promise<PivotChanges> {
    const origin = originOf(this)
    const given = rows === undefined ? undefined : pivotKeys(origin, rows)
    let keys = given ?? (await this.#attached())
    if (this.#isNarrowed()) {
      const found = pivotKeys(origin, await this.get())
      const asked = given && new Set(given.map(({ text }) => text))
      keys = asked === undefined ? found : found.filter(({ text }) => asked.has(text))
    }
    return changePivots(
      origin,
      keys.map((key) => ({ ...key, there: false })),
    )
  }

  /** Exactly these: others are detached. `{ detaching: false }` leaves them. */
  async sync(
    rows: FarRows<M>,
    { detaching = true, pivot }: { readonly detaching?: boolean; readonly pivot?: PivotValues } = {},
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

  async syncWithoutDetaching(rows: FarRows<M>, pivot?: PivotValues): Promise<PivotChanges> {
    return this.sync(rows, { detaching: false, ...(pivot === undefined ? {} : { pivot }) })
  }

  /** Attaches those that are not attached, and detaches those that are. */
  async toggle(rows: FarRows<M>, pivot?: PivotValues): Promise<PivotChanges> {
    this.#refuseConditions('toggle')
    const keys = pivotKeys(originOf(this), rows, pivot)
    const there = await pivotsOf(originOf(this), keys)
    return changePivots(
      originOf(this),
      keys.map((key) => ({ ...key, there: attachedIn(there.get(key.text)).length === 0 })),
    )
  }

  /** Changes what a pivot row carries. @returns false when there is no such pivot row */
  async updateExistingPivot(row: Far<M>, values: PivotValues): Promise<boolean> {
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

  /** Only rows whose pivot row is so: `wherePivot('level', '>', 2)`. */
  wherePivot(attribute: string, ...rest: readonly unknown[]): this {
    type Where = (...given: readonly unknown[]) => Query<any, any>
    const origin = originOf(this)
    const before = origin.between
    const between = (query: Query<any, any>): Query<any, any> =>
      ((before === undefined ? query : before(query)).where as unknown as Where)(attribute, ...rest)
    const narrower = { ...origin, between }
    return changed(this, { origin: narrower, source: farRows(narrower) })
  }

  /** The pivot rows themselves, as a query. */
  pivots(): Query<any, Attributes> {
    return betweenOf(originOf(this)).builder
  }

  /** A new row on the far side and its pivot row, in one transaction. */
  async create(values: CreateInput<M>, pivot?: PivotValues): Promise<Row<M>> {
    const row = originOf(this).related.model.make<ModelClass>(values)
    await this.#write(row as unknown as Attributes, pivot)
    return row as unknown as Row<M>
  }

  /** Saves a row of the far side and attaches it, in one transaction. */
  async save<C extends InstanceType<M>>(row: C, pivot?: PivotValues): Promise<C> {
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

  async #attached(): Promise<readonly PivotKey[]> {
    const origin = originOf(this)
    const { relatedKey } = pivotModel(origin.owner, origin.relation, origin.related)
    return [...(await pivotsOf(origin))].map(([text, [row]]) => ({ text, value: row?.[relatedKey], pivot: undefined }))
  }

  #isNarrowed(): boolean {
    const { spec, tests } = stateOf(this)
    return originOf(this).between !== undefined || tests !== undefined || spec !== EMPTY_SPEC
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
