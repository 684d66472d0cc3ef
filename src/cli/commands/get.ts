import { type AttributeMap, unmarshall } from '../../values/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { modelKey, namedModel, noRow } from '../named-model.js'
import { toPlainJson } from '../plain-json.js'
import { cellOf } from '../raw-items.js'
import { itemKey, rawTable } from '../raw-table.js'
import { textTable } from '../text-table.js'

interface Options {
  readonly pk?: string
  readonly sk?: string
  readonly dynamodbJson?: boolean
}

export const command: Command<Options> = {
  name: 'get',
  summary: 'Show one row of a model, or one item',
  arguments: [
    { name: 'model', description: 'a model', optional: true },
    { name: 'key', description: 'its primary key, or a JSON object of what its key is made of', optional: true },
  ],
  options: [
    { flags: '--pk <value>', description: 'the partition key of an item, in place of model and key' },
    { flags: '--sk <value>', description: 'its sort key' },
    { flags: '--dynamodb-json', description: "an item in DynamoDB's own JSON, with a type for each value; lossless" },
  ],
  json: '{ model, row } of a model, without hidden attributes; { table, item } of an item',
  examples: [
    ['get User 01M8ZXW7', 'a row of a model'],
    ["get --pk 'USER#01M8ZXW7' --sk 'USER#01M8ZXW7' --json", 'an item as it is stored'],
  ],
  async run(context, [name, key], { pk, sk, dynamodbJson = false }) {
    if ((name === undefined) === (pk === undefined) || (name !== undefined && key === undefined))
      throw new CliError('CLI.USAGE', 'Give a model and a key, or --pk (and --sk).')
    if (name !== undefined && key !== undefined) {
      const { model, schema } = await namedModel(context, name)
      const found = await model.find(modelKey(schema, key) as never)
      if (found === null) throw noRow(schema, key)
      const row = toPlainJson(found) as Record<string, unknown>
      context.output.result({ model: schema.name, row }, () =>
        textTable(['Attribute', 'Value'], Object.entries(row), 200),
      )
      return
    }
    const table = await rawTable(context)
    const Key = itemKey(table, pk, sk)
    const connection = await context.connection()
    const { Item } = await connection.send(
      'GetItem',
      { TableName: table.name, Key, ConsistentRead: true },
      { signal: context.signal },
    )
    if (Item === undefined)
      throw new CliError('CLI.NOT_FOUND', `${table.name} has no such item.`, {
        details: { table: table.name, key: Key },
      })
    context.output.result({ table: table.name, item: dynamodbJson ? Item : unmarshall(Item) }, () =>
      dynamodbJson ? JSON.stringify(Item) : attributeTable(Item),
    )
  },
}

function attributeTable(item: AttributeMap): string {
  return textTable(
    ['Attribute', 'Value'],
    Object.keys(item).map((name) => [name, cellOf(item, name)]),
    200,
  )
}
