import { and, type Condition, ExpressionCompiler, eq } from '../expressions/index.js'
import { suggest } from '../kernel/index.js'
import { bindingOf, type ModelBinding, type ModelClass, ModelSpace } from '../model/index.js'
import { type Connection, currentConnection, Pace } from '../runtime/index.js'
import type { AttributeSchema } from '../schema/index.js'
import { recognizes } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { cellOf, quoted } from './csv-cell.js'
import { TransferError } from './errors.js'
import { writeFile } from './files.js'
import { formatOf, type TransferFormat } from './formats.js'
import { plainOf } from './plain-value.js'
import { scanItems } from './scan-items.js'

export interface ExportOptions {
  /** Rows of this model: needed for CSV, JSON and JSON Lines. */
  readonly model?: ModelClass | undefined
  /** `dynamodb-json`: items of these models alone. Default: every item of the table, guards and notes among them. */
  readonly models?: readonly ModelClass[] | undefined
  /** Whole name of the table. Default: the model's, else the one that models share. */
  readonly table?: string | undefined
  /** Attributes in this order, or with names of their own: `{ email: 'E-mail' }`. Default: all. */
  readonly columns?: readonly string[] | Readonly<Record<string, string>> | undefined
  /** Rows that this is true for. */
  readonly filter?: ((row: Readonly<Record<string, unknown>>) => boolean) | undefined
  /** Parts of the table that are read at the same time. Default 4. */
  readonly segments?: number | undefined
  /** Capacity units a second. Default: as fast as it goes. */
  readonly maxCapacity?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Told after each page. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

export interface TransferProgress {
  /** Rows that were exported, or looked at. */
  readonly rows: number
  /** Of how many, as DynamoDB counted them in the last six hours. */
  readonly total: number | undefined
  readonly capacity: number
}

export interface ExportedFile {
  readonly file: string
  readonly format: TransferFormat
  readonly rows: number
}

/** Segments of a scan, where nobody says. */
const SEGMENTS = 4

/** See index.ts. */
export class DataExporter {
  readonly #connection: Connection = currentConnection()
  readonly #options: ExportOptions
  readonly #binding: ModelBinding | undefined
  #rows = 0

  constructor(options: ExportOptions) {
    this.#options = options
    this.#binding = options.model && bindingOf(options.model)
    const { segments = SEGMENTS } = options
    if (!Number.isInteger(segments) || segments < 1 || segments > 1_000_000)
      throw new TransferError('TRANSFER.INVALID', `segments is a whole number from 1, not ${String(segments)}.`)
    this.#columns()
  }

  /** Stored items, as DynamoDB has them. */
  async *items(): AsyncGenerator<AttributeMap> {
    for await (const page of this.#pages()) yield* page
  }

  /** The text of a file in this format, in parts. */
  async *text(format: TransferFormat): AsyncGenerator<string> {
    if (format === 'dynamodb-json') {
      for await (const page of this.#pages()) yield page.map((Item) => `${JSON.stringify({ Item })}\n`).join('')
      return
    }
    const binding = this.#binding
    if (binding === undefined)
      throw new TransferError(
        'TRANSFER.INVALID',
        `${format} is of the rows of one model: give it, or take dynamodb-json.`,
      )
    const columns = this.#columns()
    if (format === 'csv') yield `${columns.map(([, title]) => quoted(title)).join(',')}\r\n`
    if (format === 'json') yield '['
    let first = true
    for await (const page of this.#pages()) {
      const rows = page.map((item) => rowText(binding, columns, item, format))
      const text = format === 'json' ? rows.join(',\n') : rows.join('')
      yield format === 'json' ? `${first ? '\n' : ',\n'}${text}` : text
      first = false
    }
    if (format === 'json') yield '\n]\n'
  }

  /**
   * Writes a file; its ending says the format: `users.csv`, `users.jsonl.gz`, `table.dynamodb.jsonl`.
   *
   * @throws TransferError `TRANSFER.FILE_EXISTS`, `TRANSFER.FILE`; there is no half file then
   */
  async toFile(
    file: string,
    {
      format: given,
      overwrite = false,
    }: { readonly format?: TransferFormat | undefined; readonly overwrite?: boolean | undefined } = {},
  ): Promise<ExportedFile> {
    const { format, gzip } = formatOf(file, given)
    this.#rows = 0
    await writeFile(file, this.text(format), { gzip, overwrite, signal: this.#options.signal })
    return { file, format, rows: this.#rows }
  }

  async *#pages(): AsyncGenerator<readonly AttributeMap[]> {
    const { segments = SEGMENTS, maxCapacity, signal, onProgress, filter } = this.#options
    const connection = this.#connection
    const pace = new Pace(connection.clock, maxCapacity)
    const tableName = this.#tableName()
    const { Table } = await connection.send('DescribeTable', { TableName: tableName })
    const wanted = this.#wanted()
    this.#rows = 0
    for await (const page of scanItems(connection, tableName, { segments, pace, signal, ...this.#filter() })) {
      const items = wanted === undefined ? page : page.filter(wanted)
      const rows = filter === undefined ? items : items.filter((item) => filter(this.#plainRow(item)))
      this.#rows += rows.length
      if (rows.length > 0) yield rows
      onProgress?.({ rows: this.#rows, total: Table?.ItemCount || undefined, capacity: pace.spent })
    }
  }

  #tableName(): string {
    const { table, models = [] } = this.#options
    if (table !== undefined) return table
    const binding = this.#binding ?? (models[0] && bindingOf(models[0]))
    if (binding !== undefined) return binding.table.tableName
    const [first] = ModelSpace.of(this.#connection).designs()
    if (first === undefined) throw new TransferError('TRANSFER.INVALID', 'No table is named, and no model has one.')
    return first.tableName
  }

  #bindings(): readonly ModelBinding[] {
    const { models = [] } = this.#options
    return this.#binding === undefined ? models.map((model) => bindingOf(model)) : [this.#binding]
  }

  #wanted(): ((item: AttributeMap) => boolean) | undefined {
    const bindings = this.#bindings()
    if (bindings.length === 0) return undefined
    return (item) => bindings.some(({ design }) => recognizes(design, item))
  }

  /** What DynamoDB can leave out itself: rows of other models, where all are known by the type attribute. */
  #filter(): object {
    const [binding, ...more] = this.#bindings()
    if (binding === undefined || more.length > 0 || binding.schema.recognizedBy !== undefined) return {}
    if (binding.table.entities.size < 2) return {}
    const compiler = new ExpressionCompiler()
    const condition: Condition = and(eq([binding.table.entityTypeAttribute], binding.typeValue))
    return { filter: { FilterExpression: compiler.condition(condition), ...compiler.attributes() } }
  }

  #columns(): readonly (readonly [AttributeSchema, string])[] {
    const { columns } = this.#options
    const { schema } = this.#binding ?? {}
    if (schema === undefined) {
      if (columns === undefined) return []
      throw new TransferError('TRANSFER.INVALID', 'Columns are of one model: give it.')
    }
    if (columns === undefined) return schema.attributes.map((attribute) => [attribute, attribute.name])
    const named: readonly (readonly [string, string])[] = Array.isArray(columns)
      ? (columns as readonly string[]).map((name) => [name, name])
      : Object.entries(columns as Readonly<Record<string, string>>)
    return named.map(([name, title]) => {
      const attribute = schema.attribute.get(name)
      if (attribute !== undefined) return [attribute, title] as const
      const meant = suggest(name, [...schema.attribute.keys()])
      throw new TransferError('TRANSFER.UNKNOWN_COLUMN', `${schema.name} has no attribute ${name}.`, {
        hint: meant === undefined ? `It has ${[...schema.attribute.keys()].join(', ')}.` : `Did you mean ${meant}?`,
      })
    })
  }

  #plainRow(item: AttributeMap): Readonly<Record<string, unknown>> {
    const bindings = this.#bindings()
    const binding = bindings.find(({ design }) => recognizes(design, item))
    return (binding?.rowOf(item) ?? item) as Readonly<Record<string, unknown>>
  }
}

function rowText(
  binding: ModelBinding,
  columns: readonly (readonly [AttributeSchema, string])[],
  item: AttributeMap,
  format: TransferFormat,
): string {
  const values = columns.map(([attribute, title]) => {
    const stored = item[attribute.name]
    return [attribute, title, stored && plainOf(binding, attribute, stored)] as const
  })
  if (format === 'csv') return `${values.map(([attribute, , plain]) => cellOf(attribute, plain)).join(',')}\r\n`
  const members = values.flatMap(([, title, plain]) =>
    plain === undefined ? [] : [`${JSON.stringify(title)}:${JSON.stringify(plain)}`],
  )
  return `{${members.join(',')}}${format === 'json' ? '' : '\n'}`
}
