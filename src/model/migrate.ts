import type { TableDescription, WriteRequest } from '../drivers/index.js'
import { isDynamoDBToolingError } from '../kernel/index.js'
import { batchWriteItems, type Connection, currentConnection } from '../runtime/index.js'
import {
  createTableInput,
  type EntityDesign,
  GUARD_TYPE,
  recognizes,
  type TableDesign,
  tableKeyOf,
} from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import { ModelError } from './errors.js'
import { bindingOf, type ModelClass, ModelSpace } from './model-space.js'
import { keyLines, readRecordedKeys, writeRecordedKeys } from './recorded-keys.js'

const POLL_MS = 50
const LONGEST_POLL_MS = 2000

/**
 * Creates the table where it is not there, and adds the indexes it lacks, one at a time.
 *
 * @param model undefined for every model of the current connection
 */
export async function migrateTables(model: ModelClass | undefined): Promise<{ readonly created: readonly string[] }> {
  const space = model === undefined ? ModelSpace.of(currentConnection()) : bindingOf(model).space
  if (space.models.length === 0) {
    throw new ModelError('MODEL.UNKNOWN_MODEL', 'There are no models to migrate.', {
      hint: 'Call registerModels(User, Post) first.',
    })
  }
  const { connection } = space
  // First: what is not recorded there must not come to be in the table.
  space.saveLock()
  const created: string[] = []
  const designs = wanted(space, model)
  for (const design of designs) {
    if (await createIfMissing(connection, design)) created.push(design.tableName)
    await waitUntilActive(connection, design.tableName)
    if (!created.includes(design.tableName)) await addMissingIndexes(connection, design)
  }
  await recordKeys(connection, designs)
  space.check.pass(designs.flatMap(({ entities }) => [...entities.keys()]))
  return { created }
}

/** The tables of one model or of all, and the ledger. */
function wanted(space: ModelSpace, model: ModelClass | undefined): readonly TableDesign[] {
  if (model === undefined) return space.designs()
  const { tableName, ledger } = bindingOf(model).table
  return space.designs().filter((design) => [tableName, ledger.tableName].includes(design.tableName))
}

/** True when this call created the table; another process may create it at the same moment. */
async function createIfMissing(connection: Connection, design: TableDesign): Promise<boolean> {
  if ((await describe(connection, design.tableName)) !== undefined) return false
  try {
    await connection.send('CreateTable', createTableInput(design))
    return true
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_IN_USE')) return false
    throw error
  }
}

async function describe(connection: Connection, tableName: string): Promise<TableDescription | undefined> {
  try {
    return (await connection.send('DescribeTable', { TableName: tableName })).Table
  } catch (error) {
    if (isDynamoDBToolingError(error, 'SERVICE.RESOURCE_NOT_FOUND')) return undefined
    throw error
  }
}

/** Resolves when the table and all its indexes are ACTIVE. */
async function waitUntilActive(connection: Connection, tableName: string): Promise<TableDescription> {
  for (let wait = POLL_MS; ; wait = Math.min(wait * 2, LONGEST_POLL_MS)) {
    const table = await describe(connection, tableName)
    const ready =
      table?.TableStatus === 'ACTIVE' &&
      (table.GlobalSecondaryIndexes ?? []).every((index) => (index.IndexStatus ?? 'ACTIVE') === 'ACTIVE')
    if (ready) return table
    await connection.clock.sleep(wait)
  }
}

/** Adds indexes to a table that holds nothing yet; rows written before would not be in them. */
async function addMissingIndexes(connection: Connection, design: TableDesign): Promise<void> {
  const table = await waitUntilActive(connection, design.tableName)
  const keys = (table.KeySchema ?? []).map((element) => element.AttributeName)
  if (keys.join() !== design.key.names.join()) {
    throw differs(
      design,
      `its key is ${keys.join(', ')}, and the models need ${design.key.names.join(', ')}`,
      'Choose another table name, or set the key names in singleTableDesign.',
    )
  }
  const there = new Set(
    [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])].map((index) => index.IndexName),
  )
  const missing = design.indexes.filter((index) => !there.has(index.name))
  if (missing.length === 0) return
  const local = missing.find((index) => index.local)
  if (local !== undefined) {
    const how = `it lacks ${local.name}, and DynamoDB makes local indexes with the table only`
    throw differs(design, how, 'Copy the rows into a table made anew.')
  }
  const { Count } = await connection.send('Scan', { TableName: design.tableName, Limit: 1, Select: 'COUNT' })
  if (Count > 0) {
    throw differs(
      design,
      `it lacks ${missing.map((index) => index.name).join(', ')} and holds rows that are not in them`,
      'Copy the rows into a table made anew, or write them again after adding the index.',
    )
  }
  const full = createTableInput(design)
  for (const index of missing) {
    const Create = full.GlobalSecondaryIndexes?.find((each) => each.IndexName === index.name)
    const names = [...design.key.names, ...index.key.names]
    await connection.send('UpdateTable', {
      TableName: design.tableName,
      AttributeDefinitions: full.AttributeDefinitions.filter(({ AttributeName }) => names.includes(AttributeName)),
      GlobalSecondaryIndexUpdates: [{ Create }],
    })
    await waitUntilActive(connection, design.tableName)
  }
}

function differs(design: TableDesign, how: string, hint: string): ModelError {
  return new ModelError('MODEL.TABLE_DIFFERS', `The table ${design.tableName} does not fit the models: ${how}.`, {
    hint,
    details: { table: design.tableName },
  })
}

/** Times the record is compared anew after another process changed it. */
const ATTEMPTS = 5

/**
 * Compares the keys that models get now with those their rows were written with, and records them. A model that has rows
 * cannot get new keys or guards: the rows written before would be missing from every query that uses them.
 *
 * @throws ModelError `MODEL.TABLE_DIFFERS`; nothing was changed
 */
async function recordKeys(connection: Connection, designs: readonly TableDesign[]): Promise<void> {
  const [first] = designs
  if (first === undefined) return
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const record = await readRecordedKeys(connection, first.ledger)
    const models = new Map(record.models)
    let changed = false
    for (const design of designs) {
      for (const [name, entity] of design.entities) {
        const lines = keyLines(entity)
        const known = record.models.get(name)
        const added = known === undefined ? [] : lines.filter((line) => !known.includes(line))
        if (added.length > 0 && (await hasRows(connection, design, entity))) {
          throw differs(
            design,
            `rows of ${name} were written without "${added.join('", "')}"`,
            `Write the rows of ${name} anew into an empty table (on a local engine: delete its data folder), or take back the change.`,
          )
        }
        changed ||= known?.join() !== lines.join()
        models.set(name, lines)
      }
    }
    if (!changed || (await writeRecordedKeys(connection, first.ledger, record, models))) return
  }
  throw differs(first, 'other processes migrate it at the same time', 'Run migrate() again.')
}

async function hasRows(connection: Connection, design: TableDesign, entity: EntityDesign): Promise<boolean> {
  const { recognition } = entity
  const ofModel =
    recognition.kind === 'type'
      ? {
          FilterExpression: '#type = :model',
          ExpressionAttributeNames: { '#type': recognition.attribute },
          ExpressionAttributeValues: { ':model': recognition.value },
        }
      : {}
  const counts = recognition.kind === 'type' || recognition.kind === 'every'
  let start: AttributeMap | undefined
  do {
    const page = await connection.send('Scan', {
      TableName: design.tableName,
      ConsistentRead: true,
      ...(counts ? { Select: 'COUNT' } : {}),
      ...ofModel,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })
    if (counts ? page.Count > 0 : page.Items?.some((item) => recognizes(entity, item))) return true
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return false
}

/** Deletes the rows of every known model, and their unique guards. */
export async function truncateTables(): Promise<void> {
  const space = ModelSpace.of(currentConnection())
  const { connection } = space
  const names = new Set(space.models.map((binding) => binding.schema.name))
  for (const design of space.designs()) {
    let start: AttributeMap | undefined
    do {
      const page = await connection.send('Scan', {
        TableName: design.tableName,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      })
      const writes = (page.Items ?? []).flatMap((item): WriteRequest[] =>
        isOurs(item, design, names) ? [{ DeleteRequest: { Key: tableKeyOf(design, item) } }] : [],
      )
      await batchWriteItems(connection, design.tableName, writes)
      start = page.LastEvaluatedKey
    } while (start !== undefined)
  }
}

function isOurs(item: AttributeMap, design: TableDesign, names: ReadonlySet<string>): boolean {
  for (const entity of design.entities.values()) if (recognizes(entity, item)) return true
  const text = (name: string): string | undefined => {
    const value = item[name]
    return value !== undefined && 'S' in value ? value.S : undefined
  }
  return text(design.entityTypeAttribute) === GUARD_TYPE && names.has(text('model') ?? '')
}
