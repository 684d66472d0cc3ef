import { TransferError } from './errors.js'

/** `dynamodb-json`: a line `{"Item": {…}}` for each item, as in DynamoDB's own exports. */
export type TransferFormat = 'csv' | 'json' | 'jsonl' | 'dynamodb-json'

export const FORMATS: readonly TransferFormat[] = ['csv', 'json', 'jsonl', 'dynamodb-json']

/** What the name of a file says: `users.csv.gz` is CSV, compressed. */
export function formatOf(
  file: string,
  given: TransferFormat | undefined,
): { readonly format: TransferFormat; readonly gzip: boolean } {
  const gzip = /\.gz$/i.test(file)
  const name = file.replace(/\.gz$/i, '')
  if (given !== undefined) return { format: checkFormat(given), gzip }
  if (/\.(?:dynamodb|ddb)\.jsonl?$/i.test(name)) return { format: 'dynamodb-json', gzip }
  if (/\.(?:jsonl|ndjson)$/i.test(name)) return { format: 'jsonl', gzip }
  if (/\.json$/i.test(name)) return { format: 'json', gzip }
  if (/\.csv$/i.test(name)) return { format: 'csv', gzip }
  throw new TransferError('TRANSFER.UNKNOWN_FORMAT', `The name ${file} says of no format.`)
}

/** @throws TransferError `TRANSFER.UNKNOWN_FORMAT` */
export function checkFormat(format: unknown): TransferFormat {
  if (FORMATS.includes(format as TransferFormat)) return format as TransferFormat
  throw new TransferError('TRANSFER.UNKNOWN_FORMAT', `${String(format)} is no format: there are ${FORMATS.join(', ')}.`)
}
