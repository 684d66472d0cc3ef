import { createHash } from 'node:crypto'
import { isConditionalCheckFailedError } from '../drivers/index.js'
import { isDynamoDBToolingError, uuidOfText } from '../kernel/index.js'
import {
  type Attributes,
  insertMade,
  isDuplicateKeyError,
  isHookFailedError,
  type ModelBinding,
  madeRecord,
} from '../model/index.js'
import { type Connection, measure, type Pace, patiently } from '../runtime/index.js'
import { type AttributeMap, equalAttributeValues } from '../values/index.js'
import type { FileRow } from './rows-of-file.js'
import type { Turns } from './turns.js'

/** What becomes of a row whose key is taken by another: not written, left out, or its values written over those there. */
export type Existing = 'reject' | 'skip' | 'update'

/** Where rows go. */
export interface RowTarget {
  readonly connection: Connection
  readonly binding: ModelBinding | undefined
  readonly tableName: string
  /** Key attributes of the table. */
  readonly key: readonly string[]
  readonly existing: Existing
  readonly dryRun: boolean
  readonly pace: Pace
  /** Of rows that want the same key or unique value the first one of the file has it. */
  readonly turns: Turns
  /** Of the import: keys that are made up are made of it and the row's number, so that a row gets one key however often it is tried. */
  readonly id: string
  readonly startedAt: number
  readonly signal: AbortSignal | undefined
}

/** `same`: it was there as it is. */
export type Outcome = 'written' | 'same' | 'skipped' | { readonly rejected: string }

/** Writes a row. @throws whatever is no fault of the row */
export async function writeRow(row: FileRow, target: RowTarget): Promise<Outcome> {
  if (row.fault !== undefined) return { rejected: row.fault }
  return target.turns.take(claimsOf(row, target), () => writeInTurn(row, target))
}

async function writeInTurn(row: FileRow, target: RowTarget): Promise<Outcome> {
  await target.pace.ready(target.signal)
  const work = (): Promise<Outcome> => (row.item === undefined ? writeValues(row, target) : writeItem(row.item, target))
  try {
    const { result, readUnits, writeUnits } = await measure(() => patiently(target.connection, target.signal, work))
    target.pace.spend(readUnits + writeUnits)
    return result
  } catch (error) {
    // The row is written; what was told of it failed.
    if (isHookFailedError(error)) return 'written'
    if (isDynamoDBToolingError(error) && /^(?:VALIDATION|MODEL|KEY|VALUE|SCHEMA)\./.test(error.code))
      return { rejected: error.message }
    if (isDynamoDBToolingError(error, 'SERVICE.VALIDATION')) return { rejected: error.message }
    throw error
  }
}

/** The key and the unique values that a row wants. */
function claimsOf({ item, values = {} }: FileRow, { binding, key }: RowTarget): readonly string[] {
  if (item !== undefined || binding === undefined) return [JSON.stringify(key.map((name) => item?.[name]))]
  const { schema, uniqueAttributes, codec } = binding
  const wanted = [schema.primaryKey, ...uniqueAttributes].filter((name) => values[name] != null)
  if (wanted.length === 0) return []
  try {
    // Setters may change what is given.
    const record = madeRecord(binding, values, true)
    return wanted.map((name) => JSON.stringify([name, codec.encodeAttribute(name, record[name])]))
  } catch {
    // It is rejected when its turn comes.
    return []
  }
}

async function writeValues({ row, values = {} }: FileRow, target: RowTarget): Promise<Outcome> {
  const binding = target.binding as ModelBinding
  const { primaryKey, attribute, idType } = binding.schema
  const key = attribute.get(primaryKey)
  const made =
    key?.type === 'string' && key.options.default === undefined && values[primaryKey] === undefined
      ? { [primaryKey]: keyOf(target, row, idType) }
      : {}
  const record = madeRecord(binding, { ...values, ...made }, true)
  if (target.dryRun) {
    const { violations } = await binding.validator.validate(record)
    return violations.length === 0 ? 'written' : { rejected: violations.map(({ message }) => message).join(' ') }
  }
  try {
    await insertMade(binding, [record])
    return 'written'
  } catch (error) {
    if (!isDuplicateKeyError(error)) throw error
    const there = error.existing as (Attributes & Saved) | undefined
    if (there !== undefined && isAsGiven(binding, values, there)) return 'same'
    if (target.existing === 'skip') return 'skipped'
    if (target.existing === 'reject' || there === undefined) throw error
    there.forceFill(values)
    await there.save()
    return 'written'
  }
}

interface Saved {
  forceFill(values: object): unknown
  save(): Promise<unknown>
}

function isAsGiven(binding: ModelBinding, values: Readonly<Attributes>, there: Attributes): boolean {
  const { codec } = binding
  return Object.entries(values).every(([name, value]) => {
    const [given, stored] = [value, there[name]].map((each) =>
      each === undefined ? undefined : codec.encodeAttribute(name, each),
    )
    return given === undefined || stored === undefined ? given === stored : equalAttributeValues(given, stored)
  })
}

async function writeItem(Item: AttributeMap, target: RowTarget): Promise<Outcome> {
  const { connection, tableName: TableName, key, existing, dryRun } = target
  const [partition = ''] = key
  const lacking = key.find((name) => Item[name] === undefined)
  if (lacking !== undefined) return { rejected: `It has no ${lacking}, which is of the key.` }
  if (dryRun) return 'written'
  const condition =
    existing === 'update'
      ? {}
      : {
          ConditionExpression: 'attribute_not_exists(#key)',
          ExpressionAttributeNames: { '#key': partition },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
        }
  try {
    await connection.send('PutItem', { TableName, Item, ...condition })
    return 'written'
  } catch (error) {
    if (!isConditionalCheckFailedError(error)) throw error
    if (error.item !== undefined && equalAttributeValues({ M: error.item }, { M: Item })) return 'same'
    return existing === 'skip' ? 'skipped' : { rejected: 'Another item has its key.' }
  }
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function keyOf({ id, startedAt }: RowTarget, row: number, idType: string): string {
  if (idType !== 'ulid') return uuidOfText(`${id} ${row}`)
  const digest = createHash('sha256').update(`${id} ${row}`).digest()
  let time = ''
  for (let i = 0, rest = startedAt; i < 10; i++, rest = Math.floor(rest / 32))
    time = (CROCKFORD[rest % 32] as string) + time
  // In the order of the file.
  const place = row.toString(32).padStart(7, '0').toUpperCase()
  const digits = [...place].map((digit) => CROCKFORD[Number.parseInt(digit, 32)] as string)
  return time + digits.join('') + Array.from({ length: 9 }, (_, i) => CROCKFORD[(digest[i] as number) & 31]).join('')
}
