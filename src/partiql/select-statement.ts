import { type Condition, ExpressionCompiler } from '../expressions/index.js'
import { callSite, ToldSites } from '../kernel/index.js'
import { type Connection, currentConnection } from '../runtime/index.js'
import { unmarshall } from '../values/index.js'
import { conditionText, type Extra, refuseExtras } from './condition-text.js'
import { PartiqlError } from './errors.js'
import { equalTo, isKeyed, type KeyNames, tableKeys } from './key-of-condition.js'
import { executeStatement, hasAll, sorts } from './send-statements.js'
import { quoted, quotedPath, quotedTable, type Statement, StatementText } from './statement-text.js'
import { Conditions, pathIn, type WhereArguments } from './where-text.js'

/** An item as plain values; see `unmarshall`. */
export type Row = Record<string, unknown>

/** A page of rows, and where the next one begins. */
export interface StatementPage {
  readonly rows: Row[]
  /** Undefined on the last page. */
  readonly nextToken: string | undefined
}

interface Select {
  readonly table: string
  readonly index: string | undefined
  readonly names: readonly string[]
  readonly conditions: Conditions
  readonly order: { readonly name: string; readonly backward: boolean } | undefined
  readonly limit: number | undefined
  readonly consistent: boolean
}

const warned = new ToldSites()
/** Items that a page is asked to look at, at most: beyond it, DynamoDB's megabyte ends it. */
const LARGEST_ASKED_PAGE = 1000
const PAGE_GROWTH = 4

/**
 * `SELECT … FROM "table"."index" WHERE …`. Immutable: each call gives a new one. Nothing is sent before `execute`, `first`, `page` or the
 * iteration.
 */
export class SelectStatement implements AsyncIterable<Row> {
  readonly #select: Select

  /** @internal made by `selectFrom` */
  constructor(table: string, index?: string, select?: Select) {
    quotedTable(table, index)
    this.#select = select ?? {
      table,
      index,
      names: [],
      conditions: new Conditions(),
      order: undefined,
      limit: undefined,
      consistent: false,
    }
  }

  #with(change: Partial<Select>): SelectStatement {
    const select = { ...this.#select, ...change }
    return new SelectStatement(select.table, select.index, select)
  }

  /** Of this index: `FROM "orders"."byStatus"`. */
  index(name: string): SelectStatement {
    return this.#with({ index: name })
  }

  /** Attributes, or places inside them, that are read: those inside come by their last name. Default: all. */
  select(...names: readonly string[]): SelectStatement {
    for (const name of names) pathIn(name)
    return this.#with({ names: [...this.#select.names, ...names] })
  }

  /**
   * `where('status', 'open')`, `where('total', '>=', 100)`, `where({ a: 1, b: 2 })`, `where((q) => q.where(…).orWhere(…))`.
   *
   * @throws PartiqlError `PARTIQL.INVALID`
   */
  where(...given: WhereArguments): SelectStatement {
    return this.#with({ conditions: this.#select.conditions.where(...given) })
  }

  /** The same as `where`. */
  andWhere(...given: WhereArguments): SelectStatement {
    return this.where(...given)
  }

  /** Everything so far, or this. */
  orWhere(...given: WhereArguments): SelectStatement {
    return this.#with({ conditions: this.#select.conditions.orWhere(...given) })
  }

  whereNot(...given: WhereArguments): SelectStatement {
    return this.#with({ conditions: this.#select.conditions.whereNot(...given) })
  }

  whereIn(name: string, values: readonly unknown[]): SelectStatement {
    return this.where(name, 'in', values)
  }

  whereBetween(name: string, values: readonly [unknown, unknown]): SelectStatement {
    return this.where(name, 'between', values)
  }

  /** Rows in the order of the sort key; DynamoDB has no other order. The partition key must be compared by `=`. */
  orderBy(name: string, direction: 'asc' | 'desc' = 'asc'): SelectStatement {
    if (direction !== 'asc' && direction !== 'desc')
      throw new PartiqlError('PARTIQL.INVALID', `The order is asc or desc, not ${JSON.stringify(direction)}.`)
    if (this.#select.order !== undefined)
      throw new PartiqlError('PARTIQL.UNSUPPORTED', 'DynamoDB sorts by the sort key alone.', {
        hint: 'Sort the rest of it in the program, or use Model.query().orderBy(…).orderBy(…).',
      })
    return this.#with({ order: { name, backward: direction === 'desc' } })
  }

  /** So many rows at most. PartiQL for DynamoDB has no LIMIT: pages are read until there are as many. */
  limit(rows: number): SelectStatement {
    if (!Number.isInteger(rows) || rows < 1)
      throw new PartiqlError('PARTIQL.INVALID', `limit is a whole number from 1, not ${String(rows)}.`)
    return this.#with({ limit: rows })
  }

  /** What was written before is seen. DynamoDB: "ConsistentRead"; no global index has it. */
  consistent(): SelectStatement {
    return this.#with({ consistent: true })
  }

  /** The statement and its parameters, as ExecuteStatement takes them. Sends nothing. */
  toStatement(): Statement {
    return this.#text(true).statement
  }

  #text(ordered: boolean): {
    readonly statement: Statement
    readonly extras: ReadonlySet<Extra>
    readonly condition: Condition | undefined
  } {
    const { table, index, names, conditions, order } = this.#select
    const text = new StatementText()
    const extras = new Set<Extra>()
    const columns = names.length === 0 ? '*' : names.map((name) => quotedPath(pathIn(name))).join(', ')
    const condition = conditions.condition()
    const where = condition === undefined ? '' : ` WHERE ${conditionTextOf(condition, text, extras)}`
    const by =
      order === undefined || !ordered ? '' : ` ORDER BY ${quoted(order.name)} ${order.backward ? 'DESC' : 'ASC'}`
    const statement = text.finish(`SELECT ${columns} FROM ${quotedTable(table, index)}${where}${by}`)
    return { statement, extras, condition }
  }

  /**
   * Every row, or as many as the limit says.
   *
   * @throws PartiqlError `PARTIQL.SCAN_FORBIDDEN`, `PARTIQL.UNSUPPORTED`; nothing was sent
   */
  async execute(): Promise<Row[]> {
    const rows: Row[] = []
    for await (const row of this) rows.push(row)
    return rows
  }

  /** The same as `execute`. */
  get(): Promise<Row[]> {
    return this.execute()
  }

  /** The first row; null where there is none. */
  async first(): Promise<Row | null> {
    for await (const row of this.limit(1)) return row
    return null
  }

  /** Rows one by one, a page at a time in memory. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    const { limit, order } = this.#select
    const { connection, sorted } = await this.#ready()
    if (order?.backward === true && !sorted) {
      // All of it is read forwards, and turned.
      const rows: Row[] = []
      for await (const page of this.#pages(connection, false)) for (const row of page) rows.push(row)
      yield* rows.toReversed().slice(0, limit)
      return
    }
    for await (const page of this.#pages(connection, sorted, limit)) yield* page
  }

  /** @param wanted rows: not many more items than that are looked at */
  async *#pages(connection: Connection, ordered: boolean, wanted?: number): AsyncGenerator<readonly Row[]> {
    const { consistent } = this.#select
    const { statement } = this.#text(ordered)
    let token: string | undefined
    let left = wanted ?? Number.POSITIVE_INFINITY
    // Without a condition beyond the key the first page has them all; else each looks at more.
    let size = left
    do {
      const limit = size <= LARGEST_ASKED_PAGE ? size : undefined
      const { items, next } = await executeStatement(connection, statement, { consistent, token, limit })
      const rows = items.length > left ? items.slice(0, left) : items
      yield rows.map(unmarshall)
      left -= rows.length
      size = Math.max(left, size * PAGE_GROWTH)
      token = next
    } while (token !== undefined && left > 0)
  }

  /**
   * One page: what DynamoDB finds in 1 MB, or among `limit` items. A page may have no rows, and others follow.
   *
   * @param nextToken of the page before
   */
  async page(nextToken?: string): Promise<StatementPage> {
    const { limit, consistent, order } = this.#select
    const { connection, sorted } = await this.#ready()
    if (order?.backward === true && !sorted)
      refuseExtras((await connection.driver()).name, new Set(['ORDER BY … DESC']))
    const { statement } = this.#text(sorted)
    const page = await executeStatement(connection, statement, { consistent, token: nextToken, limit })
    return { rows: page.items.map(unmarshall), nextToken: page.next }
  }

  /** Refuses what the engine would refuse, or would do at the price of the whole table. */
  async #ready(): Promise<{ readonly connection: Connection; readonly sorted: boolean }> {
    const connection = currentConnection()
    const { table, index, order, consistent } = this.#select
    const { extras, condition } = this.#text(true)
    const driver = await connection.driver()
    if (!hasAll(driver)) refuseExtras(driver.name, extras)
    const sorted = sorts(driver)
    const { scans } = connection.config.queryBuilder
    if (scans === 'allow' && order === undefined && index === undefined) return { connection, sorted }
    const found = await tableKeys(connection, table)
    const key = index === undefined ? found.table : found.indexes.get(index)
    if (key === undefined)
      throw new PartiqlError('PARTIQL.INVALID', `The table ${table} has no index ${index}.`, {
        hint: found.indexes.size === 0 ? 'It has none.' : `It has ${[...found.indexes.keys()].join(', ')}.`,
      })
    if (consistent && index !== undefined && key[0] !== found.table[0])
      throw new PartiqlError('PARTIQL.UNSUPPORTED', 'A global index has no consistent reads.', {
        hint: 'Read the table itself, or leave consistent() out.',
      })
    if (order !== undefined) checkOrder(order.name, condition, key)
    if (!isKeyed(condition, key[0] as string)) this.#scans(connection, key)
    return { connection, sorted }
  }

  #scans(connection: Connection, key: KeyNames): void {
    const { scans } = connection.config.queryBuilder
    if (scans === 'allow') return
    const { table, index } = this.#select
    const site = callSite()
    const what = `A statement without a condition on ${key[0]} by = or in reads the whole ${index === undefined ? `table ${table}` : `index ${index} of ${table}`}`
    if (scans === 'forbid')
      throw new PartiqlError('PARTIQL.SCAN_FORBIDDEN', `${what}${site === undefined ? '' : ` (${site})`}.`, {
        details: { table, index, callSite: site },
      })
    if (!warned.isNew(connection, `${table} ${site ?? ''}`)) return
    process.emitWarning(`${what}${site === undefined ? '' : ` at ${site}`}.`, {
      type: 'ScanWarning',
      code: 'PARTIQL.SCAN',
    })
  }
}

function checkOrder(name: string, condition: Condition | undefined, [partition = '', sort]: KeyNames): void {
  if (name !== sort)
    throw new PartiqlError(
      'PARTIQL.UNSUPPORTED',
      `Rows cannot be sorted by ${name}: DynamoDB sorts by the sort key${sort === undefined ? ', and there is none' : `, ${sort}`}.`,
      {
        hint: 'Take an index that has it as its sort key, sort in the program, or use Model.query().orderBy(…).',
      },
    )
  if (equalTo(condition, partition) === undefined)
    throw new PartiqlError('PARTIQL.UNSUPPORTED', `Rows are sorted within one partition: compare ${partition} by =.`, {
      hint: 'Several partitions are sorted in the program, or by Model.query().orderBy(…).',
    })
}

/** A condition as PartiQL, over the expression that DynamoDB's other requests have. */
export function conditionTextOf(condition: Condition, text: StatementText, extras: Set<Extra>): string {
  const compiler = new ExpressionCompiler()
  const expression = compiler.condition(condition)
  return conditionText(expression, compiler.attributes(), text, (extra) => extras.add(extra))
}
