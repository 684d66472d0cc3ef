import { type Connection, currentConnection } from '../runtime/index.js'
import { TableError } from './errors.js'
import { checkInput } from './input-rules.js'
import type { TableCallOptions } from './table-options.js'
import { attributeName, CALL, tableName } from './table-rules.js'

/**
 * Lets DynamoDB remove items whose time is up: their attribute holds seconds since the Unix epoch. "Time to Live".
 *
 * @returns false where it did already, and nothing was sent
 * @throws TableError `TABLE.TTL_DIFFERS` where items expire by another attribute, `TABLE.INVALID_INPUT`
 */
export async function enableTtl(name: string, attribute: string, options: TableCallOptions = {}): Promise<boolean> {
  checkInput('enableTtl', { name, attribute, options }, { name: tableName, attribute: attributeName, options: CALL })
  return turnTtlOn(options.connection ?? currentConnection(), name, attribute)
}

/**
 * Items expire no more.
 *
 * @returns false where they did not before, and nothing was sent
 * @throws TableError `TABLE.INVALID_INPUT`
 */
export async function disableTtl(name: string, options: TableCallOptions = {}): Promise<boolean> {
  checkInput('disableTtl', { name, options }, { name: tableName, options: CALL })
  return turnTtlOff(options.connection ?? currentConnection(), name)
}

export async function turnTtlOn(connection: Connection, TableName: string, attribute: string): Promise<boolean> {
  const current = await ttlAttribute(connection, TableName)
  if (current === attribute) return false
  if (current !== undefined)
    throw new TableError('TABLE.TTL_DIFFERS', `Items of ${TableName} expire by ${current}, not by ${attribute}.`, {
      details: { table: TableName, attribute: current },
    })
  await connection.send('UpdateTimeToLive', {
    TableName,
    TimeToLiveSpecification: { Enabled: true, AttributeName: attribute },
  })
  return true
}

export async function turnTtlOff(connection: Connection, TableName: string): Promise<boolean> {
  const current = await ttlAttribute(connection, TableName)
  if (current === undefined) return false
  await connection.send('UpdateTimeToLive', {
    TableName,
    TimeToLiveSpecification: { Enabled: false, AttributeName: current },
  })
  return true
}

/** The attribute by which items of a table expire; undefined where none do. */
export async function ttlAttribute(connection: Connection, TableName: string): Promise<string | undefined> {
  const { TimeToLiveDescription: found } = await connection.send('DescribeTimeToLive', { TableName })
  const status = found?.TimeToLiveStatus
  return status === 'ENABLED' || status === 'ENABLING' ? found?.AttributeName : undefined
}
