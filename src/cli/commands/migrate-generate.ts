import { join, relative, resolve } from 'node:path'
import { generateMigration } from '../../migrations/index.js'
import type { Command } from '../command.js'
import { projectMigrations } from '../migration-run.js'
import { writeNewFiles } from '../written-file.js'

interface Options {
  readonly output?: string
  readonly format?: 'ts' | 'json'
  readonly drop?: boolean
}

export const command: Command<Options> = {
  name: 'migrate:generate',
  summary: 'Write a migration for what the models need',
  arguments: [{ name: 'name', description: 'in words: add-teams (default: from its first step)', optional: true }],
  options: [
    { flags: '--output <folder>', description: 'where to (default: migrations.path, migrations)' },
    { flags: '--format <format>', description: 'default: ts', choices: ['ts', 'json'] },
    { flags: '--drop', description: 'let go of indexes and guards that no model has any more' },
  ],
  json: '{ file, name, steps: [text] }; file and name are null where the tables are as the models want them',
  examples: [
    ['migrate:generate', 'compares the tables with the models, and writes a file to look at'],
    ['migrate:generate add-teams --drop', 'also removes indexes that no model has any more'],
  ],
  async run(context, [name], { output, format, drop }) {
    const files = await projectMigrations(context)
    const made = await generateMigration(files, { name, format, drop })
    if (made === null) {
      context.output.result({ file: null, name: null, steps: [] }, 'The tables are as the models want them.')
      return
    }
    const { migrations } = await context.config()
    const folder = output === undefined ? migrations.path : resolve(context.cwd, output)
    const file = join(folder, `${made.name}.${format ?? 'ts'}`)
    writeNewFiles({ [file]: made.text })
    const steps = made.steps.map((step) => `  - ${step}`)
    context.output.result({ file, name: made.name, steps: made.steps }, () =>
      [`Wrote ${relative(context.cwd, file)}:`, ...steps].join('\n'),
    )
    context.output.note('Look at it, and run it with: dbtooling migrate')
  },
}
