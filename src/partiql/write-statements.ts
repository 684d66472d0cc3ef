import { type Condition, type Path } from '../expressions/index.js'
import { type Connection, currentConnection } from '../runtime/index.js'
import { type AttributeValue, unmarshall } from '../values/index.js'
import { type Extra, refuseExtras } from './condition-text.js'
import { PartiqlError } from './errors.js'
import { equalTo, tableKeys } from './key-of-condition.js'
import { conditionTextOf, type Row } from './select-statement.js'
import { executeStatement, hasAll } from './send-statements.js'
import { memberName, quotedPath, quotedTable, type Statement, StatementText } from './statement-text.js'
import { Conditions, pathIn, valueOf, type WhereArguments } from './where-text.js'

/** What comes back of the item. DynamoDB: "RETURNING". */
export type Returning = 'ALL OLD' | 'MODIFIED OLD' | 'ALL NEW' | 'MODIFIED NEW'

/** A statement that writes one item. */
export interface WriteStatement {
  toStatement(): Statement
}

/** What the engine must have, and the table whose key must be given. */
interface WriteNeeds {
  readonly table: string
  readonly condition: Condition | undefined
  readonly extras: ReadonlySet<string>
  readonly keyed: boolean
}

/** What each statement needs: known here, and no member of what users hold. */
const NEEDS = new WeakMap<object, () => WriteNeeds>()

/** `INSERT INTO "table" VALUE {…}`: an item that is not there yet. Immutable. */
export class InsertStatement implements WriteStatement {
  readonly #table: string
  readonly #values: Readonly<Record<string, unknown>> | undefined

  /** @internal made by `insertInto` */
  constructor(table: string, values?: Readonly<Record<string, unknown>>) {
    quotedTable(table)
    this.#table = table
    this.#values = values
    NEEDS.set(this, () => ({ table, condition: undefined, extras: new Set(), keyed: false }))
  }

  /** The item: values of any type, the key among them. */
  values(values: Readonly<Record<string, unknown>>): InsertStatement {
    return new InsertStatement(this.#table, { ...this.#values, ...plain(values) })
  }

  /** The same as `values`. */
  value(values: Readonly<Record<string, unknown>>): InsertStatement {
    return this.values(values)
  }

  toStatement(): Statement {
    const entries = Object.entries(this.#values ?? {})
    if (entries.length === 0)
      throw new PartiqlError('PARTIQL.INVALID', 'An item has values: insertInto(table).values({ … }).')
    const text = new StatementText()
    const members = entries.map(([name, value]) => `${memberName(name)}: ${text.value(valueOf(value, name))}`)
    return text.finish(`INSERT INTO ${quotedTable(this.#table)} VALUE {${members.join(', ')}}`)
  }

  /** @throws ConditionalCheckFailedError where an item has the key; ServiceError */
  async execute(): Promise<void> {
    await send(this)
  }
}

type Change =
  | { readonly kind: 'set'; readonly path: Path; readonly value: AttributeValue }
  | {
      readonly kind: 'plus' | 'list_append' | 'set_add' | 'set_delete'
      readonly path: Path
      readonly value: AttributeValue
    }
  | { readonly kind: 'remove'; readonly path: Path }

interface Update {
  readonly table: string
  readonly changes: readonly Change[]
  readonly conditions: Conditions
  readonly returning: Returning | undefined
}

/** `UPDATE "table" SET … REMOVE … WHERE … RETURNING …`: an item that is there. Immutable. */
export class UpdateStatement implements WriteStatement {
  readonly #update: Update

  /** @internal made by `updateTable` */
  constructor(table: string, update?: Update) {
    quotedTable(table)
    this.#update = update ?? { table, changes: [], conditions: new Conditions(), returning: undefined }
    const condition = () => this.#update.conditions.condition()
    NEEDS.set(this, () => ({ table, condition: condition(), extras: this.#text().extras, keyed: true }))
  }

  #with(change: Partial<Update>): UpdateStatement {
    return new UpdateStatement(this.#update.table, { ...this.#update, ...change })
  }

  #change(kind: Exclude<Change['kind'], 'remove'>, name: string, value: unknown): UpdateStatement {
    const change: Change = { kind, path: pathIn(name), value: valueOf(value, name) }
    return this.#with({ changes: [...this.#update.changes, change] })
  }

  /** `set('status', 'open')`, `set('address.city', 'Oslo')`, `set({ a: 1, b: 2 })`. */
  set(name: string, value: unknown): UpdateStatement
  set(values: Readonly<Record<string, unknown>>): UpdateStatement
  set(first: string | Readonly<Record<string, unknown>>, value?: unknown): UpdateStatement {
    if (typeof first === 'string') return this.#change('set', first, value)
    return Object.entries(plain(first)).reduce<UpdateStatement>(
      (all, [name, each]) => all.#change('set', name, each),
      this,
    )
  }

  /** Adds to a number that is there. */
  increment(name: string, by: number | bigint = 1): UpdateStatement {
    return this.#change('plus', name, by)
  }

  /** Adds elements at the end of a list that is there. */
  append(name: string, elements: readonly unknown[]): UpdateStatement {
    return this.#change('list_append', name, elements)
  }

  /** Adds members to a set. */
  addTo(name: string, members: ReadonlySet<unknown>): UpdateStatement {
    return this.#change('set_add', name, members)
  }

  /** Takes members out of a set. */
  deleteFrom(name: string, members: ReadonlySet<unknown>): UpdateStatement {
    return this.#change('set_delete', name, members)
  }

  /** Takes attributes away. */
  remove(...names: readonly string[]): UpdateStatement {
    const changes = names.map((name): Change => ({ kind: 'remove', path: pathIn(name) }))
    return this.#with({ changes: [...this.#update.changes, ...changes] })
  }

  /** The key of the item, each attribute by `=`, and conditions that must hold as well. */
  where(...given: WhereArguments): UpdateStatement {
    return this.#with({ conditions: this.#update.conditions.where(...given) })
  }

  /** The same as `where`. */
  andWhere(...given: WhereArguments): UpdateStatement {
    return this.where(...given)
  }

  returning(what: Returning): UpdateStatement {
    return this.#with({ returning: checkReturning(what, ['ALL OLD', 'MODIFIED OLD', 'ALL NEW', 'MODIFIED NEW']) })
  }

  toStatement(): Statement {
    return this.#text().statement
  }

  #text(): { readonly statement: Statement; readonly extras: ReadonlySet<string> } {
    const { table, changes, conditions, returning } = this.#update
    const condition = conditions.condition()
    if (changes.length === 0)
      throw new PartiqlError('PARTIQL.INVALID', 'An update changes something: set, remove, increment …')
    if (condition === undefined)
      throw new PartiqlError('PARTIQL.NEEDS_KEY', 'An update is of one item: where(key attribute, value).')
    const text = new StatementText()
    const extras = new Set<string>()
    for (const { path } of changes) if (path.some((step) => String(step).includes('.'))) extras.add('names with dots')
    const set = changes.flatMap((change) => (change.kind === 'remove' ? [] : [assignment(change, text, extras)]))
    const gone = changes.flatMap(({ kind, path }) => (kind === 'remove' ? [quotedPath(path)] : []))
    const clauses = [
      `UPDATE ${quotedTable(table)}`,
      ...(set.length === 0 ? [] : [`SET ${set.join(', ')}`]),
      ...gone.map((path) => `REMOVE ${path}`),
      `WHERE ${conditionTextOf(condition, text, extras as Set<Extra>)}`,
      ...(returning === undefined ? [] : [`RETURNING ${returning} *`]),
    ]
    if (gone.length > 1) extras.add('several REMOVE')
    return { statement: text.finish(clauses.join(' ')), extras }
  }

  /**
   * @returns what `returning` asks for; null for nothing
   * @throws ConditionalCheckFailedError where the item is not there, or a condition does not hold; PartiqlError
   *   `PARTIQL.NEEDS_KEY`
   */
  async execute(): Promise<Row | null> {
    return send(this)
  }
}

function assignment(change: Exclude<Change, { kind: 'remove' }>, text: StatementText, extras: Set<string>): string {
  const { kind, value } = change
  const path = quotedPath(change.path)
  const parameter = text.value(value)
  if (kind === 'set') return `${path} = ${parameter}`
  extras.add(kind === 'plus' ? 'arithmetic' : kind)
  return kind === 'plus' ? `${path} = ${path} + ${parameter}` : `${path} = ${kind}(${path}, ${parameter})`
}

/** `DELETE FROM "table" WHERE … RETURNING …`: one item. Immutable. */
export class DeleteStatement implements WriteStatement {
  readonly #table: string
  readonly #conditions: Conditions
  readonly #returning: Returning | undefined

  /** @internal made by `deleteFrom` */
  constructor(table: string, conditions: Conditions = new Conditions(), returning?: Returning) {
    quotedTable(table)
    this.#table = table
    this.#conditions = conditions
    this.#returning = returning
    NEEDS.set(this, () => ({ table, condition: conditions.condition(), extras: this.#text().extras, keyed: true }))
  }

  /** The key of the item, each attribute by `=`, and conditions that must hold as well. */
  where(...given: WhereArguments): DeleteStatement {
    return new DeleteStatement(this.#table, this.#conditions.where(...given), this.#returning)
  }

  /** The same as `where`. */
  andWhere(...given: WhereArguments): DeleteStatement {
    return this.where(...given)
  }

  returning(what: 'ALL OLD'): DeleteStatement {
    return new DeleteStatement(this.#table, this.#conditions, checkReturning(what, ['ALL OLD']))
  }

  toStatement(): Statement {
    return this.#text().statement
  }

  #text(): { readonly statement: Statement; readonly extras: ReadonlySet<string> } {
    const condition = this.#conditions.condition()
    if (condition === undefined)
      throw new PartiqlError('PARTIQL.NEEDS_KEY', 'A deletion is of one item: where(key attribute, value).')
    const text = new StatementText()
    const extras = new Set<Extra>()
    const where = conditionTextOf(condition, text, extras)
    const returning = this.#returning === undefined ? '' : ` RETURNING ${this.#returning} *`
    return { statement: text.finish(`DELETE FROM ${quotedTable(this.#table)} WHERE ${where}${returning}`), extras }
  }

  /**
   * Nothing happens where the item is not there: `returning('ALL OLD')` tells.
   *
   * @returns the item that was deleted, with `returning('ALL OLD')`; null for none
   * @throws ConditionalCheckFailedError where a condition does not hold; PartiqlError `PARTIQL.NEEDS_KEY`
   */
  async execute(): Promise<Row | null> {
    return send(this)
  }
}

function checkReturning<T extends Returning>(what: T, allowed: readonly T[]): T {
  if (allowed.includes(what)) return what
  throw new PartiqlError('PARTIQL.INVALID', `RETURNING has ${allowed.join(', ')}, and not ${JSON.stringify(what)}.`)
}

function plain(values: unknown): Readonly<Record<string, unknown>> {
  if (typeof values === 'object' && values !== null && !Array.isArray(values))
    return values as Readonly<Record<string, unknown>>
  throw new PartiqlError('PARTIQL.INVALID', 'Values are an object by attribute: { status: "open" }.')
}

async function send(statement: WriteStatement): Promise<Row | null> {
  const connection = currentConnection()
  await checkWrite(connection, statement)
  const { items } = await executeStatement(connection, statement.toStatement())
  const [item] = items
  return item === undefined ? null : unmarshall(item)
}

/** @throws PartiqlError `PARTIQL.NEEDS_KEY`, `PARTIQL.UNSUPPORTED`: what DynamoDB would refuse, in words */
export async function checkWrite(connection: Connection, statement: WriteStatement): Promise<void> {
  const { table, condition, extras, keyed } = (NEEDS.get(statement) as () => WriteNeeds)()
  const driver = await connection.driver()
  if (!hasAll(driver)) refuseExtras(driver.name, extras)
  if (!keyed) return
  const { table: key } = await tableKeys(connection, table)
  const missing = key.filter((name) => equalTo(condition, name) === undefined)
  if (missing.length > 0)
    throw new PartiqlError(
      'PARTIQL.NEEDS_KEY',
      `${missing.join(' and ')} of ${table} ${missing.length === 1 ? 'is' : 'are'} not compared by =.`,
      {
        hint: `DynamoDB writes one item, by its key (${key.join(', ')}). Many are written by Model.query().update(…) and .delete().`,
        details: { table, missing },
      },
    )
}
