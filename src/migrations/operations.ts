import type { CreateTableInput, SecondaryIndex } from '../drivers/index.js'
import type { TableChanges } from '../tables/index.js'
import { kindOf } from '../values/index.js'
import { MigrationError } from './errors.js'

type AttributeDefinitions = NonNullable<CreateTableInput['AttributeDefinitions']>

/** One step of a migration, as plain data: what it was when the migration was written, whatever the models are now. */
export type Operation =
  /** DynamoDB: CreateTable. */
  | { readonly type: 'create-table'; readonly table: string; readonly definition: CreateTableInput }
  /** DynamoDB: UpdateTable with GlobalSecondaryIndexUpdates. One at a time; waits until it is ACTIVE. */
  | {
      readonly type: 'add-index' | 'remove-index'
      readonly table: string
      readonly index: SecondaryIndex
      /** Types of the key attributes. */
      readonly attributes: AttributeDefinitions
    }
  /** Gives rows of these models, written before, the keys and guards that the models have. */
  | { readonly type: 'backfill'; readonly table: string; readonly models: readonly string[] }
  /** What `updateTable` changes: billing, class, stream, protection, tags, TTL, point-in-time recovery. */
  | { readonly type: 'change-table'; readonly table: string; readonly from: TableChanges; readonly to: TableChanges }

const TYPES: Readonly<Record<Operation['type'], readonly string[]>> = {
  'create-table': ['definition'],
  'add-index': ['index', 'attributes'],
  'remove-index': ['index', 'attributes'],
  backfill: ['models'],
  'change-table': ['from', 'to'],
}

/** @throws MigrationError `MIGRATION.INVALID` naming the migration and the step */
export function checkOperations(migration: string, given: unknown): void {
  const fault = (message: string): MigrationError =>
    new MigrationError('MIGRATION.INVALID', `${migration}: ${message}`, { details: { migration } })
  if (!Array.isArray(given)) throw fault(`operations are a list, not ${kindOf(given)}.`)
  for (const [at, step] of (given as readonly unknown[]).entries()) {
    const { type, table, ...parts } = (Object(step) ?? {}) as Record<string, unknown>
    const wanted = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type as Operation['type']] : undefined
    if (wanted === undefined)
      throw fault(`step ${at + 1} has the type ${String(type)}; types are ${Object.keys(TYPES).join(', ')}.`)
    if (table !== undefined && (typeof table !== 'string' || table === ''))
      throw fault(`step ${at + 1} (${String(type)}) has a table that is no name.`)
    const missing = wanted.find((name) => parts[name] === undefined)
    if (missing !== undefined) throw fault(`step ${at + 1} (${String(type)}) has no ${missing}.`)
    const unknown = Object.keys(parts).find((name) => !wanted.includes(name))
    if (unknown !== undefined) throw fault(`step ${at + 1} (${String(type)}) has an unknown ${unknown}.`)
  }
}

/** A step in words: `add index GSI1 (gsi1pk, gsi1sk) to app`. */
export function describeOperation(step: Operation): string {
  const { table } = step
  switch (step.type) {
    case 'create-table': {
      const indexes = step.definition.GlobalSecondaryIndexes?.length ?? 0
      return `create table ${table} (${keysOf(step.definition.KeySchema)})${indexes === 0 ? '' : ` with ${indexes} global ${indexes === 1 ? 'index' : 'indexes'}`}`
    }
    case 'add-index':
      return `add index ${step.index.IndexName} (${keysOf(step.index.KeySchema)}) to ${table}`
    case 'remove-index':
      return `remove index ${step.index.IndexName} from ${table}`
    case 'backfill':
      return `give rows of ${step.models.join(', ')} in ${table} their new keys`
    case 'change-table':
      return `change ${table}: ${Object.entries(step.to)
        .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
        .join(', ')}`
  }
}

/** True where a step, or what it does for each model, is among others. */
export function isAmong(step: Operation, others: readonly Operation[]): boolean {
  if (step.type === 'create-table') {
    const made = others.filter(({ table }) => table === step.table).flatMap(indexesMadeBy)
    const isMade = others.some(({ type, table }) => type === 'create-table' && table === step.table)
    return isMade && indexesMadeBy(step).every((index) => made.includes(index))
  }
  if (step.type !== 'backfill') return others.some((other) => describeOperation(other) === describeOperation(step))
  const filled = others.flatMap((other) =>
    other.type === 'backfill' && other.table === step.table ? other.models : [],
  )
  return step.models.every((model) => filled.includes(model))
}

function indexesMadeBy(step: Operation): readonly string[] {
  if (step.type === 'add-index') return [step.index.IndexName]
  if (step.type !== 'create-table') return []
  return (step.definition.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName)
}

function keysOf(schema: CreateTableInput['KeySchema']): string {
  return schema.map(({ AttributeName }) => AttributeName).join(', ')
}

/**
 * The step that takes a step back; undefined for one that leaves nothing to take back.
 *
 * @throws MigrationError `MIGRATION.IRREVERSIBLE` for one whose way back loses data
 */
export function reverseOf(migration: string, step: Operation): Operation | undefined {
  switch (step.type) {
    case 'create-table':
      throw new MigrationError(
        'MIGRATION.IRREVERSIBLE',
        `${migration} created the table ${step.table}: the way back deletes its rows.`,
        { details: { migration, table: step.table } },
      )
    case 'add-index':
      return { ...step, type: 'remove-index' }
    case 'remove-index':
      return { ...step, type: 'add-index' }
    case 'backfill':
      // Keys that no index holds are in nobody's way.
      return undefined
    case 'change-table':
      return { ...step, from: step.to, to: step.from }
  }
}
