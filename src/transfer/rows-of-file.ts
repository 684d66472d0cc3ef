import { suggest } from '../kernel/index.js'
import type { ModelBinding } from '../model/index.js'
import type { AttributeSchema } from '../schema/index.js'
import type { AttributeMap } from '../values/index.js'
import { NULL_CELL, plainOfCell } from './csv-cell.js'
import { TransferError } from './errors.js'
import type { TransferFormat } from './formats.js'
import { valueOf } from './plain-value.js'
import { elementsOf, LONGEST_ROW, linesOf, unreadable } from './text-parts.js'

/** A row of a file: values as `create` takes them, or a stored item; or why it is neither. */
export interface FileRow {
  /** Which row it is, from 1; headers are none. */
  readonly row: number
  readonly values?: Readonly<Record<string, unknown>>
  readonly item?: AttributeMap
  /** As it stands in the file. */
  readonly given: unknown
  readonly fault?: string
}

/** Where columns of a file go: attributes, or null for those that are left out. */
export type ColumnMap = Readonly<Record<string, string | null>>

const MOST_COLUMNS = 5000
const LONGEST_HEADER = 1024 * 1024

/**
 * The rows of a text in this format.
 *
 * @throws TransferError `TRANSFER.UNREADABLE`, `TRANSFER.UNKNOWN_COLUMN`, `TRANSFER.MISSING_COLUMN`
 */
export async function* rowsOf(
  text: AsyncIterable<string>,
  format: TransferFormat,
  binding: ModelBinding | undefined,
  columns: ColumnMap,
): AsyncGenerator<FileRow> {
  if (format === 'dynamodb-json') yield* itemRows(linesOf(text))
  else if (binding === undefined)
    throw new TransferError('TRANSFER.INVALID', `${format} has rows of one model: give it, or take dynamodb-json.`)
  else if (format === 'csv') yield* csvRows(text, binding, columns)
  else yield* jsonRows(format === 'json' ? elementsOf(text) : linesOf(text), binding, columns)
}

async function* itemRows(lines: AsyncIterable<string>): AsyncGenerator<FileRow> {
  let row = 0
  for await (const line of lines) {
    row++
    const given = parsed(line)
    const item = (given as { Item?: unknown } | undefined)?.Item
    if (isObject(item)) yield { row, item: item as AttributeMap, given }
    else yield { row, given: given ?? line, fault: given === undefined ? 'It is no JSON.' : 'It has no Item.' }
  }
}

async function* jsonRows(
  rows: AsyncIterable<string>,
  binding: ModelBinding,
  columns: ColumnMap,
): AsyncGenerator<FileRow> {
  let row = 0
  for await (const text of rows) {
    row++
    const given = parsed(text)
    if (!isObject(given)) {
      yield { row, given: given ?? text, fault: given === undefined ? 'It is no JSON.' : 'It is no object.' }
      continue
    }
    const values: Record<string, unknown> = {}
    let fault: string | undefined
    for (const [title, plain] of Object.entries(given)) {
      const attribute = attributeOf(binding, columns, title)
      if (attribute === undefined) fault ??= unknownText(binding, title)
      else if (attribute !== null) fault ??= keep(values, binding, attribute, plain)
    }
    yield fault === undefined ? { row, values, given } : { row, given, fault }
  }
}

async function* csvRows(
  text: AsyncIterable<string>,
  binding: ModelBinding,
  columns: ColumnMap,
): AsyncGenerator<FileRow> {
  const { parse } = await import('csv-parse')
  const parser = parse({
    bom: true,
    max_record_size: LONGEST_ROW,
    relax_column_count: true,
    skip_empty_lines: true,
    // Quotes say that a field is text: without them it may be none, or null.
    cast: (cell, { quoting }) => (quoting ? cell : cell === '' ? undefined : cell === NULL_CELL ? null : cell),
  })
  const feeding = feed(text, parser)
  let attributes: readonly (AttributeSchema | null)[] | undefined
  let titles: readonly string[] = []
  let row = 0
  try {
    for await (const cells of parser as AsyncIterable<readonly (string | null | undefined)[]>) {
      if (attributes === undefined) {
        titles = cells.map((cell) => String(cell ?? '').trim())
        attributes = headerOf(binding, columns, titles)
        continue
      }
      row++
      const given = Object.fromEntries(titles.map((title, i) => [title, cells[i]]))
      if (cells.length !== titles.length) {
        yield { row, given: cells, fault: `It has ${cells.length} fields, and there are ${titles.length} columns.` }
        continue
      }
      const values: Record<string, unknown> = {}
      let fault: string | undefined
      for (const [i, attribute] of attributes.entries())
        if (attribute !== null) fault ??= keep(values, binding, attribute, plainOfCell(attribute, cells[i]))
      yield fault === undefined ? { row, values, given } : { row, given, fault }
    }
  } catch (cause) {
    if (cause instanceof TransferError) throw cause
    const { message, code } = cause as { message?: string; code?: string }
    if (typeof code === 'string' && code.startsWith('CSV_')) throw unreadable(message ?? code, cause)
    throw cause
  } finally {
    parser.destroy()
  }
  await feeding
  if (attributes === undefined) throw unreadable('It has no line with the names of columns.')
}

async function feed(
  text: AsyncIterable<string>,
  parser: {
    write(part: string): boolean
    end(): void
    destroy(error?: Error): void
    once(event: string, done: () => void): void
    destroyed: boolean
  },
): Promise<void> {
  try {
    let header = 0
    let begun = false
    for await (const part of text) {
      if (parser.destroyed) return
      begun ||= part.includes('\n')
      // Names of columns have no million characters: what has is told before it is taken apart.
      if (!begun && (header += part.length) > LONGEST_HEADER) throw unreadable('Its first line has no end.')
      if (!parser.write(part))
        await new Promise<void>((resolve) => {
          parser.once('drain', resolve)
          parser.once('close', resolve)
        })
    }
    parser.end()
  } catch (error) {
    parser.destroy(error as Error)
  }
}

/** @throws TransferError `TRANSFER.UNKNOWN_COLUMN`, `TRANSFER.MISSING_COLUMN`, `TRANSFER.UNREADABLE` */
function headerOf(
  binding: ModelBinding,
  columns: ColumnMap,
  titles: readonly string[],
): readonly (AttributeSchema | null)[] {
  if (titles.length > MOST_COLUMNS) throw unreadable(`It has ${titles.length} columns.`)
  const twice = titles.find((title, i) => titles.indexOf(title) !== i)
  if (twice !== undefined) throw unreadable(`Two columns are called "${twice}".`)
  const attributes = titles.map((title) => {
    const attribute = attributeOf(binding, columns, title)
    if (attribute !== undefined) return attribute
    throw new TransferError('TRANSFER.UNKNOWN_COLUMN', unknownText(binding, title), { details: { column: title } })
  })
  const { schema } = binding
  const lacking = schema.attributes.find(
    (attribute) =>
      attribute.required &&
      attribute.options.default === undefined &&
      attribute.managed === undefined &&
      !attributes.includes(attribute) &&
      !(attribute.name === schema.primaryKey && attribute.type === 'string'),
  )
  if (lacking === undefined) return attributes
  throw new TransferError(
    'TRANSFER.MISSING_COLUMN',
    `${schema.name}.${lacking.name} is required, and no column has it.`,
    {
      details: { attribute: lacking.name },
    },
  )
}

/** The attribute of a column; null for one that is left out, undefined for one that nobody knows. */
function attributeOf({ schema }: ModelBinding, columns: ColumnMap, title: string): AttributeSchema | null | undefined {
  const name = Object.hasOwn(columns, title) ? columns[title] : title
  return name === null ? null : schema.attribute.get(name ?? title)
}

function unknownText({ schema }: ModelBinding, title: string): string {
  const meant = suggest(title, [...schema.attribute.keys()])
  return `${schema.name} has no attribute "${title.slice(0, 100)}"${meant === undefined ? '' : `; did you mean ${meant}?`}`
}

/** @returns why the value is none */
function keep(
  values: Record<string, unknown>,
  binding: ModelBinding,
  attribute: AttributeSchema,
  plain: unknown,
): string | undefined {
  if (plain === undefined) return undefined
  try {
    values[attribute.name] = valueOf(binding, attribute, plain)
    return undefined
  } catch (error) {
    return `${attribute.name}: ${error instanceof Error ? error.message : String(error)}`
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
