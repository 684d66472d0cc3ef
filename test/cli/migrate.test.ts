import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configure, DynamoDBModel, registerModels, resetConfig } from '../../src/index.js'
import { describeFreshEngines, uniqueTable } from '../engines/support.js'
import { MODELS } from './sample.js'
import { configOf, Project, type Ran, startTool, textOf } from './support.js'

/** The sample, with posts found by their title. */
const BY_TITLE = MODELS.replace(
  '  relationships = { author:',
  "  static indexes = { byTitle: { partition: ['title'], sort: ['id'] } } as const\n  relationships = { author:",
)

class Post extends DynamoDBModel {
  attributes = {
    id: { type: 'string', required: true },
    userId: { type: 'string', required: true },
    title: { type: 'string', required: true },
  } as const
  relationships = { author: { type: 'belongsTo', model: 'User', foreignKey: 'userId' } } as const
}
class User extends DynamoDBModel {
  attributes = { id: { type: 'string', required: true } } as const
}

describeFreshEngines('migrations', (lane) => {
  const table = uniqueTable('cli-migrate')
  let here: Project
  const run = (...args: readonly string[]): Promise<Ran> => here.tool(args)
  const json = async (...args: readonly string[]): Promise<any> => {
    const ran = await here.tool([...args, '--json'])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    return ran.json
  }
  /** Posts, as programs write them that know the models of `MODELS`. */
  const writePosts = async (count: number): Promise<void> => {
    configure({
      region: 'us-east-1',
      endpoint: lane.endpoint,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      defaultTableName: table,
      queryBuilder: { designCheck: 'off' },
    })
    registerModels(User, Post)
    await Post.batchCreate(Array.from({ length: count }, (_, i) => ({ id: `p${i}`, userId: 'u', title: `t${i % 7}` })))
    await resetConfig()
  }
  const files = (): readonly string[] => readdirSync(join(here.folder, 'migrations')).sort()

  beforeAll(() => {
    here = new Project({
      'dynamodb.config.json': configOf(lane.endpoint, table, {
        queryBuilder: { modelsPath: 'models' },
        environments: { staging: {}, live: { production: true }, other: { tablePrefix: 'other-' } },
      }),
      'models/models.ts': MODELS,
    })
  })
  afterAll(() => here.remove())

  test('CL4, G7: without files, migrate brings the tables to the models at once', async () => {
    const before = await run('migrate:status', '--json')
    expect([before.code, before.json.drift]).toEqual([6, [`create table ${table} (pk, sk) with 1 global index`]])
    expect((await run('migrate', '--dry-run')).stdout).toContain(`create table ${table}`)
    expect((await run('table:describe')).code).toBe(4)
    expect(await json('migrate')).toEqual({ ran: [], created: [table], indexes: [], written: 0, corrected: [] })
    expect((await run('migrate')).stdout).toBe('Nothing to do.\n')
    expect(await json('migrate:status')).toEqual({
      upToDate: true,
      environment: null,
      migrations: [],
      drift: [],
      differences: [],
    })
    expect((await run('migrate:generate')).stdout).toBe('The tables are as the models want them.\n')
  })

  test('G6, G11: migrate:generate writes a file for a changed model, and --dry-run shows what it will do', async () => {
    await writePosts(700)
    here.write('models/models.ts', BY_TITLE)
    const made = await json('migrate:generate', 'posts-by-title')
    expect(made.name).toMatch(/^\d{4}_\d\d_\d\d_\d{6}_posts_by_title$/)
    expect(files()).toEqual([`${made.name}.ts`])
    expect(readFileSync(made.file, 'utf8')).toContain("type: 'add-index'")
    const status = await run('migrate:status', '--json')
    expect([status.code, status.json.migrations[0].state, status.json.drift]).toEqual([6, 'pending', []])
    const plan = await json('migrate', '--dry-run')
    expect(plan).toEqual({ migrations: [{ name: made.name, steps: expect.any(Array) }], more: [], corrections: [] })
    expect(plan.migrations[0].steps).toHaveLength(made.steps.length)
    expect((await run('migrate:generate')).code).toBe(6)
  })

  test('G13: Ctrl-C stops at a checkpoint, and the next run goes on', async () => {
    const child = startTool(['migrate', '--max-capacity', '150'], { cwd: here.folder })
    child.stdin.end()
    await textOf(child.stderr, /backfill .*: rows [1-9]/)
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', resolve)
    })
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    const status = await run('migrate:status', '--json')
    expect([status.code, status.json.migrations[0].state]).toEqual([6, 'begun'])
    // Two go on at once: one does it, the other waits for it.
    const both = await Promise.all([run('migrate', '--json'), run('migrate', '--json')])
    expect(
      both.map(({ code }) => code),
      both.map(({ stderr, stdout }) => stderr + stdout).join(),
    ).toEqual([0, 0])
    expect(both.flatMap(({ json: { ran } }) => ran)).toHaveLength(1)
    const rows = await json('query', '--index', 'GSI2', '--pk', 'POST#title#t3')
    expect(rows.items).toHaveLength(100)
    expect((await json('migrate:status')).migrations[0]).toMatchObject({ state: 'applied', batch: 1 })
  })

  test('CL4: an edited migration and one that is gone are exit code 6, and nothing is changed', async () => {
    const [name = ''] = files()
    const text = readFileSync(join(here.folder, 'migrations', name), 'utf8')
    here.write(`migrations/${name}`, `${text} `)
    const edited = await run('migrate', '--json')
    expect([edited.code, edited.json.error.code]).toEqual([6, 'MIGRATION.EDITED'])
    here.removeFile(`migrations/${name}`)
    const gone = await run('migrate')
    expect([gone.code, gone.stderr]).toEqual([6, expect.stringContaining('error[MIGRATION.MISSING]')])
    here.write(`migrations/${name}`, text)
    expect((await json('migrate')).ran).toEqual([])
  })

  test('G10: make:migration writes a file for code of one’s own, which is run and rolled back', async () => {
    const { file, name } = await json('make:migration', 'shout')
    here.write(
      `migrations/${name}.ts`,
      readFileSync(file, 'utf8')
        .replace("from 'dynamodb-tooling'", "from 'dynamodb-tooling'\nimport { Post } from '../models/models.js'")
        .replace(
          'async up({ mapRows }) {',
          'async up({ mapRows }) {\n await mapRows(Post, (post) => { post.title = post.title.toUpperCase() })',
        )
        .replace(
          'async down() {}',
          'async down({ mapRows }) {\n await mapRows(Post, (post) => { post.title = post.title.toLowerCase() }) }',
        ),
    )
    const titles = async (): Promise<unknown> => (await json('get', 'Post', 'p10')).row.title
    expect((await json('migrate')).ran).toEqual([name])
    expect(await titles()).toBe('T3')
    const plan = await json('migrate:rollback', '--dry-run')
    expect(plan.migrations).toEqual([{ name, steps: ['run its down()'] }])
    expect(await json('migrate:rollback')).toEqual({ rolledBack: [name] })
    expect(await titles()).toBe('t3')
    here.removeFile(`migrations/${name}.ts`)
    expect((await run('migrate:rollback', '--dry-run')).stdout).toContain('remove index GSI2')
  })

  test('G12: what somebody changed past the migrations is told, and brought right', async () => {
    const { name } = await json('make:migration', 'stream')
    const step = `operations: [{ type: 'change-table', table: '${table}', from: { stream: false }, to: { stream: 'NEW_IMAGE' } }],`
    here.write(
      `migrations/${name}.ts`,
      `import { defineMigration } from 'dynamodb-tooling'\nexport default defineMigration({ ${step} })\n`,
    )
    expect((await json('migrate')).ran).toContain(name)
    expect(await json('table:update', '--stream', 'off')).toEqual({ table, changed: ['stream'] })
    const differs = `stream of ${table} is off, and should be NEW_IMAGE, as ${name} made it`
    const status = await run('migrate:status')
    expect([status.code, status.stdout]).toEqual([6, expect.stringContaining(differs)])
    expect((await json('migrate', '--dry-run')).corrections).toEqual([differs])
    expect((await run('migrate')).stdout).toContain(`Brought right: ${differs}.`)
    expect((await run('migrate:status')).code).toBe(0)
  })

  test('G10: one file is for every environment, and code that fails can be corrected', async () => {
    const other = ['--env', 'other']
    expect((await json('migrate', ...other)).created).toEqual([`other-${table}`])
    const { name } = await json('make:migration', 'guard-it')
    const text = (up: string): string =>
      `import { defineMigration } from 'dynamodb-tooling'
import { Post } from '../models/models.js'
const [off, on] = [{ deletionProtection: false }, { deletionProtection: true }]
export default defineMigration({
  operations: [{ type: 'change-table', from: off, to: on }],
  async up({ mapRows }) { await mapRows(Post, (post) => { ${up} }) },
  async down() {},
})
`
    here.write(`migrations/${name}.ts`, text("throw new Error('boom')"))
    expect((await json('migrate', ...other)).ran).toEqual([name])
    const isOn = async (...env: readonly string[]): Promise<boolean> =>
      (await json('table:describe', ...env)).deletionProtection
    expect([await isOn(...other), await isOn()]).toEqual([true, false])
    const failed = await run('migrate', '--json')
    expect([failed.code, failed.json.error]).toEqual([
      1,
      expect.objectContaining({
        code: 'MIGRATION.CODE_FAILED',
        message: expect.stringMatching(new RegExp(`^up\\(\\) of ${name} failed: boom \\(Post, .*POST#p`)),
      }),
    ])
    expect((await run('migrate:status', '--json')).json.migrations.at(-1).state).toBe('begun')
    here.write(`migrations/${name}.ts`, text("post.title = 't'"))
    expect((await json('migrate')).ran).toEqual([name])
    // There it was run to its end with other words.
    expect((await run('migrate', ...other)).code).toBe(6)
    here.write(`migrations/${name}.ts`, text("throw new Error('boom')"))
    expect((await json('migrate:rollback', ...other)).rolledBack).toEqual([name])
    expect(await isOn(...other)).toBe(false)
    here.write(`migrations/${name}.ts`, text("post.title = 't'"))
    expect((await json('migrate:rollback')).rolledBack).toEqual([name])
    here.removeFile(`migrations/${name}.ts`)
    expect(await json('table:delete', `other-${table}`, '--confirm', `other-${table}`, ...other)).toMatchObject({
      deleted: true,
    })
  })

  test('G5: table:copy brings the rows into a new table, and names what differs', async () => {
    const to = `${table}-2`
    const first = await json('table:copy', to)
    expect(first).toMatchObject({ from: table, to, created: true, rows: 700, deleted: 0 })
    await json('put', 'Post', '--data', '{"id":"late","userId":"u","title":"late"}')
    const stale = await run('table:copy', to, '--json')
    expect(stale.code, stale.stdout).toBe(0)
    expect((await json('delete', 'Post', 'late')).deleted).toBe(true)
    const differs = await run('table:copy', to, '--json')
    expect([differs.code, differs.json.error.code]).toEqual([1, 'MIGRATION.COPY_DIFFERS'])
    const unasked = await run('table:copy', to, '--catch-up', '--json')
    expect([unasked.code, unasked.json.error.code]).toEqual([5, 'CLI.CONFIRM_NEEDED'])
    const { digest, ...again } = await json('table:copy', to, '--catch-up', '--confirm', to)
    expect([digest, again.deleted]).toEqual([first.digest, 1])
    expect((await json('get', 'Post', 'p10', '--table', to)).row.id).toBe('p10')
    expect((await run('table:copy')).code).toBe(2)
    const live = await run('table:copy', to, '--env', 'live', '--json')
    expect([live.code, live.json.error.code]).toEqual([5, 'CLI.CONFIRM_NEEDED'])
    await json('table:delete', to, '--confirm', to)
  })

  test('G9: migrate:fresh lists what goes, wants its name, and begins from nothing', async () => {
    const asked = await run('migrate:fresh')
    expect([asked.code, asked.stderr]).toEqual([5, expect.stringContaining(`--confirm ${table}`)])
    expect((await run('migrate:fresh', '--confirm', 'other')).code).toBe(5)
    expect((await json('get', 'Post', 'p10')).row.id).toBe('p10')
    const did = await json('migrate:fresh', '--confirm', table)
    expect([did.deleted, did.created, did.ran]).toEqual([[table], [table], files().map((file) => file.slice(0, -3))])
    expect((await run('get', 'Post', 'p10')).code).toBe(4)
  })

  test('CL16: the table says which environment it is of, and what would destroy it asks', async () => {
    expect((await run('migrate', '--env', 'staging')).code).toBe(0)
    expect((await json('migrate:status', '--env', 'staging')).environment).toBe('staging')
    const other = await run('table:delete', '--confirm', table, '--json')
    expect([other.code, other.json.error.code]).toEqual([5, 'CLI.OTHER_ENVIRONMENT'])
    const wrong = await run('migrate', '--env', 'live', '--force', '--json')
    expect([wrong.code, wrong.json.error.code]).toEqual([5, 'MIGRATION.ENVIRONMENT'])
    expect((await run('env:mark', '--env', 'live')).code).toBe(5)
    expect((await json('env:mark', '--env', 'live', '--confirm', table)).before).toBe('staging')
    expect((await run('migrate', '--env', 'live')).code).toBe(5)
    expect((await run('ci:migrate', '--env', 'live')).code).toBe(0)
    // A config that forgot the mark does not take it from the table, and one without an environment sees it.
    here.write(
      'forgot.config.json',
      configOf(lane.endpoint, table, { queryBuilder: { modelsPath: 'models' }, environments: { live: {} } }),
    )
    const forgot = ['--config', 'forgot.config.json', '--env', 'live', '--json'] as const
    for (const command of [['migrate'], ['migrate:rollback'], ['env:mark'], ['migrate:fresh', '--confirm', table]]) {
      const refused = await run(...command, ...forgot)
      expect([command[0], refused.code]).toEqual([command[0], 5])
    }
    expect((await run('table:update', '--protection', 'on', '--json')).code).toBe(5)
    expect((await run('put', 'Post', '--data', '{"id":"x","userId":"u","title":"t"}', '--json')).code).toBe(5)
    for (const env of [[], ['--env', 'staging'], ['--env', 'live']]) {
      const refused = await run('migrate:fresh', '--confirm', table, '--json', ...env)
      expect([refused.code, refused.json.error.code]).toEqual([5, 'CLI.PRODUCTION'])
    }
    expect((await json('env:mark', '--none', '--confirm', table)).environment).toBe(null)
  })

  test('CL4: migrate:unlock says who had the lease', async () => {
    expect(await json('migrate:unlock')).toEqual({ holder: null, since: null })
  })

  test('CL16: ci:migrate ends with 6 where models are not in order, before anything is sent', async () => {
    expect(await json('ci:migrate')).toMatchObject({ ok: true, ran: [], drift: [] })
    here.write('models/models.ts', BY_TITLE.replace("['title'], sort", "['titel'], sort"))
    const { code, json: answer } = await run('ci:migrate', '--json')
    expect([code, answer.ok, answer.problems.length]).toEqual([6, false, 1])
    here.write('models/models.ts', BY_TITLE)
  })
})
