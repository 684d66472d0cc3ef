import { ExpressionCompiler, notExists } from '../../expressions/index.js'
import { isDynamoDBToolingError } from '../../kernel/index.js'
import { marshall, unmarshall } from '../../values/index.js'
import type { Command } from '../command.js'
import { askProduction, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'
import { dataText, itemOf, objectOf } from '../given-data.js'
import { modelKey, namedModel, noRow } from '../named-model.js'
import { toPlainJson } from '../plain-json.js'
import { itemKey, rawTable } from '../raw-table.js'

interface Options {
  readonly data?: string
  readonly pk?: string
  readonly sk?: string
  readonly overwrite?: boolean
  readonly dynamodbJson?: boolean
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'put',
  summary: 'Write one row of a model, or one item',
  arguments: [
    { name: 'model', description: 'a model: the row is created', optional: true },
    { name: 'key', description: 'the row that is there and is to be changed', optional: true },
  ],
  options: [
    { flags: '--data <json>', description: 'the attributes as a JSON object; - reads stdin' },
    { flags: '--pk <value>', description: 'the partition key of an item, in place of a model' },
    { flags: '--sk <value>', description: 'its sort key' },
    { flags: '--overwrite', description: 'replace an item that is there' },
    { flags: '--dynamodb-json', description: "the data is in DynamoDB's own JSON, with a type for each value" },
    CONFIRM_OPTION,
  ],
  json: '{ model, row } of a model; { table, item } of an item',
  examples: [
    [`put User --data '{"email": "ada@example.com", "name": "Ada"}'`, 'creates a row, as User.create does'],
    [`put User 01M8ZXW7 --data '{"name": "Ada Lovelace"}'`, 'changes a row that is there'],
    [
      `put --pk 'NOTE#1' --sk 'NOTE#1' --data '{"text": "raw"}'`,
      'an item as it is; refused where there is one, without --overwrite',
    ],
  ],
  async run(context, [name, key], { data, pk, sk, overwrite = false, dynamodbJson = false, confirm }) {
    if ((name === undefined) === (pk === undefined))
      throw new CliError('CLI.USAGE', 'Give a model, or --pk (and --sk).')
    if (name !== undefined && (overwrite || dynamodbJson || sk !== undefined))
      throw new CliError('CLI.USAGE', '--sk, --overwrite and --dynamodb-json are for items, not for rows of models.')
    const text = await dataText(data)
    if (name !== undefined) {
      const { model, schema } = await namedModel(context, name)
      const values = objectOf(text, '--data')
      await askProduction(context, 'put', confirm)
      if (key === undefined) {
        const row = toPlainJson(await model.create(values))
        context.output.result(
          { model: schema.name, row },
          () => `Created ${schema.name} ${Reflect.get(Object(row), schema.primaryKey)}.`,
        )
        return
      }
      const found = await model.find(modelKey(schema, key) as never)
      if (found === null) throw noRow(schema, key)
      await found.update(values)
      context.output.result({ model: schema.name, row: found }, `Changed ${schema.name} ${key}.`)
      return
    }
    const attributes = dynamodbJson ? itemOf(text, '--data') : marshall(objectOf(text, '--data'))
    const table = await rawTable(context)
    const Item = { ...attributes, ...itemKey(table, pk, sk) }
    await askProduction(context, 'put', confirm)
    const compiler = new ExpressionCompiler()
    const condition = notExists([table.key.partition[0]?.name ?? ''])
    const free = overwrite ? {} : { ConditionExpression: compiler.condition(condition), ...compiler.attributes() }
    try {
      const connection = await context.connection()
      await connection.send('PutItem', { TableName: table.name, Item, ...free }, { signal: context.signal })
    } catch (cause) {
      if (!isDynamoDBToolingError(cause, 'SERVICE.CONDITION_FAILED')) throw cause
      throw new CliError('CLI.EXISTS', `${table.name} has an item of that key, and it was left as it is.`, {
        cause,
        hint: 'Add --overwrite to replace it as a whole.',
      })
    }
    context.output.result(
      { table: table.name, item: dynamodbJson ? Item : unmarshall(Item) },
      `Written to ${table.name}.`,
    )
  },
}
