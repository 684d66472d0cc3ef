import { join, relative, resolve } from 'node:path'
import { classNamed } from '../class-name.js'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { writeNewFiles } from '../written-file.js'

const TYPES: readonly string[] = [
  'string',
  'number',
  'boolean',
  'date',
  'bigint',
  'decimal',
  'binary',
  'set',
  'list',
  'map',
  'json',
  'any',
]

export const command: Command = {
  name: 'make:model',
  summary: 'Write the file of a new model',
  arguments: [
    { name: 'name', description: 'of the class: BlogPost' },
    {
      name: 'attributes',
      description: 'name:type, and ! for a required one: title:string!',
      optional: true,
      rest: true,
    },
  ],
  json: '{ model, file }',
  examples: [
    ['make:model BlogPost title:string! views:number', 'BlogPost.ts in the folder of the models'],
    ['make:model BlogPost --models src/models', 'in another folder'],
  ],
  async run(context, [name = '', ...attributes]) {
    classNamed(name, 'BlogPost')
    const fields = attributes.map(fieldOf)
    const folder = context.global.models ?? (await context.config()).queryBuilder.modelsPath
    if (folder === undefined) throw new CliError('CLI.NO_MODELS', 'The config does not say where the models are.')
    const file = join(resolve(context.cwd, folder), `${name}.ts`)
    writeNewFiles({ [file]: modelFile(name, fields) })
    context.output.result({ model: name, file }, `Wrote ${relative(context.cwd, file)}.`)
  },
}

function fieldOf(text: string): string {
  const [, name, type = '', required] = /^([A-Za-z_]\w{0,63}):([a-z]+)(!?)$/.exec(text) ?? []
  if (name !== undefined && TYPES.includes(type))
    return `    ${name}: { type: '${type}'${required === '!' ? ', required: true' : ''} },`
  throw new CliError(
    'CLI.USAGE',
    `"${text}" is no attribute: write it as title:string, or title:string! for a required one.`,
    {
      hint: `The types are ${TYPES.join(', ')}.`,
    },
  )
}

function modelFile(name: string, fields: readonly string[]): string {
  return `import { DynamoDBModel } from 'dynamodb-tooling'

export class ${name} extends DynamoDBModel {
  static timestamps = true

  attributes = {
    id: { type: 'string', required: true },
${fields.map((field) => `${field}\n`).join('')}  } as const
}
`
}
