import { appendFileSync, existsSync, rmSync, truncateSync } from 'node:fs'
import { isDynamoDBToolingError, mapConcurrent } from '../kernel/index.js'
import { bindingOf, type ModelBinding, type ModelClass, ModelSpace } from '../model/index.js'
import { type Connection, currentConnection, Pace } from '../runtime/index.js'
import type { TransferProgress } from './data-exporter.js'
import { TransferError } from './errors.js'
import { readText } from './files.js'
import { formatOf, type TransferFormat } from './formats.js'
import { forgetProgress, type ImportProgress, keepProgress, newProgress, progressOf } from './import-progress.js'
import { type ColumnMap, type FileRow, rowsOf } from './rows-of-file.js'
import { Turns } from './turns.js'
import { type Existing, type Outcome, type RowTarget, writeRow } from './write-row.js'

export interface ImportOptions {
  /** The model of the rows: needed for CSV, JSON and JSON Lines. */
  readonly model?: ModelClass | undefined
  /** `dynamodb-json`: whole name of the table. Default: the one that models share. */
  readonly table?: string | undefined
  /** Attributes of columns that are called otherwise; null leaves one out: `{ 'E-mail': 'email', Notes: null }`. */
  readonly columns?: ColumnMap | undefined
  /** What becomes of rows whose key is taken by another row. Default `reject`. One that is there as it is counts as done. */
  readonly existing?: Existing | undefined
  /** Rows that are written at the same time. Default 16. */
  readonly concurrency?: number | undefined
  /** Capacity units a second. Default: as fast as it goes. */
  readonly maxCapacity?: number | undefined
  /** Write nothing; look at every row. */
  readonly dryRun?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Told after each part of 500 rows. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

/** What was imported. */
export interface ImportedRows {
  /** Rows that were read, those before it was broken off among them. */
  readonly rows: number
  readonly written: number
  /** Rows that were there as they are. */
  readonly same: number
  readonly skipped: number
  readonly rejected: number
  /** The first rows that were rejected, and why; a file has all of them. */
  readonly reasons: readonly { readonly row: number; readonly reason: string }[]
  /** JSON Lines: `{ row, reason, given }`. */
  readonly rejectedFile?: string | undefined
}

/** Rows that are done together; how far it came is noted after each. */
const PART = 500
const NAMED = 20

/** See index.ts. */
export class DataImporter {
  readonly #connection: Connection = currentConnection()
  readonly #options: ImportOptions
  readonly #binding: ModelBinding | undefined

  constructor(options: ImportOptions) {
    this.#options = options
    this.#binding = options.model && bindingOf(options.model)
    const { existing = 'reject', concurrency = 16 } = options
    if (!['reject', 'skip', 'update'].includes(existing))
      throw new TransferError('TRANSFER.INVALID', `existing is reject, skip or update, not ${String(existing)}.`)
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw new TransferError('TRANSFER.INVALID', `concurrency is a whole number from 1, not ${String(concurrency)}.`)
  }

  /**
   * Imports a file; its ending says the format, as for exports. Broken off, it goes on after the last part of rows that was done
   * when it is called again. Rows that cannot be imported are in `<file>.rejected.jsonl`, with their reasons.
   *
   * @throws TransferError `TRANSFER.STOPPED` for what is no fault of a row, `TRANSFER.UNREADABLE`, `TRANSFER.UNKNOWN_COLUMN`,
   * `TRANSFER.MISSING_COLUMN`, `TRANSFER.CHANGED`, `TRANSFER.FILE`
   */
  async fromFile(
    file: string,
    {
      format: given,
      restart = false,
    }: { readonly format?: TransferFormat | undefined; readonly restart?: boolean | undefined } = {},
  ): Promise<ImportedRows> {
    const { format, gzip } = formatOf(file, given)
    const { columns = {}, dryRun = false } = this.#options
    const begun = progressOf(file, restart || dryRun, this.#connection.clock.now())
    const rejectedFile = `${file}.rejected.jsonl`
    if (!dryRun) cutTo(rejectedFile, begun.rejectedBytes)
    const rows = rowsOf(readText(file, gzip), format, this.#binding, columns)
    const { reasons, ...done } = await this.#run(rows, begun, (progress, rejected) => {
      if (dryRun) return progress
      const text = rejected.map((each) => `${JSON.stringify(each)}\n`).join('')
      if (text !== '') append(rejectedFile, text)
      const now = { ...progress, rejectedBytes: progress.rejectedBytes + Buffer.byteLength(text) }
      keepProgress(file, now)
      return now
    })
    if (!dryRun) forgetProgress(file)
    return { ...counts(done), reasons, rejectedFile: dryRun || done.rejected === 0 ? undefined : rejectedFile }
  }

  /** Imports rows as `create` takes them, from any iterable. */
  async items(items: AsyncIterable<object> | Iterable<object>): Promise<ImportedRows> {
    const begun = newProgress('', this.#connection.clock.now())
    const { reasons, ...done } = await this.#run(numbered(items), begun, (progress) => progress)
    return { ...counts(done), reasons }
  }

  async #run(
    rows: AsyncIterable<FileRow>,
    begun: ImportProgress,
    keep: (progress: ImportProgress, rejected: readonly object[]) => ImportProgress,
  ): Promise<ImportProgress & Pick<ImportedRows, 'reasons'>> {
    const { signal, concurrency = 16, onProgress, maxCapacity } = this.#options
    const pace = new Pace(this.#connection.clock, maxCapacity)
    const target = await this.#target(begun, pace)
    const reasons: { row: number; reason: string }[] = []
    let progress = begun
    const finish = async (part: readonly FileRow[]): Promise<void> => {
      const outcomes: Outcome[] = []
      try {
        await mapConcurrent(
          part.map((row, at) => [row, at] as const),
          concurrency,
          async ([row, at]) => {
            outcomes[at] = await writeRow(row, target)
          },
          signal,
        )
      } catch (cause) {
        signal?.throwIfAborted()
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new TransferError('TRANSFER.STOPPED', `The import stopped after ${progress.done} rows: ${why}`, {
          cause,
          details: { done: progress.done, code: isDynamoDBToolingError(cause) ? cause.code : undefined },
        })
      }
      const rejected = part.flatMap((row, at) => {
        const outcome = outcomes[at]
        return typeof outcome === 'object' ? [{ row: row.row, reason: outcome.rejected, given: row.given }] : []
      })
      for (const { row, reason } of rejected) if (reasons.length < NAMED) reasons.push({ row, reason })
      const count = (wanted: Outcome): number => outcomes.filter((outcome) => outcome === wanted).length
      progress = keep(
        {
          ...progress,
          done: progress.done + part.length,
          written: progress.written + count('written'),
          same: progress.same + count('same'),
          skipped: progress.skipped + count('skipped'),
          rejected: progress.rejected + rejected.length,
        },
        rejected,
      )
      onProgress?.({ rows: progress.done, total: undefined, capacity: pace.spent })
    }
    let part: FileRow[] = []
    let seen = 0
    for await (const row of rows) {
      if (++seen <= begun.done) continue
      part.push(row)
      if (part.length < PART) continue
      signal?.throwIfAborted()
      await finish(part)
      part = []
    }
    if (part.length > 0) await finish(part)
    return { ...progress, reasons }
  }

  async #target({ id, startedAt }: ImportProgress, pace: Pace): Promise<RowTarget> {
    const { existing = 'reject', dryRun = false, signal } = this.#options
    const tableName = this.#options.table ?? this.#binding?.table.tableName ?? sharedTable(this.#connection)
    const { Table } = await this.#connection.send('DescribeTable', { TableName: tableName })
    const key = (Table?.KeySchema ?? []).map(({ AttributeName }) => AttributeName)
    return {
      connection: this.#connection,
      binding: this.#binding,
      tableName,
      key,
      existing,
      dryRun,
      pace,
      turns: new Turns(),
      id,
      startedAt,
      signal,
    }
  }
}

function sharedTable(connection: Connection): string {
  const [first] = ModelSpace.of(connection).designs()
  if (first === undefined) throw new TransferError('TRANSFER.INVALID', 'No table is named, and no model has one.')
  return first.tableName
}

async function* numbered(items: AsyncIterable<object> | Iterable<object>): AsyncGenerator<FileRow> {
  let row = 0
  for await (const given of items) yield { row: ++row, values: given as Readonly<Record<string, unknown>>, given }
}

function counts({ done, written, same, skipped, rejected }: ImportProgress): Omit<ImportedRows, 'reasons'> {
  return { rows: done, written, same, skipped, rejected }
}

/** Rows that were rejected after the last note are looked at again. */
function cutTo(file: string, bytes: number): void {
  try {
    if (bytes === 0) rmSync(file, { force: true })
    else if (existsSync(file)) truncateSync(file, bytes)
  } catch (cause) {
    throw new TransferError('TRANSFER.FILE', `${file} cannot be written.`, { cause, details: { file } })
  }
}

function append(file: string, text: string): void {
  try {
    appendFileSync(file, text)
  } catch (cause) {
    throw new TransferError('TRANSFER.FILE', `${file} cannot be written.`, { cause, details: { file } })
  }
}
