import { relative, resolve } from 'node:path'
import { createDataImporter, type Existing, type TransferFormat } from '../../transfer/index.js'
import type { Command } from '../command.js'
import { askProduction, CONFIRM_OPTION } from '../consent.js'
import { CliError } from '../errors.js'
import { EXIT } from '../exit-code.js'
import { namedModel } from '../named-model.js'
import { wholeNumber } from '../option-values.js'
import { counted } from '../text-table.js'

interface Options {
  readonly model?: string
  readonly format?: TransferFormat
  readonly column?: readonly string[]
  readonly existing?: Existing
  readonly dryRun?: boolean
  readonly restart?: boolean
  readonly batchSize?: number
  readonly maxCapacity?: number
  readonly confirm?: string
}

export const command: Command<Options> = {
  name: 'import',
  summary: 'Read rows of a file into the table',
  arguments: [{ name: 'file', description: 'users.csv, users.jsonl, users.json, table.dynamodb.jsonl; .gz or not' }],
  options: [
    { flags: '--model <name>', description: 'the model of the rows: needed for CSV, JSON and JSON Lines' },
    {
      flags: '--format <name>',
      description: 'where the name does not say it',
      choices: ['csv', 'json', 'jsonl', 'dynamodb-json'],
    },
    {
      flags: '--column <title=attribute>',
      description: 'a column that is called otherwise; without an attribute it is left out; again for more',
      list: true,
    },
    {
      flags: '--existing <what>',
      description: 'what becomes of rows whose key is taken (default: reject)',
      choices: ['reject', 'skip', 'update'],
    },
    { flags: '--dry-run', description: 'write nothing; look at every row' },
    { flags: '--restart', description: 'from the first row, though it was broken off later' },
    {
      flags: '--batch-size <count>',
      description: 'rows that are written at the same time (default: 16)',
      parse: wholeNumber(1, 1000),
    },
    {
      flags: '--max-capacity <units>',
      description: 'capacity units a second (default: as fast as it goes)',
      parse: wholeNumber(1),
    },
    CONFIRM_OPTION,
  ],
  json: '{ rows, written, same, skipped, rejected, reasons: [{ row, reason }], rejectedFile }; exit code 6 where rows were rejected',
  examples: [
    ['import users.csv --model User --dry-run', 'says which rows would be rejected, and why'],
    ['import users.csv --model User --column "E-mail=email" --column Notes=', 'columns of other names'],
    ['import table.dynamodb.jsonl.gz', 'items as they are'],
  ],
  async run(
    context,
    [file],
    { model: name, format, column = [], existing, dryRun = false, restart = false, batchSize, maxCapacity, confirm },
  ) {
    if (file === undefined) throw new CliError('CLI.USAGE', 'The name of the file is missing.')
    await context.models().catch((error: unknown) => {
      if (name !== undefined) throw error
    })
    await context.connection()
    if (!dryRun) await askProduction(context, 'import', confirm)
    const model = name === undefined ? undefined : (await namedModel(context, name)).model
    const progress = context.progress('rows')
    const importer = await createDataImporter({
      model,
      table: model === undefined ? await context.tableName() : undefined,
      columns: Object.fromEntries(column.map(columnOf)),
      existing,
      concurrency: batchSize,
      maxCapacity,
      dryRun,
      signal: context.signal,
      onProgress: ({ rows, capacity }) => progress.update({ done: rows, capacity }),
    })
    const did = await importer.fromFile(resolve(context.cwd, file), { format, restart }).finally(() => progress.end())
    const { rows, written, same, skipped, rejected, reasons, rejectedFile } = did
    const lines = [
      `${dryRun ? 'Would write' : 'Wrote'} ${written} of ${counted(rows, 'row')}${same === 0 ? '' : `; ${same} were there as they are`}${skipped === 0 ? '' : `; ${skipped} were left out`}.`,
      ...reasons.map(({ row, reason }) => `  row ${row}: ${reason}`),
      ...(rejected > reasons.length ? [`  and ${rejected - reasons.length} more`] : []),
      ...(rejectedFile === undefined ? [] : [`Rejected rows are in ${relative(context.cwd, rejectedFile)}.`]),
    ]
    context.output.result(did, lines.join('\n'))
    return rejected === 0 ? EXIT.ok : EXIT.pending
  },
}

function columnOf(text: string): readonly [string, string | null] {
  const at = text.lastIndexOf('=')
  if (at <= 0)
    throw new CliError('CLI.USAGE', `--column is "${text}": write it as "E-mail=email", or "Notes=" to leave one out.`)
  return [text.slice(0, at), text.slice(at + 1) || null]
}
