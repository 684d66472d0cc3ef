import { join, relative } from 'node:path'
import { classNamed } from '../class-name.js'
import type { Command } from '../command.js'
import { writeNewFiles } from '../written-file.js'

export const command: Command = {
  name: 'make:factory',
  summary: 'Write the file of a new factory',
  arguments: [{ name: 'name', description: 'of the model: User, for UserFactory' }],
  json: '{ factory, file }',
  examples: [['make:factory User', 'UserFactory.ts in the folder of the factories']],
  async run(context, [given = '']) {
    const model = classNamed(given.replace(/Factory$/, ''), 'User')
    const { seeders } = await context.config()
    const name = `${model}Factory`
    const file = join(seeders.factories, `${name}.ts`)
    writeNewFiles({ [file]: factoryFile(name, model) })
    context.output.result({ factory: name, file }, `Wrote ${relative(context.cwd, file)}.`)
  },
}

function factoryFile(name: string, model: string): string {
  return `import { Factory } from 'dynamodb-tooling'

export const ${name} = Factory.define('${model}', {
  // What is left out is made of types, formats and rules. (faker) => ({ … }) is given @faker-js/faker, once it is installed.
  definition: () => ({}),
  states: {},
})
`
}
