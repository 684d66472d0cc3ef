import type { IndexDescription, OperationInput, TableDescription } from '../drivers/index.js'
import { keyLines, ModelError, type ModelSpace, type RecordedKeys } from '../model/index.js'
import { type Connection, patiently } from '../runtime/index.js'
import { type EntityDesign, type IndexDesign, recognizes, type TableDesign } from '../single-table/index.js'
import type { AttributeMap } from '../values/index.js'
import type { Lacking } from './backfill.js'
import { indexMisfit } from './index-misfit.js'

/** The indexes of a design that a table lacks. */
export function missingIndexes(design: TableDesign, table: TableDescription): readonly IndexDesign[] {
  const there = indexesOf(table)
  return design.indexes.filter((index) => !there.has(index.name))
}

/** The indexes a table has, by name. */
function indexesOf(table: TableDescription): ReadonlyMap<string, IndexDescription> {
  const all = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]
  return new Map(all.map((index) => [index.IndexName, index]))
}

/** How models and tables are compared. */
export interface Comparing {
  /** Lets models lose keys, and tables indexes. */
  readonly drop?: boolean | undefined
  /** True: rows are to be looked at although they are recorded to have their keys. */
  readonly backfill?: boolean | undefined
  /** True where other tables have rows, although this one may have none: for migrations that are written for all of them. */
  readonly assumeRows?: boolean | undefined
}

/** What is to be done to a table that is there. */
export interface TableWork {
  readonly design: TableDesign
  /** Indexes that it lacks. */
  readonly indexes: readonly IndexDesign[]
  /** Models whose rows were written without keys or guards that they have now. */
  readonly models: readonly Lacking[]
}

/**
 * What brings a table that is there to its design. Models lose no keys unless that is meant: a program that knows fewer models
 * must not take from those that know all.
 *
 * @throws ModelError `MODEL.TABLE_DIFFERS` for what cannot be done to a table that has rows; sends only reads
 */
export async function workOn(
  space: ModelSpace,
  design: TableDesign,
  table: TableDescription,
  record: RecordedKeys,
  { drop = false, assumeRows = false, backfill = false }: Comparing,
): Promise<TableWork> {
  const { connection } = space
  const keys = (table.KeySchema ?? []).map((element) => element.AttributeName)
  if (keys.join() !== design.key.names.join()) {
    throw differs(
      design,
      `its key is ${keys.join(', ')}, and the models need ${design.key.names.join(', ')}`,
      'copyTable({ to }) copies the rows into a table made anew; or set the key names in singleTableDesign.',
    )
  }
  const there = indexesOf(table)
  for (const index of design.indexes) {
    const found = there.get(index.name)
    const misfit = found && indexMisfit(index, found, table)
    if (misfit !== undefined)
      throw differs(
        design,
        misfit,
        `copyTable({ to }) copies the rows into a table made anew; or take back the change. ${LOCALLY}`,
      )
  }
  const missing = missingIndexes(design, table)
  const local = missing.find((index) => index.local)
  if (local !== undefined) {
    const how = `it lacks ${local.name}, and DynamoDB makes local indexes with the table only`
    throw differs(design, how, `copyTable({ to }) copies the rows into a table made anew. ${LOCALLY}`)
  }
  const models: Lacking[] = []
  for (const [name, entity] of design.entities) {
    const lines = keyLines(entity)
    const known = record.models.get(name)
    // An index that is not there has no rows, whatever is recorded.
    const added = lines.filter(
      (line) =>
        missing.some(({ name: index }) => placeOf(line) === index) || (known !== undefined && !known.includes(line)),
    )
    const gone = known?.filter((line) => !lines.includes(line)) ?? []
    const lost = gone.filter((line) => !added.some((each) => placeOf(each) === placeOf(line)))
    if (!backfill && added.length === 0 && (gone.length === 0 || drop)) continue
    if (!assumeRows && !(await hasRows(connection, design, entity))) continue
    const moved = added.find((line) => placeOf(line) === 'table')
    if (moved !== undefined)
      throw differs(
        design,
        `rows of ${name} were written with another key than "${moved}"`,
        `DynamoDB changes no key of an item: copyTable({ to }) copies the rows into a table made anew; or take back the change. ${LOCALLY}`,
      )
    if (lost.length > 0 && !drop)
      throw differs(
        design,
        `rows of ${name} were written with "${lost.join('", "')}", which the models here do not have`,
        'Register every model that writes the table; migrate({ drop: true }) where they are no longer wanted.',
      )
    const binding = space.models.find(({ schema }) => schema.name === name)
    if (binding === undefined) continue
    const unique = (backfill ? lines : added).flatMap((line) =>
      line.startsWith(UNIQUE) ? [line.slice(UNIQUE.length)] : [],
    )
    // An index of the model's own attributes has its rows as soon as it is there.
    const written = entity.secondary.some(
      (path) => path.synthetic.length > 0 && (backfill || added.some((line) => placeOf(line) === path.index)),
    )
    if (written || unique.length > 0) models.push({ binding, unique })
  }
  return { design, indexes: missing, models }
}

const UNIQUE = 'unique: '

/** True for the keys of an index. */
export function isOfIndex(line: string): boolean {
  return placeOf(line) !== 'table' && !line.startsWith(UNIQUE)
}

/** The index of a line, or what else it is of: `GSI1`, `table`, `unique: email`. */
export function placeOf(line: string): string {
  return line.startsWith(UNIQUE) ? line : (line.split(':')[0] ?? line)
}

const LOCALLY = 'On a local engine: delete its data folder (.dynamodb) and seed it again.'

export function differs({ tableName }: TableDesign, how: string, hint: string): ModelError {
  return new ModelError('MODEL.TABLE_DIFFERS', `The table ${tableName} does not fit the models: ${how}.`, {
    hint,
    details: { table: tableName },
  })
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
    const request: OperationInput<'Scan'> = {
      TableName: design.tableName,
      ConsistentRead: true,
      ...(counts ? { Select: 'COUNT' } : {}),
      ...ofModel,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    }
    const page = await patiently(connection, undefined, () => connection.send('Scan', request))
    if (counts ? page.Count > 0 : page.Items?.some((item) => recognizes(entity, item))) return true
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return false
}
