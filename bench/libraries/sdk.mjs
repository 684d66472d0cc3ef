import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { rawInput, rawPlain, rawRows } from './raw-item.mjs'

const COMMANDS = {
  BatchGetItem: BatchGetItemCommand,
  BatchWriteItem: BatchWriteItemCommand,
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  Query: QueryCommand,
  TransactWriteItems: TransactWriteItemsCommand,
  UpdateItem: UpdateItemCommand,
}

const open = (options) => async (site) => {
  const client = site.sdkClient(options)
  return {
    rows: rawRows(site.table, (operation, input) => client.send(new COMMANDS[operation](input))),
    input: rawInput,
    plain: rawPlain,
    close: () => client.destroy(),
  }
}

/** The base of every ratio: the low-level client as it comes. */
export const sdk = { id: 'sdk', name: 'AWS SDK client', package: '@aws-sdk/client-dynamodb', open: open({}) }

// The SDK walks every answer for its logger before it asks whether anything is logged; without methods, it does not ask.
const silent = {}
/** The same client with the options that make it cheapest. */
export const sdkBest = {
  id: 'sdk-best',
  name: 'AWS SDK client, best options',
  package: '@aws-sdk/client-dynamodb',
  open: open({ cacheMiddleware: true, logger: silent }),
}
