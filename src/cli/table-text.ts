import type { IndexInfo, KeyInfo, TableInfo } from '../tables/index.js'
import { textTable } from './text-table.js'

/** A table as text for people: its settings, and a row for each index. */
export function tableText(table: TableInfo): string {
  const { name, status, key, billing, capacity, itemCount, sizeBytes, ttl, stream, deletionProtection, replicas } =
    table
  const rows: (readonly [string, unknown])[] = [
    ['Table', name],
    ['Status', status],
    ['Key', keyText(key)],
    [
      'Billing',
      capacity === undefined ? billing : `${billing}, ${capacity.read} read and ${capacity.write} write units`,
    ],
    ['Items', `${itemCount}, ${sizeBytes} bytes (counted every six hours)`],
    ['Expiry', ttl ?? 'none'],
    ['Stream', stream?.viewType ?? 'none'],
    ['Deletion protection', deletionProtection ? 'on' : 'off'],
    ...(replicas.length === 0 ? [] : ([['Replicas', replicas.map(({ region }) => region).join(', ')]] as const)),
  ]
  const lines = rows.map(([label, value]) => `${label.padEnd(21)}${String(value)}`)
  return [...lines, ...(table.indexes.length === 0 ? [] : ['', indexText(table.indexes)])].join('\n')
}

function indexText(indexes: readonly IndexInfo[]): string {
  return textTable(
    ['Index', 'Key', 'Holds', 'Status'],
    indexes.map(({ name, local, key, projection, status, backfilling }) => [
      local ? `${name} (local)` : name,
      keyText(key),
      typeof projection === 'string' ? projection : projection.join(', '),
      backfilling ? `${status}, backfilling` : status,
    ]),
  )
}

function keyText({ partition, sort }: KeyInfo): string {
  return [...partition, ...sort].map(({ name, type }) => `${name} (${type})`).join(', ')
}
