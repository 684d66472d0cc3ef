import { ModelSpace } from '../../model/index.js'
import { accessPatternsOf, formatAccessPatterns } from '../../single-table/index.js'
import type { Command } from '../command.js'
import { jsonText } from '../plain-json.js'
import { OUTPUT_OPTION, writeOutput } from '../written-file.js'

interface Options {
  readonly format?: 'text' | 'markdown' | 'json'
  readonly output?: string
}

export const command: Command<Options> = {
  name: 'access-patterns',
  summary: 'List every way to read the models without a Scan',
  options: [
    {
      flags: '--format <format>',
      description: 'default: text; json is the same as --json',
      choices: ['text', 'markdown', 'json'],
    },
    OUTPUT_OPTION,
  ],
  json: '{ patterns: [{ model, pattern, operation, table, index, name, fixed, ordered, keyCondition, cost }] }, with --output { format, file, text }',
  examples: [
    ['access-patterns', 'which index serves what, and what it costs'],
    ['access-patterns --format markdown --output access-patterns.md', 'for the documentation of the project'],
  ],
  async run(context, _args, { format = 'text', output }) {
    await context.models()
    const patterns = accessPatternsOf(ModelSpace.of(await context.connection()).designs())
    const text = format === 'json' ? jsonText({ patterns }) : formatAccessPatterns(patterns, format)
    if (output === undefined) context.output.result({ patterns }, text)
    else writeOutput(context, { format }, text, output)
  },
}
