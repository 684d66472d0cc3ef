import { join, relative } from 'node:path'
import { blankMigration } from '../../migrations/index.js'
import type { Command } from '../command.js'
import { writeNewFiles } from '../written-file.js'

export const command: Command = {
  name: 'make:migration',
  summary: 'Write an empty migration, for code of your own',
  arguments: [{ name: 'name', description: 'in words: lower-case-emails' }],
  json: '{ file, name }',
  examples: [['make:migration lower-case-emails', 'a file with up and down; migrate:generate writes those for models']],
  async run(context, [given = '']) {
    const { migrations } = await context.config()
    await context.connection()
    const { name, text } = await blankMigration(given)
    const file = join(migrations.path, `${name}.ts`)
    writeNewFiles({ [file]: text })
    context.output.result({ file, name }, `Wrote ${relative(context.cwd, file)}.`)
  },
}
