import { join, relative } from 'node:path'
import { classNamed } from '../class-name.js'
import type { Command } from '../command.js'
import { writeNewFiles } from '../written-file.js'

export const command: Command = {
  name: 'make:seeder',
  summary: 'Write the file of a new seeder',
  arguments: [{ name: 'name', description: 'of the model: User, for UserSeeder' }],
  json: '{ seeder, file }',
  examples: [['make:seeder User', 'UserSeeder.ts in the folder of the seeders']],
  async run(context, [given = '']) {
    const model = classNamed(given.replace(/Seeder$/, ''), 'User')
    const { seeders } = await context.config()
    const name = `${model}Seeder`
    const file = join(seeders.path, `${name}.ts`)
    writeNewFiles({ [file]: seederFile(name, model) })
    context.output.result({ seeder: name, file }, `Wrote ${relative(context.cwd, file)}.`)
  },
}

function seederFile(name: string, model: string): string {
  return `import { type SeedContext, Seeder } from 'dynamodb-tooling'

export class ${name} extends Seeder {
  static order = 1

  async run(ctx: SeedContext) {
    await ctx.factory('${model}').count(10).create()
  }
}
`
}
