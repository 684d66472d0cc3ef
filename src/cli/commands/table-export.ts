import { type ExportFormat, exportTables } from '../../tables/index.js'
import type { Command } from '../command.js'
import { OUTPUT_OPTION, writeOutput } from '../written-file.js'

interface Options {
  readonly format?: ExportFormat
  readonly output?: string
}

export const command: Command<Options> = {
  name: 'table:export',
  summary: 'Write the tables of the models as infrastructure code',
  options: [
    {
      flags: '--format <format>',
      description: 'default: cloudformation',
      choices: ['cloudformation', 'terraform', 'cdk', 'json'],
    },
    OUTPUT_OPTION,
  ],
  json: '{ format, file, text }; text is null where it was written to a file',
  examples: [['table:export --format terraform --output tables.tf', 'equal to what migrate makes']],
  async run(context, _args, { format = 'cloudformation', output }) {
    const text = exportTables(await context.models(), format, { connection: await context.connection() })
    writeOutput(context, { format }, text, output)
  },
}
