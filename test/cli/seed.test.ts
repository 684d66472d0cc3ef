import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from '../engines/support.js'
import { MODELS } from './sample.js'
import { configOf, Project, type Ran } from './support.js'

describeEngines('seeds', (lane) => {
  const table = uniqueTable('cli-seed')
  let here: Project
  const run = (...args: readonly string[]): Promise<Ran> => here.tool(args)
  beforeAll(() => {
    here = new Project({
      'dynamodb.config.json': configOf(lane.endpoint, table, {
        queryBuilder: { modelsPath: 'models' },
        environments: { live: { production: true } },
      }),
      'models/models.ts': MODELS,
      'models/index.ts': "export * from './models'\n",
    })
  })
  afterAll(() => here.remove())

  test('CL9, F7, F8: make:factory and make:seeder write files that seed runs', async () => {
    const none = await run('seed')
    expect([none.code, none.stderr]).toEqual([4, expect.stringContaining('make:seeder')])
    expect((await run('make:factory', 'User')).stdout).toBe('Wrote factories/UserFactory.ts.\n')
    expect((await run('make:seeder', 'UserSeeder')).stdout).toBe('Wrote seeders/UserSeeder.ts.\n')
    expect((await run('make:seeder', 'user')).code).toBe(2)
    expect((await run('make:seeder', 'User')).code).not.toBe(0)
    here.write(
      'seeders/blog/PostSeeder.ts',
      `import { Factory, Seeder } from 'dynamodb-tooling'
import { Post } from '../../models'
import { UserSeeder } from '../UserSeeder'
export class PostSeeder extends Seeder {
  static dependencies = [UserSeeder]
  static once = true
  async run() { await Factory.for(Post).count(3).create() }
}
`,
    )
    const dry = await run('seed', '--dry-run')
    expect(dry.stdout).toBe('Would run UserSeeder.\nWould run PostSeeder.\n')
    expect((await run('migrate')).code).toBe(0)
    const did = await run('seed', '--json')
    expect([did.code, did.json], did.stderr).toEqual([0, { ran: ['UserSeeder', 'PostSeeder'], skipped: [] }])
    expect(did.stderr).toContain('Seeding: PostSeeder')
    const again = await run('seed', '--class', 'PostSeeder')
    expect(again.stdout).toContain('Left out PostSeeder: it ran before')
    expect((await run('seed', '--class', 'Psot')).code).toBe(4)
    const live = await run('seed', '--env', 'live')
    expect([live.code, live.stderr]).toEqual([5, expect.stringContaining('--force')])
  }, 60_000)

  test('CL9: db:fresh deletes, migrates and seeds, once the name of the table is said', async () => {
    const refused = await run('db:fresh')
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining(`--confirm ${table}`)])
    const did = await run('db:fresh', '--confirm', table, '--json')
    expect([did.code, did.json], did.stderr).toEqual([
      0,
      expect.objectContaining({ deleted: [table], created: [table], seeded: ['UserSeeder', 'PostSeeder'] }),
    ])
    // Ten of the seeder; posts belong to users that are made for them.
    const users = await run('scan', '--entity-type', 'User', '--all', '--json')
    expect(users.json.items.length, users.stdout).toBeGreaterThanOrEqual(10)
  }, 60_000)
})
