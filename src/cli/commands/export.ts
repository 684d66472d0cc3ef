import { relative, resolve } from 'node:path'
import { createDataExporter, type TransferFormat } from '../../transfer/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { namedModel } from '../named-model.js'
import { wholeNumber } from '../option-values.js'
import { counted } from '../text-table.js'

interface Options {
  readonly model?: string
  readonly format?: TransferFormat
  readonly columns?: string
  readonly segments?: number
  readonly maxCapacity?: number
  readonly overwrite?: boolean
}

export const command: Command<Options> = {
  name: 'export',
  summary: 'Write rows of a model, or items of the table, to a file',
  arguments: [
    { name: 'file', description: 'users.csv, users.jsonl, users.json, table.dynamodb.jsonl; .gz compresses' },
  ],
  options: [
    { flags: '--model <name>', description: 'rows of this model: needed for CSV, JSON and JSON Lines' },
    {
      flags: '--format <name>',
      description: 'where the name does not say it',
      choices: ['csv', 'json', 'jsonl', 'dynamodb-json'],
    },
    { flags: '--columns <names>', description: 'attributes, with commas between them, in this order (default: all)' },
    {
      flags: '--segments <count>',
      description: 'parts of the table that are read at the same time (default: 4)',
      parse: wholeNumber(1),
    },
    {
      flags: '--max-capacity <units>',
      description: 'capacity units a second (default: as fast as it goes)',
      parse: wholeNumber(1),
    },
    { flags: '--overwrite', description: 'a file of that name is replaced' },
  ],
  json: '{ file, format, rows }',
  examples: [
    ['export users.csv --model User --columns id,email', 'two columns of all users'],
    ['export table.dynamodb.jsonl.gz', 'every item of the table as DynamoDB has it'],
  ],
  async run(context, [file], { model: name, format, columns, segments, maxCapacity, overwrite = false }) {
    if (file === undefined) throw new CliError('CLI.USAGE', 'The name of the file is missing.')
    await context.models().catch((error: unknown) => {
      if (name !== undefined) throw error
    })
    await context.connection()
    const model = name === undefined ? undefined : (await namedModel(context, name)).model
    const table = model === undefined ? await context.tableName() : undefined
    const progress = context.progress('rows')
    const exporter = await createDataExporter({
      model,
      table,
      columns: columns?.split(',').map((each) => each.trim()),
      segments,
      maxCapacity,
      signal: context.signal,
      onProgress: ({ rows, total, capacity }) => progress.update({ done: rows, total, capacity }),
    })
    const did = await exporter.toFile(resolve(context.cwd, file), { format, overwrite }).finally(() => progress.end())
    context.output.result(
      did,
      `Wrote ${counted(did.rows, model === undefined ? 'item' : 'row')} to ${relative(context.cwd, did.file)}.`,
    )
  },
}
