import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { uniqueTable } from '../engines/support.js'
import { MODELS } from './sample.js'
import { configOf, describeEngines, Project } from './support.js'

const execute = promisify(execFile)
const made: Project[] = []
const project = (files: Readonly<Record<string, string>> = {}): Project => {
  const one = new Project(files)
  made.push(one)
  return one
}
afterAll(() => {
  for (const each of made) each.remove()
})
const modelsPath = { queryBuilder: { modelsPath: 'models' } }
const config = (extra: object = {}): string => configOf('http://127.0.0.1:1', 'shop', { ...modelsPath, ...extra })

describe('a project', () => {
  test('is begun by init, and what it says to run next runs', async () => {
    const here = project()
    here.write('package.json', 'no JSON')
    const there = await here.tool(['init', '--json'])
    expect([there.code, there.json.error.code]).toEqual([1, 'CLI.EXISTS'])
    // As `npm install` leaves it.
    here.write('package.json', '{ "name": "mine", "dependencies": { "dynamodb-tooling": "^0.0.1", "other": "1" } }')
    const { code, json } = await here.tool(['init', '--json'])
    expect(code).toBe(0)
    expect(json.next).toEqual(['npm install', 'npm start', 'npx dbtooling access-patterns'])
    for (const file of json.files) expect(existsSync(join(here.folder, file))).toBe(true)
    // `npm install` is left out: the package and jiti are found above this folder already.
    const config = readFileSync(join(here.folder, 'dynamodb.config.ts'), 'utf8')
    here.write('dynamodb.config.ts', config.replace('enabled: true', 'enabled: true, port: 0'))
    const { scripts, name, type, dependencies } = JSON.parse(readFileSync(join(here.folder, 'package.json'), 'utf8'))
    expect([name, type, dependencies]).toEqual([
      'mine',
      'module',
      { 'dynamodb-tooling': '^0.0.1', other: '1', jiti: expect.any(String) },
    ])
    const [program, ...args] = scripts.start.split(' ')
    expect(program).toBe('node')
    const first = await execute(process.execPath, args, { cwd: here.folder })
    expect(first.stdout).toBe('Ada wrote 1 post(s).\n')
    const second = await execute(process.execPath, args, { cwd: here.folder })
    expect(second.stdout).toBe('Ada wrote 2 post(s).\n')
    const patterns = await here.tool(['access-patterns'])
    expect([patterns.code, patterns.stderr]).toEqual([0, ''])
    expect(patterns.stdout).toMatch(/^Post +Post by userId/m)
    const valid = await here.tool(['ci:validate'])
    expect([valid.code, valid.stdout]).toEqual([0, expect.stringContaining('all in order')])
    const doctor = await here.tool(['doctor', '--json'])
    expect(doctor.json.checks.filter(({ state }: { state: string }) => state !== 'ok')).toEqual([])
    const before = readFileSync(join(here.folder, 'index.ts'), 'utf8')
    expect((await here.tool(['init'])).code).toBe(1)
    expect(readFileSync(join(here.folder, 'index.ts'), 'utf8')).toBe(before)
  })

  test('gets models by make:model, which load', async () => {
    const here = project({ 'dynamodb.config.json': config() })
    const { json } = await here.tool(['make:model', 'BlogPost', 'title:string!', 'views:number', '--json'])
    expect(json).toEqual({ model: 'BlogPost', file: join(here.folder, 'models/BlogPost.ts') })
    const validated = await here.tool(['ci:validate', '--json'])
    expect(validated.json).toMatchObject({ valid: true, models: ['BlogPost'] })
    expect((await here.tool(['make:model', 'BlogPost'])).code).toBe(1)
    for (const args of [['blog'], ['Note', 'title'], ['Note', 'title:text']])
      expect((await here.tool(['make:model', ...args])).code).toBe(2)
  })

  test('CL12: access-patterns in three formats, to a file too', async () => {
    const here = project({ 'dynamodb.config.json': config(), 'models/models.ts': MODELS })
    const { patterns } = (await here.tool(['access-patterns', '--json'])).json
    expect(patterns.map(({ pattern }: { pattern: string }) => pattern)).toEqual(
      expect.arrayContaining(['User by id', 'User by email']),
    )
    expect((await here.tool(['access-patterns', '--format', 'json'])).json).toEqual({ patterns })
    const written = await here.tool(['access-patterns', '--format', 'markdown', '--output', 'docs/access.md'])
    expect(written.stdout).toBe('Wrote docs/access.md.\n')
    expect(readFileSync(join(here.folder, 'docs/access.md'), 'utf8')).toMatch(/^\| Model \| Pattern /)
    expect((await here.tool(['access-patterns', '--format', 'xml'])).code).toBe(2)
    const none = await project({ 'dynamodb.config.json': configOf('http://127.0.0.1:1', 'shop') }).tool([
      'access-patterns',
      '--json',
    ])
    expect([none.code, none.json.error.code]).toEqual([3, 'CLI.NO_MODELS'])
  })
})

describe('ci:validate', () => {
  test('CL15: exit code 6 for a lock that lacks what the models use, 0 once it has it', async () => {
    const here = project({ 'dynamodb.config.json': config(), 'models/models.ts': MODELS })
    const outdated = await here.tool(['ci:validate', '--json'])
    expect([outdated.code, outdated.json.valid]).toEqual([6, false])
    expect(outdated.json.problems).toEqual([expect.objectContaining({ code: 'DESIGN.LOCK_OUTDATED' })])
    expect(outdated.json.problems[0].message).toContain('Post')
  })

  test('CL15: exit code 6 for relations to nowhere, files that do not run and environments that are wrong', async () => {
    const here = project({
      'dynamodb.config.json': config({ schema: false }),
      'models/models.ts': MODELS.replace("model: 'User'", "model: 'Usre'"),
    })
    const relation = await here.tool(['ci:validate', '--json'])
    expect([relation.code, relation.json.problems.map(({ code }: { code: string }) => code)]).toEqual([
      6,
      ['MODEL.UNKNOWN_MODEL'],
    ])
    here.write('models/broken.ts', 'throw new TypeError("broken")')
    const broken = await here.tool(['ci:validate'])
    expect([broken.code, broken.stdout.includes('CONFIG.MODELS_PATH'), broken.stdout.includes('broken')]).toEqual([
      6,
      true,
      true,
    ])
    const wrong = project({
      'dynamodb.config.json': config({ schema: false, environments: { live: { tablePrefix: 'x'.repeat(255) } } }),
      'models/models.ts': MODELS,
    })
    const environment = await wrong.tool(['ci:validate', '--json'])
    expect([environment.code, environment.json.problems[0].code]).toEqual([6, 'CONFIG.INVALID'])
  })
})

describeEngines('doctor', ({ endpoint }) => {
  test('finds what is missing, with its fix', async () => {
    const table = uniqueTable('cli-doctor')
    const here = project({ 'dynamodb.config.json': configOf(endpoint, table, modelsPath), 'models/models.ts': MODELS })
    const state = (json: any): unknown => Object.fromEntries(json.checks.map((each: any) => [each.check, each.state]))
    const missing = await here.tool(['doctor', '--json'])
    expect(missing.code).toBe(1)
    const good = { node: 'ok', config: 'ok', engine: 'ok', answers: 'ok', clock: 'ok', models: 'ok' }
    expect(state(missing.json)).toEqual({ ...good, table: 'failed' })
    expect(missing.json.checks.at(-1)).toMatchObject({
      message: `there is no table ${table}`,
      fix: expect.stringContaining('dbtooling migrate'),
    })
    expect((await here.tool(['table:create'])).code).toBe(0)
    const well = await here.tool(['doctor', '--json'])
    expect([well.code, state(well.json)]).toEqual([0, { ...good, table: 'ok' }])
    await here.tool(['table:delete', '--confirm', table])
  })
})

test('doctor says what no answer and no config mean', async () => {
  const silent = await project({ 'dynamodb.config.json': config({ retries: { maxRetries: 0 } }) }).tool([
    'doctor',
    '--json',
  ])
  expect(silent.code).toBe(1)
  expect(silent.json.checks.map(({ check, state }: { check: string; state: string }) => `${check} ${state}`)).toEqual([
    'node ok',
    'config ok',
    'engine ok',
    'answers failed',
    'clock skipped',
    'models skipped',
    'table skipped',
  ])
  const none = await project().tool(['doctor'])
  expect([none.code, none.stdout.includes('CONFIG.NOT_FOUND')]).toEqual([1, true])
})
