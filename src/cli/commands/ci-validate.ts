import type { Command } from '../command.js'
import { EXIT } from '../exit-code.js'
import { faultText, projectFaults } from '../project-faults.js'
import { counted } from '../text-table.js'

export const command: Command = {
  name: 'ci:validate',
  summary: 'Check models, design and schema lock without a table',
  json: '{ valid, models: [name], tables: [name], problems: [{ code, message, hint }] }',
  examples: [
    ['ci:validate', 'exit code 6 when something is not right; sends nothing'],
    ['ci:validate --json', 'for a script'],
  ],
  async run(context) {
    const { problems, models, tables } = await projectFaults(context)
    const valid = problems.length === 0
    context.output.result({ valid, models, tables, problems }, () =>
      valid
        ? `${counted(models.length, 'model')}, ${counted(tables.length, 'table')}: all in order.`
        : faultText(problems),
    )
    return valid ? EXIT.ok : EXIT.pending
  },
}
