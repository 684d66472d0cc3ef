import { inspect } from 'node:util'
import type { NameIn, UpdateInput } from '../schema/index.js'
import { attributeNamed, shownNames } from './attribute-names.js'
import { answerDefinitions } from './definition-fields.js'
import { ModelError } from './errors.js'
import { fillRecord } from './fill.js'
import { refuseForeign } from './not-of-records.js'
import { type Attributes, dirtyNames, toPlain } from './record.js'
import { type RecordState, stateOf } from './record-state.js'
import { stateFor } from './state-for.js'

/** What a record knows of its own attributes; nothing here is sent anywhere. */
export abstract class ModelRecord {
  static {
    answerDefinitions(this.prototype)
    refuseForeign(this)
  }

  /** Sets attributes without saving. Guarded ones are an error. */
  fill<A>(this: this & Declares<A>, values: UpdateInput<A>): this {
    fillRecord(stateFor(this).binding, this as unknown as Attributes, values, false)
    return this
  }

  /** `fill`, guarded attributes included. */
  forceFill<A>(this: this & Declares<A>, values: UpdateInput<A>): this {
    fillRecord(stateFor(this).binding, this as unknown as Attributes, values, true)
    return this
  }

  /**
   * Says which version of the row the next write is for, such as one that came back with a form. Without it a record goes
   * by the version it was read with.
   *
   * @throws ModelError `MODEL.INVALID_INPUT` for a model without versions
   */
  expectVersion(version: number): this {
    const { schema } = stateFor(this).binding
    if (schema.version === undefined || !Number.isSafeInteger(version))
      throw new ModelError('MODEL.INVALID_INPUT', `${schema.name} cannot expect the version ${String(version)}.`, {
        hint: 'Set `static version = true` on the model, and give a whole number.',
      })
    ;(this as unknown as Attributes)[schema.version] = version
    return this
  }

  /** True when something (or one of the named attributes) differs from what is stored. */
  isDirty<A>(this: this & Declares<A>, ...attributes: Names<NameIn<A>>): boolean {
    const state = stateFor(this)
    return isAnyOf(state, dirtyNames(this as unknown as Attributes, state), flat(attributes))
  }

  isClean<A>(this: this & Declares<A>, ...attributes: Names<NameIn<A>>): boolean {
    return !this.isDirty(...attributes)
  }

  /** Attributes that differ from what is stored, with their values now. */
  getDirty(): Record<string, unknown> {
    const record = this as unknown as Attributes
    return Object.fromEntries(dirtyNames(record, stateFor(this)).map((name) => [name, record[name]]))
  }

  /** The attributes (or one of them) as they are stored. */
  getOriginal(): Record<string, unknown>
  getOriginal<A>(this: this & Declares<A>, attribute: NameIn<A>): unknown
  getOriginal(attribute?: string): unknown {
    const { binding, stored } = stateFor(this)
    const original: Attributes = {}
    if (stored !== undefined) binding.codec.decodeInto(original, stored)
    return attribute === undefined ? original : original[attributeNamed(binding.schema, attribute)]
  }

  /** True when the last save changed something (or one of the named attributes). */
  wasChanged<A>(this: this & Declares<A>, ...attributes: Names<NameIn<A>>): boolean {
    const state = stateFor(this)
    return isAnyOf(state, Object.keys(state.changes), flat(attributes))
  }

  /** What the last save changed. */
  getChanges(): Readonly<Record<string, unknown>> {
    return stateFor(this).changes
  }

  /** True for a record of a row that is stored: false before the first save, and after it was deleted. */
  get exists(): boolean {
    return stateOf(this)?.stored !== undefined
  }

  /** True when this record created its row: after `create`, and after `firstOrCreate` where no row was there. */
  get wasRecentlyCreated(): boolean {
    return stateOf(this)?.created === true
  }

  /** The named attributes, as plain data. */
  only<A>(this: this & Declares<A>, ...names: Names<NameIn<A>>): Record<string, unknown> {
    const { schema } = stateFor(this).binding
    const record = this as unknown as Attributes
    return Object.fromEntries(flat(names).map((name) => [attributeNamed(schema, name), record[name]]))
  }

  /** Every attribute but the named ones, as plain data. */
  except<A>(this: this & Declares<A>, ...names: Names<NameIn<A>>): Record<string, unknown> {
    const { codec, schema } = stateFor(this).binding
    const left = new Set(flat(names).map((name) => attributeNamed(schema, name)))
    return this.only(
      codec.names.filter((name) => !left.has(name) && (this as unknown as Attributes)[name] !== undefined) as never[],
    )
  }

  /** Shows hidden attributes, relations or appended getters of this record in `toJSON`. */
  makeVisible<A>(this: this & Declares<A>, ...names: Names<NameIn<A> | (string & keyof this)>): this {
    const state = stateFor(this)
    const list = shownNames(this, state, flat(names))
    state.shown = new Set([...(state.shown ?? []), ...list])
    state.concealed = new Set([...(state.concealed ?? [])].filter((name) => !list.includes(name)))
    return this
  }

  /** Hides them from `toJSON`. */
  makeHidden<A>(this: this & Declares<A>, ...names: Names<NameIn<A> | (string & keyof this)>): this {
    const state = stateFor(this)
    const list = shownNames(this, state, flat(names))
    state.concealed = new Set([...(state.concealed ?? []), ...list])
    state.shown = new Set([...(state.shown ?? [])].filter((name) => !list.includes(name)))
    return this
  }

  /** True for records of the same row. */
  is(other: unknown): boolean {
    if (!(other instanceof ModelRecord)) return false
    const [mine, theirs] = [stateFor(this).binding.schema, stateFor(other).binding.schema]
    const key = mine.primaryKey
    return mine === theirs && (this as unknown as Attributes)[key] === (other as unknown as Attributes)[key]
  }

  isNot(other: unknown): boolean {
    return !this.is(other)
  }

  /** Visible attributes and loaded relations in JSON's terms: dates as ISO 8601, sets as lists, binary as base64. */
  toJSON(): Record<string, unknown> {
    const { binding, relations, shown, concealed } = stateFor(this)
    const { hidden, visible, appends } = binding.schema
    const record = this as unknown as Attributes
    const json: Attributes = {}
    for (const name of [...binding.codec.names, ...appends, ...relations]) {
      const secret =
        concealed?.has(name) ||
        (!shown?.has(name) && (hidden.has(name) || (visible !== undefined && !visible.has(name))))
      if (!secret && record[name] !== undefined) json[name] = toPlain(record[name])
    }
    return json
  }

  /** The same as `toJSON`. */
  toArray(): Record<string, unknown> {
    return this.toJSON()
  }

  /** The value of the primary key; undefined as long as it has none. */
  getKey(): any {
    return (this as unknown as Attributes)[this.getKeyName()]
  }

  /** The name of the primary key. */
  getKeyName(): string {
    return stateFor(this).binding.schema.primaryKey
  }

  /** The value of an attribute, as the property of that name. @throws ModelError `MODEL.UNKNOWN_ATTRIBUTE` */
  getAttribute<A>(this: this & Declares<A>, name: NameIn<A>): any {
    return (this as unknown as Attributes)[attributeNamed(stateFor(this).binding.schema, name)]
  }

  /** @internal what `console.log` shows: never a hidden attribute */
  [inspect.custom](_depth: number, options: object): string {
    const state = stateOf(this)
    if (state === undefined) return `${this.constructor.name} {}`
    const { schema } = state.binding
    const record = this as unknown as Attributes
    const shown = Object.fromEntries(
      Object.keys(record).map((name) => [name, schema.secret.has(name) ? '[hidden]' : record[name]]),
    )
    return `${schema.name} ${inspect(shown, options)}`
  }
}

/** A record with these attributes. Found through `this`, so that a model's own methods know them as its callers do. */
export interface Declares<A> {
  attributes?: A
}
/** Names as arguments, or as one list. */
type Names<N extends string = string> = readonly N[] | readonly [readonly N[]]

function flat(names: Names): readonly string[] {
  return (names as readonly (string | readonly string[])[]).flat()
}

/** True where one of the names is among those that changed; without names, where any changed. */
function isAnyOf({ binding }: RecordState, changed: readonly string[], names: readonly string[]): boolean {
  if (names.length === 0) return changed.length > 0
  return names.map((name) => attributeNamed(binding.schema, name)).some((name) => changed.includes(name))
}
