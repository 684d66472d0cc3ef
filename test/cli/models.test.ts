import { afterAll, describe, expect, test } from 'vitest'
import { uniqueTable } from '../engines/support.js'
import { MODELS } from './sample.js'
import { configOf, describeEngines, Project } from './support.js'

const made: Project[] = []
const project = (files: Readonly<Record<string, string>>): Project => {
  const one = new Project(files)
  made.push(one)
  return one
}
afterAll(() => {
  for (const each of made) each.remove()
})
const modelsPath = { queryBuilder: { modelsPath: 'app/Models', scans: 'allow' }, schema: false }
const TAG = `import { defineModel } from '@stacksjs/orm'
import { schema } from '@stacksjs/validation'
export default defineModel({
  name: 'Tag',
  traits: { useSearch: true },
  belongsTo: ['Post'],
  attributes: { label: { required: true, fillable: true, validation: { rule: schema.string().min(3) } } },
} as const)
`
const NOTE = `import type { Model } from '@stacksjs/types'
import { schema } from '@stacksjs/validation'
import { defineModel } from '@stacksjs/orm'
export default { attributes: { text: { validation: { rule: schema.string() } } } } satisfies Model
`
const FILES = {
  'app/Models/models.ts': MODELS,
  'app/Models/content/Tag.ts': TAG,
  'app/Models/content/Note.ts': NOTE,
  'app/Models/index.ts': "export { default as Tag } from './content/Tag'\nexport const LIMIT = 5\n",
  'app/Models/names.ts': 'export const names = ["a"]\n',
  'app/Models/Tag.test.ts': 'throw new TypeError("no model")',
}

describe('models', () => {
  test('P1, P7: lists classes and Stacks models of a folder and its subfolders', async () => {
    const here = project({ 'dynamodb.config.json': configOf('http://127.0.0.1:1', 'shop', modelsPath), ...FILES })
    const { code, json } = await here.tool(['models', '--json'])
    expect([code, json.faults, json.others]).toEqual([0, [], ['app/Models/names.ts']])
    expect(json.models.map(({ name, kind }: Record<string, string>) => `${name} ${kind}`)).toEqual(
      expect.arrayContaining(['Tag stacks', 'Note stacks', 'User class', 'Post class']),
    )
    expect(json.models.filter(({ name }: { name: string }) => name === 'Tag')).toEqual([
      {
        name: 'Tag',
        kind: 'stacks',
        file: 'app/Models/content/Tag.ts',
        attributes: ['label', 'postId', 'id', 'createdAt', 'updatedAt'],
        relations: [{ name: 'post', type: 'belongsTo', model: 'Post' }],
        notes: ['The trait useSearch is kept and does nothing here.'],
      },
    ])
    const text = await here.tool(['models', '--notes'])
    expect(text.stdout).toMatch(/^Tag +stacks +5 +post +app\/Models\/content\/Tag.ts$/m)
    expect(text.stdout).toContain('Tag:\n  The trait useSearch is kept and does nothing here.')
  })

  test('P8: names every file that cannot be read, and lists the rest; what would change something stops', async () => {
    const here = project({
      'dynamodb.config.json': configOf('http://127.0.0.1:1', 'shop', modelsPath),
      ...FILES,
      'app/Models/Broken.ts': 'export default {',
      'app/Models/Throws.ts': 'throw new TypeError("at once")',
      'app/Models/Imports.ts':
        "import { thing } from 'no-such-package'\nexport default { name: 'Imports', attributes: { it: { default: thing } } }",
      'app/Models/Twice.ts': TAG,
      'app/Models/Wrong.ts': "export default { name: 'Wrong', attributes: { it: { unique: true, type: 'boolean' } } }",
      'app/Models/Rules.ts':
        "import { schema } from '@stacksjs/validation'\nexport default { name: 'Rules', attributes: { it: { validation: { rule: schema.string().palindrome() } } } }",
    })
    const { code, json } = await here.tool(['models', '--json'])
    expect(code).toBe(6)
    const faults = Object.fromEntries(json.faults.map(({ file, message }: Record<string, string>) => [file, message]))
    expect(Object.keys(faults).sort()).toEqual(
      ['Broken', 'Imports', 'Rules', 'Throws', 'Wrong', 'content/Tag'].map((name) => `app/Models/${name}.ts`).sort(),
    )
    expect(faults['app/Models/Throws.ts']).toContain('TypeError: at once')
    expect(faults['app/Models/Imports.ts']).toContain('no-such-package')
    expect(faults['app/Models/Rules.ts']).toContain('schema.string().palindrome()')
    expect(faults['app/Models/content/Tag.ts']).toContain('Tag is the name of two models')
    expect(json.models.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['Tag', 'Note', 'User']),
    )
    const text = await here.tool(['models'])
    expect([text.code, text.stdout.includes('6 faults:')]).toEqual([6, true])
    const stopped = await here.tool(['access-patterns', '--json'])
    expect([stopped.code, stopped.json.error.code]).toEqual([3, 'CONFIG.MODELS_PATH'])
    for (const name of ['Broken', 'Imports', 'Rules', 'Throws', 'Wrong'])
      expect(stopped.json.error.message).toContain(name)
  })

  test('a folder that is not there, and one without models', async () => {
    const here = project({ 'dynamodb.config.json': configOf('http://127.0.0.1:1', 'shop', modelsPath) })
    expect((await here.tool(['models', '--json'])).json.error.code).toBe('CONFIG.MODELS_PATH')
    here.write('app/Models/none.ts', 'export const none = 1\n')
    expect((await here.tool(['models'])).stdout).toBe('No file in app/Models exports a model.\n')
  })
})

describeEngines('Stacks models in a project', ({ endpoint }) => {
  test('P7: classes and Stacks models migrate to one table and are related', async () => {
    const here = project({
      'dynamodb.config.json': configOf(endpoint, uniqueTable('cli-stacks'), modelsPath),
      ...FILES,
    })
    expect((await here.tool(['table:create', '--json'])).code).toBe(0)
    const put = await here.tool(['put', 'Tag', '--data', '{ "label": "new", "postId": "p1" }', '--json'])
    expect([put.code, put.stderr]).toEqual([0, ''])
    const refused = await here.tool(['put', 'Tag', '--data', '{ "label": "n" }', '--json'])
    expect(refused.json.error.code).toBe('VALIDATION.FAILED')
    expect((await here.tool(['get', 'Tag', put.json.row.id, '--json'])).json).toMatchObject({
      row: { label: 'new', postId: 'p1' },
    })
  })
})
