import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from '../engines/support.js'
import { MODELS } from './sample.js'
import { configOf, Project, type Ran } from './support.js'

describeEngines('tenants', (lane) => {
  const table = uniqueTable('cli-tenants')
  let here: Project
  const run = (...args: readonly string[]): Promise<Ran> => here.tool(args)
  const json = async (...args: readonly string[]): Promise<any> => {
    const ran = await here.tool([...args, '--json'])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    return ran.json
  }
  beforeAll(() => {
    here = new Project({
      'dynamodb.config.json': configOf(lane.endpoint, table, { queryBuilder: { modelsPath: 'models' }, tenancy: {} }),
      'models/models.ts': MODELS,
      'models/index.ts': "export * from './models'\n",
      'seeders/PostSeeder.ts': `import { Seeder } from 'dynamodb-tooling'
import { Post } from '../models'
export class PostSeeder extends Seeder {
  static once = true
  async run() { await Post.create({ id: 'seeded', userId: 'u', title: 'Hello' }) }
}
`,
    })
  })
  afterAll(async () => {
    await run('table:delete', '--force', '--confirm', table)
    here.remove()
  })

  test('T1: --tenant says whose rows a command reads and writes', async () => {
    await json('table:create')
    for (const tenant of ['acme', 'a#b']) {
      const email = '{"id": "1", "email": "same@x", "name": "' + tenant + '"}'
      expect((await json('put', 'User', '--data', email, '--tenant', tenant)).row.name).toBe(tenant)
      expect((await json('seed', '--tenant', tenant)).ran).toEqual(['PostSeeder'])
      expect((await json('seed', '--tenant', tenant)).ran).toEqual([])
    }
    expect((await json('get', 'User', '1', '--tenant', 'acme')).row.name).toBe('acme')
    expect((await run('get', 'User', '1', '--tenant', 'nobody')).code).toBe(4)
    const none = await run('get', 'User', '1', '--json')
    expect([none.code === 0, none.json.error.code]).toEqual([false, 'TENANCY.NO_TENANT'])
    const bad = await run('get', 'User', '1', '--tenant', '', '--json')
    expect(bad.json.error.code).toBe('TENANCY.INVALID_TENANT')
  }, 120_000)

  test('T1: what is exported of one tenant can be imported for another', async () => {
    await json('export', 'acme.dynamodb.jsonl', '--tenant', 'acme')
    await json('import', 'acme.dynamodb.jsonl', '--tenant', 'copy')
    expect((await json('get', 'User', '1', '--tenant', 'copy')).row).toMatchObject({ name: 'acme', email: 'same@x' })
    expect((await json('get', 'Post', 'seeded', '--tenant', 'copy')).row.title).toBe('Hello')
    const taken = await run('put', 'User', '--data', '{"email": "same@x", "name": "B"}', '--tenant', 'copy', '--json')
    expect(taken.json.error.code).toBe('MODEL.UNIQUE_VIOLATION')
    expect((await json('get', 'User', '1', '--tenant', 'a#b')).row.name).toBe('a#b')
  }, 120_000)

  test('T1: without tenancy in the config --tenant is refused', async () => {
    here.write('dynamodb.config.json', configOf(lane.endpoint, table, { queryBuilder: { modelsPath: 'models' } }))
    const refused = await run('get', 'User', '1', '--tenant', 'acme', '--json')
    expect([refused.code, refused.json.error.code]).toEqual([2, 'CLI.USAGE'])
  }, 60_000)
})
