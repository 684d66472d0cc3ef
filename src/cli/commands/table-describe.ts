import { describeTable } from '../../tables/index.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { jsonText } from '../plain-json.js'
import { tableText } from '../table-text.js'

interface Options {
  readonly format?: 'text' | 'json'
}

export const command: Command<Options> = {
  name: 'table:describe',
  summary: 'Show a table as it is',
  arguments: [{ name: 'table', description: 'its whole name (default: the table of the config)', optional: true }],
  options: [{ flags: '--format <format>', description: 'json is the same as --json', choices: ['text', 'json'] }],
  json: '{ name, arn, status, key, indexes, billing, capacity, itemCount, sizeBytes, stream, tableClass, deletionProtection, ttl, pointInTimeRecovery, tags, replicas, createdAt, unsupported }',
  examples: [['table:describe orders --json', 'keys, indexes and settings']],
  async run(context, [given], { format }) {
    const name = given ?? (await context.tableName())
    const table = await describeTable(name, { connection: await context.connection() })
    if (table === null) throw new CliError('CLI.NOT_FOUND', `There is no table ${name}.`, { details: { table: name } })
    context.output.result(table, () => (format === 'json' ? jsonText(table) : tableText(table)))
  },
}
