import { createHash } from 'node:crypto'
import type { CreateTableInput } from '../drivers/index.js'
import type { TableInfo } from '../tables/index.js'
import { parsedJson } from './export-layout.js'
import { keyedDigest } from './sealed-bytes.js'

/** What a backup must be, to the byte: manifest-integrity.json. */
export interface Integrity {
  readonly format: 'dynamodb-tooling-backup'
  readonly version: 1
  readonly id: string
  readonly name: string | undefined
  /** ISO 8601. */
  readonly startedAt: string
  readonly endedAt: string
  /** The table as it was, and as CreateTable makes it. */
  readonly table: TableShape
  readonly items: number
  /** Of the items, as DynamoDB counts them: before they were compressed. */
  readonly itemBytes: number
  /** SHA-256 over all items, whatever their order. */
  readonly digest: string
  readonly files: readonly FileSeal[]
  /** SHA-256 of DynamoDB's manifests. */
  readonly manifests: Readonly<Record<string, string>>
  readonly encryption: 'AES-256-GCM' | undefined
}

export interface FileSeal {
  readonly path: string
  readonly bytes: number
  readonly items: number
  /** Hexadecimal digits, of the bytes as they are in the store. */
  readonly sha256: string
}

/** A table, as it is made again. */
export interface TableShape {
  readonly create: CreateTableInput
  readonly ttl: string | undefined
  readonly stream: string | undefined
  readonly tableClass: string
  readonly deletionProtection: boolean
  /** Named for whoever restores; not set again. */
  readonly pointInTimeRecovery: boolean
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly replicas: readonly string[]
}

/** The manifest as text, and a digest that it carries of itself: keyed where the backup is encrypted. */
export function integrityText(integrity: Integrity, key: Uint8Array | undefined): string {
  const text = JSON.stringify(integrity, undefined, 1)
  return `${text.slice(0, -2)},\n "seal": "${sealOf(text, key)}"\n}\n`
}

/** A manifest, and whether it is as it was written; undefined for a text that is none. */
export function readIntegrity(
  text: string,
  key: Uint8Array | undefined,
): { readonly integrity: Integrity; readonly seal: 'whole' | 'broken' | 'unknown' } | undefined {
  const match = /^([\s\S]*),\n "seal": "([0-9a-f]{64})"\n\}\n$/.exec(text)
  const inner = `${match?.[1]}\n}`
  const integrity = parsedJson(inner) as Integrity | undefined
  if (match === null || integrity?.format !== 'dynamodb-tooling-backup' || integrity.version !== 1) return undefined
  const isSealed = integrity.encryption !== undefined
  if (isSealed && key === undefined) return { integrity, seal: 'unknown' }
  const isWhole = sealOf(inner, isSealed ? key : undefined) === match[2]
  return { integrity, seal: isWhole ? 'whole' : 'broken' }
}

function sealOf(text: string, key: Uint8Array | undefined): string {
  return key === undefined ? createHash('sha256').update(text).digest('hex') : keyedDigest(key, text)
}

/** What makes a table like this one. */
export function shapeOf(info: TableInfo): TableShape {
  const types = new Map(
    [info.key, ...info.indexes.map(({ key }) => key)].flatMap(({ partition, sort }) =>
      [...partition, ...sort].map(({ name, type }) => [name, type] as const),
    ),
  )
  const schema = ({ partition, sort }: TableInfo['key']) => [
    ...partition.map(({ name }) => ({ AttributeName: name, KeyType: 'HASH' as const })),
    ...sort.map(({ name }) => ({ AttributeName: name, KeyType: 'RANGE' as const })),
  ]
  const throughput = (capacity: TableInfo['capacity']) =>
    info.billing === 'PROVISIONED' && capacity !== undefined
      ? { ProvisionedThroughput: { ReadCapacityUnits: capacity.read, WriteCapacityUnits: capacity.write } }
      : {}
  const indexes = (local: boolean) =>
    info.indexes
      .filter((index) => index.local === local && index.status !== 'DELETING')
      .map((index) => ({
        IndexName: index.name,
        KeySchema: schema(index.key),
        Projection: projectionOf(index.projection),
        ...(local ? {} : throughput(index.capacity)),
      }))
  const [global, local] = [indexes(false), indexes(true)]
  return {
    create: {
      TableName: info.name,
      KeySchema: schema(info.key),
      AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
      BillingMode: info.billing,
      ...throughput(info.capacity),
      ...(global.length === 0 ? {} : { GlobalSecondaryIndexes: global }),
      ...(local.length === 0 ? {} : { LocalSecondaryIndexes: local }),
    },
    ttl: info.ttl,
    stream: info.stream?.viewType,
    tableClass: info.tableClass,
    deletionProtection: info.deletionProtection,
    pointInTimeRecovery: info.pointInTimeRecovery !== undefined,
    tags: info.tags,
    replicas: info.replicas.map(({ region }) => region),
  }
}

type Index = NonNullable<CreateTableInput['GlobalSecondaryIndexes']>[number]

function projectionOf(projection: TableInfo['indexes'][number]['projection']): Index['Projection'] {
  if (projection === 'ALL' || projection === 'KEYS_ONLY') return { ProjectionType: projection }
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] }
}
