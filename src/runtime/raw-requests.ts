import type { OperationInput, OperationName, OperationOutput, SendOptions } from '../drivers/index.js'
import { currentConnection } from './default-connection.js'

/** A request in DynamoDB's own JSON, through the connection in use: signed, retried, seen by its interceptors, else untouched. */
export type RawRequest<Name extends OperationName> = (
  input: OperationInput<Name>,
  options?: SendOptions,
) => Promise<OperationOutput<Name>>

const raw =
  <Name extends OperationName>(operation: Name): RawRequest<Name> =>
  (input, options) =>
    currentConnection().send(operation, input, options)

/** GetItem as it is. Names of attributes and tables are DynamoDB's, values its AttributeValues (`{ S: 'x' }`). */
export const rawGet: RawRequest<'GetItem'> = raw('GetItem')
/** PutItem as it is: no keys, guards or validation are added. So are the other writes. */
export const rawPut: RawRequest<'PutItem'> = raw('PutItem')
export const rawUpdate: RawRequest<'UpdateItem'> = raw('UpdateItem')
export const rawDelete: RawRequest<'DeleteItem'> = raw('DeleteItem')
/** Query as it is: one page. */
export const rawQuery: RawRequest<'Query'> = raw('Query')
export const rawScan: RawRequest<'Scan'> = raw('Scan')
/** BatchGetItem as it is: what is left unprocessed is in the answer. */
export const rawBatchGet: RawRequest<'BatchGetItem'> = raw('BatchGetItem')
export const rawBatchWrite: RawRequest<'BatchWriteItem'> = raw('BatchWriteItem')
export const rawTransactGet: RawRequest<'TransactGetItems'> = raw('TransactGetItems')
export const rawTransactWrite: RawRequest<'TransactWriteItems'> = raw('TransactWriteItems')
