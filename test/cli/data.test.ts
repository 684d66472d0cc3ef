import { afterAll, beforeAll, expect, test } from 'vitest'
import { uniqueTable } from '../engines/support.js'
import { MODELS } from './sample.js'
import { configOf, describeEngines, Project } from './support.js'

describeEngines('data', ({ endpoint }) => {
  const table = uniqueTable('cli')
  let here: Project
  let ada = ''
  const run = (...args: readonly string[]) => here.tool(args)
  const json = async (...args: readonly string[]): Promise<any> => {
    const ran = await here.tool([...args, '--json'])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    return ran.json
  }

  beforeAll(async () => {
    const queryBuilder = { modelsPath: 'models' }
    const environments = { live: { production: true } }
    here = new Project({
      'dynamodb.config.json': configOf(endpoint, table, { queryBuilder, environments }),
      'models/models.ts': MODELS,
    })
    expect((await json('table:create')).tables[0].name).toBe(table)
    const { row } = await json(
      'put',
      'User',
      '--data',
      '{"email": "ada@example.com", "name": "Ada", "age": 36, "password": "pw"}',
    )
    ada = row.id
    for (const n of [1, 2, 3])
      await json('put', 'Post', '--data', JSON.stringify({ id: `p${n}`, userId: ada, title: `Note ${n}` }))
  })
  afterAll(async () => {
    await run('table:delete', '--confirm', table)
    here.remove()
  })

  test('CL11: get shows a row of a model, without what is hidden', async () => {
    expect(await json('get', 'User', ada)).toEqual({
      model: 'User',
      row: { id: ada, email: 'ada@example.com', name: 'Ada', age: 36 },
    })
    expect((await run('get', 'User', ada)).stdout).toMatch(/^email +ada@example\.com$/m)
  })

  test('CL11: put creates and changes rows of models, with their rules', async () => {
    const taken = await run('put', 'User', '--data', '{"email": "ada@example.com", "name": "Other"}', '--json')
    expect([taken.code, taken.json.error.code]).toEqual([1, 'MODEL.UNIQUE_VIOLATION'])
    expect((await json('put', 'User', ada, '--data', '{"age": 37}')).row).toMatchObject({ name: 'Ada', age: 37 })
    const piped = await here.tool(['put', 'User', ada, '--data', '-', '--json'], { input: '{"age": 36}' })
    expect(piped.json.row.age).toBe(36)
  })

  test('CL11: what is not there is exit code 4, with the name that was meant', async () => {
    const row = await run('get', 'User', 'nobody', '--json')
    expect([row.code, row.json.error.code]).toEqual([4, 'CLI.NOT_FOUND'])
    const model = await run('get', 'Usre', ada)
    expect([model.code, model.stdout, model.stderr.includes('Did you mean User?')]).toEqual([4, '', true])
    expect((await run('get', '--pk', 'x', '--sk', 'y')).code).toBe(4)
    expect((await run('delete', '--pk', 'x', '--sk', 'y')).code).toBe(4)
    const none = await run('scan', '--table', `${table}-not`, '--json')
    expect([none.code, none.json.error.details]).toEqual([4, { table: `${table}-not` }])
  })

  test('CL10: query reads one partition key, of the table or of an index', async () => {
    const found = await json('query', '--pk', `USER#${ada}`)
    expect(found).toMatchObject({
      table,
      index: null,
      count: 1,
      scanned: 1,
      more: false,
      items: [{ name: 'Ada', _type: 'User' }],
    })
    expect(found.capacity).toBeGreaterThan(0)
    const { items } = await json('access-patterns').then(({ patterns }) => {
      const { index } = patterns.find((each: any) => each.model === 'Post' && each.fixed.userId !== undefined)
      return json('query', '--index', index, '--pk', `USER#${ada}`, '--sk-begins', 'POST#', '--desc', '--limit', '2')
    })
    expect(items.map(({ id }: { id: string }) => id)).toEqual(['p3', 'p2'])
    const text = await run('query', '--pk', `USER#${ada}`)
    expect(text.stdout).toMatch(/^pk +sk /)
    expect(text.stderr).toMatch(/^1 item, 1 read, [\d.]+ capacity units$/m)
  })

  test('CL10: an index or key that does not fit the table is told', async () => {
    const index = await run('query', '--pk', 'x', '--index', 'GSI0', '--json')
    expect([index.code, index.json.error.hint]).toEqual([4, 'Did you mean GSI1?'])
    expect((await run('query')).code).toBe(2)
    expect((await run('query', '--pk', 'a', '--pk', 'b')).stderr).toContain(`The key of ${table} is pk and sk`)
    expect((await run('query', '--pk', 'a', '--limit', '0')).code).toBe(2)
  })

  test('CL11: scan filters by type and by conditions, and says when there is more', async () => {
    const posts = await json('scan', '--entity-type', 'Post')
    expect(posts.items.map(({ id }: { id: string }) => id).sort()).toEqual(['p1', 'p2', 'p3'])
    const some = await json('scan', '--filter', 'title = Note 2', '--filter', 'userId exists')
    expect(some.items.map(({ id }: { id: string }) => id)).toEqual(['p2'])
    expect((await json('scan', '--filter', 'age >= 36')).items).toHaveLength(1)
    expect((await json('scan', '--filter', 'age > 36')).items).toHaveLength(0)
    const first = await json('scan', '--limit', '1')
    expect([first.count, first.more]).toEqual([1, true])
    expect((await json('scan', '--all')).count).toBeGreaterThan(4)
    const wrong = await run('scan', '--filter', 'age')
    expect([wrong.code, wrong.stderr.includes('NAME OPERATOR VALUE')]).toEqual([2, true])
  })

  test('CL11: put and get keep every value of an item, whatever it is', async () => {
    const key = ['--pk', 'RAW#1', '--sk', 'RAW#1']
    const data =
      '{"n": 12345678901234567890.5, "small": 1.5, "text": "a \\" 99999999999999999999 \\" b", "list": [1, {"deep": 12345678901234567890}], "none": null}'
    expect((await run('put', ...key, '--data', data)).code).toBe(0)
    expect((await json('get', ...key)).item).toEqual({
      pk: 'RAW#1',
      sk: 'RAW#1',
      n: '12345678901234567890.5',
      small: 1.5,
      text: 'a " 99999999999999999999 " b',
      list: [1, { deep: '12345678901234567890' }],
      none: null,
    })
    expect((await json('get', ...key, '--dynamodb-json')).item.n).toEqual({ N: '12345678901234567890.5' })
    const there = await run('put', ...key, '--data', '{}', '--json')
    expect([there.code, there.json.error.code]).toEqual([1, 'CLI.EXISTS'])
    const typed = '{"set": {"SS": ["a", "b"]}, "bytes": {"B": "AAE="}}'
    expect((await run('put', ...key, '--overwrite', '--dynamodb-json', '--data', typed)).code).toBe(0)
    expect((await json('get', ...key)).item).toMatchObject({ set: ['a', 'b'], bytes: 'AAE=' })
    expect(await json('delete', ...key)).toEqual({ table, key: { pk: 'RAW#1', sk: 'RAW#1' }, deleted: true })
    expect((await run('get', ...key)).code).toBe(4)
  })

  test('CL11: delete removes a row of a model, its guards too', async () => {
    const { row } = await json('put', 'User', '--data', '{"email": "gone@example.com", "name": "Gone"}')
    expect(await json('delete', 'User', row.id)).toEqual({ model: 'User', key: row.id, deleted: true })
    expect((await run('delete', 'User', row.id)).code).toBe(4)
    const again = await json('put', 'User', '--data', '{"email": "gone@example.com", "name": "Back"}')
    await json('delete', 'User', again.row.id)
  })

  test('CL11: writes in production need the name of the table', async () => {
    const key = ['--env', 'live', '--pk', 'LIVE#1', '--sk', 'LIVE#1']
    const refused = await run('put', ...key, '--data', '{}', '--json')
    expect([refused.code, refused.json.error.code]).toEqual([5, 'CLI.CONFIRM_NEEDED'])
    expect((await run('get', ...key)).code).toBe(4)
    expect((await run('put', ...key, '--data', '{}', '--confirm', table)).code).toBe(0)
    expect((await run('delete', ...key)).code).toBe(5)
    expect((await run('delete', ...key, '--confirm', table)).code).toBe(0)
  })

  test.each([
    [['get']],
    [['get', 'User']],
    [['get', 'User', 'x', '--pk', 'y']],
    [['put', 'User', '--data', '{nope']],
    [['put', 'User', '--data', '[1]']],
    [['put', 'User']],
    [['put', '--pk', 'a', '--data', '{}']],
    [['delete', 'User']],
  ])('CL11: bad usage is exit code 2: %s', async (args) => {
    const { code, stdout, stderr } = await run(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('error[CLI.USAGE]')
  })

  test('CL14: the console runs what is piped in, with the models, connection and await', async () => {
    const input = `const user = await User.find('${ada}')\nuser.name + ' has ' + (await user.posts().count())\nconfig.defaultTableName\n`
    const { code, stdout, stderr } = await here.tool(['console'], { input })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(`'Ada has 3'\n'${table}'\n`)
    const failing = await here.tool(['console'], { input: "await User.findOrFail('x')\n1 + 1\n" })
    expect([failing.code, failing.stdout.trim().endsWith('2')]).toEqual([1, true])
    expect(failing.stdout).toContain('MODEL.NOT_FOUND')
    expect((await here.tool(['console'], { input: 'nothing.there\n' })).code).toBe(1)
    expect((await here.tool(['console'], { input: 'if (true) {\n' })).code).toBe(1)
    const several = await here.tool(['console', '--json'], { input: 'if (true) {\n  1 + 1\n}\n' })
    expect([several.code, several.json]).toEqual([0, { models: ['Post', 'User'], failed: 0 }])
  })
})
