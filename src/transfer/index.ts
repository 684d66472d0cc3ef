import type { DataExporter, ExportOptions } from './data-exporter.js'
import type { DataImporter, ImportOptions } from './data-importer.js'

export type { ExportedFile, ExportOptions, TransferProgress } from './data-exporter.js'
export type { ImportedRows, ImportOptions } from './data-importer.js'
export { TRANSFER_CODES, TransferError } from './errors.js'
export type { TransferFormat } from './formats.js'
export { scanItems } from './scan-items.js'
export type { Existing } from './write-row.js'

/**
 * Takes rows of a model, or the items of a table, out of DynamoDB.
 *
 * @example
 * const exporter = await createDataExporter({ model: User, columns: { email: 'E-mail', name: 'Name' } })
 * await exporter.toFile('users.csv.gz')
 * @throws TransferError `TRANSFER.INVALID`, `TRANSFER.UNKNOWN_COLUMN`
 */
export async function createDataExporter(options: ExportOptions = {}): Promise<DataExporter> {
  return new (await import('./data-exporter.js')).DataExporter(options)
}

/**
 * Puts rows of a file, or of any iterable, into DynamoDB, through their model: validated, with defaults, keys, hooks and unique
 * values; no row that is there is written over unless that is asked for.
 *
 * @example
 * const importer = await createDataImporter({ model: User, columns: { 'E-mail': 'email' } })
 * const { written, rejected, rejectedFile } = await importer.fromFile('users.csv')
 * @throws TransferError `TRANSFER.INVALID`
 */
export async function createDataImporter(options: ImportOptions = {}): Promise<DataImporter> {
  return new (await import('./data-importer.js')).DataImporter(options)
}
