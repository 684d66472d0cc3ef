import { and, ExpressionCompiler, eq } from '../../expressions/index.js'
import type { Command } from '../command.js'
import { conditionOf } from '../filter.js'
import { FOUND_JSON, READ_OPTIONS, type ReadOptions, readItems, showItems, wantedOf } from '../raw-items.js'
import { keyNamed, rawTable } from '../raw-table.js'

interface Options extends ReadOptions {
  readonly filter?: readonly string[]
  readonly entityType?: string
  readonly index?: string
}

export const command: Command<Options> = {
  name: 'scan',
  summary: 'Read items of the whole table',
  options: [
    {
      flags: '--filter <condition>',
      description:
        'NAME OPERATOR VALUE with = != < <= > >= begins_with contains, or NAME exists; again for more, all must hold',
      list: true,
    },
    { flags: '--entity-type <name>', description: 'only items of this type: a model, or its entityType' },
    { flags: '--index <name>', description: 'read an index instead of the table' },
    ...READ_OPTIONS,
  ],
  json: FOUND_JSON,
  examples: [
    ['scan --entity-type User --limit 10', 'the first ten users'],
    ["scan --filter 'age >= 36' --filter 'email exists' --all --json", 'every item that both conditions hold for'],
  ],
  async run(context, _args, { filter = [], entityType, index, ...reading }) {
    const wanted = wantedOf(reading)
    const conditions = filter.map(conditionOf)
    const table = await rawTable(context)
    keyNamed(table, index)
    if (entityType !== undefined) {
      const { entityTypeAttribute } = (await context.config()).singleTableDesign
      conditions.push(eq([entityTypeAttribute], { S: entityType }))
    }
    const compiler = new ExpressionCompiler()
    const input = {
      TableName: table.name,
      ...(index === undefined ? {} : { IndexName: index }),
      ...(conditions.length === 0 ? {} : { FilterExpression: compiler.condition(and(...conditions)) }),
      ...compiler.attributes(),
    }
    const found = await readItems(context, { operation: 'Scan', input }, wanted, table.itemCount)
    showItems(context, table, index, found, reading.dynamodbJson)
  },
}
