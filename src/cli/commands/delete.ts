import { ExpressionCompiler, exists } from '../../expressions/index.js'
import { isDynamoDBToolingError } from '../../kernel/index.js'
import { unmarshall } from '../../values/index.js'
import type { Command } from '../command.js'
import { askProduction, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'
import { modelKey, namedModel, noRow } from '../named-model.js'
import { itemKey, rawTable } from '../raw-table.js'

interface Options {
  readonly pk?: string
  readonly sk?: string
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'delete',
  summary: 'Delete one row of a model, or one item',
  arguments: [
    { name: 'model', description: 'a model', optional: true },
    { name: 'key', description: 'its primary key, or a JSON object of what its key is made of', optional: true },
  ],
  options: [
    { flags: '--pk <value>', description: 'the partition key of an item, in place of model and key' },
    { flags: '--sk <value>', description: 'its sort key' },
    CONFIRM_OPTION,
  ],
  json: '{ model, key, deleted } of a model; { table, key, deleted } of an item',
  examples: [
    ['delete User 01M8ZXW7', 'as user.delete() does: hooks run, soft deletes are soft'],
    ["delete --pk 'NOTE#1' --sk 'NOTE#1'", 'an item as it is: nothing else is looked after'],
  ],
  async run(context, [name, key], { pk, sk, confirm }) {
    if ((name === undefined) === (pk === undefined) || (name !== undefined && key === undefined))
      throw new CliError('CLI.USAGE', 'Give a model and a key, or --pk (and --sk).')
    if (name !== undefined && key !== undefined) {
      const { model, schema } = await namedModel(context, name)
      await askProduction(context, 'delete', confirm)
      const found = await model.find(modelKey(schema, key) as never)
      if (found === null) throw noRow(schema, key)
      await found.delete()
      context.output.result({ model: schema.name, key, deleted: true }, `Deleted ${schema.name} ${key}.`)
      return
    }
    const table = await rawTable(context)
    const Key = itemKey(table, pk, sk)
    await askProduction(context, 'delete', confirm)
    const compiler = new ExpressionCompiler()
    const ConditionExpression = compiler.condition(exists([table.key.partition[0]?.name ?? '']))
    const input = { TableName: table.name, Key, ConditionExpression, ...compiler.attributes() }
    try {
      await (await context.connection()).send('DeleteItem', input, { signal: context.signal })
    } catch (cause) {
      if (!isDynamoDBToolingError(cause, 'SERVICE.CONDITION_FAILED')) throw cause
      throw new CliError('CLI.NOT_FOUND', `${table.name} has no such item.`, {
        cause,
        details: { table: table.name, key: Key },
      })
    }
    context.output.result({ table: table.name, key: unmarshall(Key), deleted: true }, `Deleted from ${table.name}.`)
  },
}
