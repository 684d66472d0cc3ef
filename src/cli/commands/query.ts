import { and, beginsWith, ExpressionCompiler, eq } from '../../expressions/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { FOUND_JSON, READ_OPTIONS, type ReadOptions, readItems, showItems, wantedOf } from '../raw-items.js'
import { keyNamed, keyValue, namesOf, rawTable } from '../raw-table.js'

interface Options extends ReadOptions {
  readonly pk?: readonly string[]
  readonly sk?: readonly string[]
  readonly skBegins?: string
  readonly index?: string
  readonly desc?: boolean
}

export const command: Command<Options> = {
  name: 'query',
  summary: 'Read items of one partition key',
  options: [
    {
      flags: '--pk <value>',
      description: 'the partition key; again for each attribute of a multi-attribute key',
      list: true,
    },
    { flags: '--sk <value>', description: 'the sort key, exactly; again as above', list: true },
    { flags: '--sk-begins <text>', description: 'what the sort key begins with' },
    { flags: '--index <name>', description: 'read an index instead of the table' },
    { flags: '--desc', description: 'from the end of the sort key' },
    ...READ_OPTIONS,
  ],
  json: FOUND_JSON,
  examples: [
    ["query --pk 'USER#1'", 'the first 100 items of a partition key'],
    ["query --pk 'USER#1' --sk-begins 'POST#' --index GSI1 --limit 10 --json", 'of an index'],
  ],
  async run(context, _args, { pk = [], sk = [], skBegins, index, desc = false, ...reading }) {
    const wanted = wantedOf(reading)
    if (pk.length === 0)
      throw new CliError('CLI.USAGE', '--pk is missing: a Query reads one partition key.', {
        hint: 'Without one: `dbtooling scan`.',
      })
    const table = await rawTable(context)
    const key = keyNamed(table, index)
    const [sort, next] = [key.sort.slice(0, sk.length), key.sort[sk.length]]
    if (
      pk.length !== key.partition.length ||
      sk.length > key.sort.length ||
      (skBegins !== undefined && next === undefined)
    )
      throw new CliError(
        'CLI.USAGE',
        `The key of ${index ?? table.name} is ${namesOf(key)}: what is given does not fit it.`,
        {
          hint: 'Give --pk for each attribute of the partition key, and --sk or --sk-begins where there is a sort key.',
        },
      )
    const compiler = new ExpressionCompiler()
    const conditions = [
      ...key.partition.map((each, i) => eq([each.name], keyValue(each, pk[i] as string))),
      ...sort.map((each, i) => eq([each.name], keyValue(each, sk[i] as string))),
      ...(skBegins === undefined || next === undefined ? [] : [beginsWith([next.name], keyValue(next, skBegins))]),
    ]
    const input = {
      TableName: table.name,
      ...(index === undefined ? {} : { IndexName: index }),
      KeyConditionExpression: compiler.condition(and(...conditions)),
      ScanIndexForward: !desc,
      ...compiler.attributes(),
    }
    const found = await readItems(context, { operation: 'Query', input }, wanted)
    showItems(context, table, index, found, reading.dynamodbJson)
  },
}
