import { afterAll, beforeAll, expect, test } from 'vitest'
import { uniqueTable } from '../engines/support.js'
import { MODELS } from './sample.js'
import { configOf, describeEngines, Project } from './support.js'

describeEngines('tables', ({ name, endpoint }) => {
  const table = uniqueTable('cli-tables')
  let here: Project
  const run = (...args: readonly string[]) => here.tool(args)
  const json = async (...args: readonly string[]): Promise<any> => {
    const ran = await here.tool([...args, '--json'])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    return ran.json
  }

  beforeAll(() => {
    here = new Project({
      'dynamodb.config.json': configOf(endpoint, table, {
        queryBuilder: { modelsPath: 'models' },
        environments: { live: { production: true } },
      }),
      'models/models.ts': MODELS,
    })
  })
  afterAll(async () => {
    await run('table:delete', '--force', '--confirm', table)
    here.remove()
  })

  test('CL5: table:create shows what it would send, makes it, and takes it as it is', async () => {
    const { requests } = await json(
      'table:create',
      '--dry-run',
      '--billing',
      'provisioned',
      '--read',
      '2',
      '--write',
      '3',
    )
    expect(requests).toEqual([
      expect.objectContaining({
        TableName: table,
        ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
      }),
    ])
    expect((await run('table:describe')).code).toBe(4)
    const { tables } = await json('table:create')
    expect(tables).toEqual([expect.objectContaining({ name: table, status: 'ACTIVE', billing: 'PAY_PER_REQUEST' })])
    expect(tables[0].indexes.map((index: { name: string }) => index.name)).toEqual(['GSI1'])
    const again = await run('table:create', '--json')
    expect([again.code, again.json.error.code]).toEqual([1, 'TABLE.EXISTS'])
    expect((await json('table:create', '--if-not-exists')).tables).toHaveLength(1)
    expect((await run('table:create', '--read', '5')).code).toBe(2)
  })

  test('CL6: table:list and table:describe show what is there', async () => {
    expect((await json('table:list', '--prefix', table)).tables).toEqual([table])
    expect((await run('table:list', '--prefix', table)).stdout).toBe(`${table}\n`)
    const text = await run('table:describe')
    expect(text.stdout).toMatch(/^Key +pk \(S\), sk \(S\)$/m)
    expect(text.stdout).toMatch(/^GSI1 +gsi1pk \(S\), gsi1sk \(S\) +ALL +ACTIVE$/m)
    const formatted = await run('table:describe', table, '--format', 'json')
    expect(formatted.json).toEqual(await json('table:describe', table))
    expect(formatted.json).toMatchObject({ name: table, ttl: null, capacity: null })
  })

  test('CL7: table:wait waits for what is there, and gives up in time', async () => {
    expect(await json('table:wait')).toEqual({ table, state: 'active' })
    const late = await run('table:wait', `${table}-not`, '--timeout', '1', '--json')
    expect([late.code, late.json.error.code]).toEqual([1, 'TABLE.WAIT_TIMEOUT'])
    expect(await json('table:wait', `${table}-not`, '--for', 'deleted')).toMatchObject({ state: 'deleted' })
  })

  test('CL8: table:ttl turns expiry on and off', async () => {
    const on = { table, enabled: true, attribute: 'expiresAt' }
    expect(await json('table:ttl', '--enable', '--attribute', 'expiresAt')).toEqual({ ...on, changed: true })
    expect(await json('table:ttl', '--enable', '--attribute', 'expiresAt')).toEqual({ ...on, changed: false })
    expect((await json('table:describe')).ttl).toBe('expiresAt')
    expect(await json('table:ttl', '--disable')).toMatchObject({ enabled: false, changed: true })
    for (const args of [['--enable'], ['--disable', '--attribute', 'x'], []])
      expect((await run('table:ttl', ...args)).code).toBe(2)
  })

  test('B7: table:update changes what differs, and says what it was', async () => {
    const changes = ['--billing', 'provisioned', '--read', '4', '--write', '2', '--stream', 'keys-only']
    expect(await json('table:update', ...changes)).toEqual({ table, changed: ['billing', 'stream'] })
    const now = { billing: 'PROVISIONED', capacity: { read: 4, write: 2 }, stream: { viewType: 'KEYS_ONLY' } }
    expect(await json('table:describe')).toMatchObject(now)
    expect((await run('table:update', ...changes)).stdout).toBe(`${table} was so already.\n`)
    expect((await json('table:update', '--stream', 'off', '--billing', 'on-demand')).changed).toEqual([
      'billing',
      'stream',
    ])
    const production = await run('table:update', '--stream', 'keys-only', '--env', 'live', '--json')
    expect([production.code, production.json.error.code]).toEqual([5, 'CLI.CONFIRM_NEEDED'])
    expect(await json('table:update', '--stream', 'off', '--env', 'live', '--confirm', table)).toMatchObject({
      changed: [],
    })
    const wrong = [[], ['--stream', 'all'], ['--pitr', '36'], ['--tag', 'team'], ['--protection', 'yes']]
    for (const args of wrong) expect((await run('table:update', ...args)).code, args.join(' ')).toBe(2)
  })

  test('B5, B6: table:replicas, table:scaling and table:metrics take what has a meaning', async () => {
    expect(await json('table:replicas')).toMatchObject({ name: table, replicas: [], changed: false })
    const wrong = [
      ['table:replicas', '--add', 'eu-west-1', '--remove', 'us-west-1'],
      ['table:scaling'],
      ['table:scaling', '--read', '50-5'],
      ['table:metrics', '--since', '6'],
    ]
    for (const args of wrong) expect((await run(...args)).code, args.join(' ')).toBe(2)
  })

  test('E11: table:export writes the tables of the models for other tools', async () => {
    const { text } = await json('table:export')
    expect(JSON.stringify(JSON.parse(text))).toContain('AWS::DynamoDB::Table')
    const { file } = await json('table:export', '--format', 'terraform', '--output', 'out/tables.tf.json')
    expect(file).toBe(`${here.folder}/out/tables.tf.json`)
  })

  test('CL7: table:delete wants the name typed; --force and --yes do not stand for it', async () => {
    for (const args of [[], ['--force'], ['--confirm', 'other']]) {
      const { code, json: said } = await run('table:delete', '--json', ...args)
      expect([code, said.error.code, said.error.details.confirm]).toEqual([5, 'CLI.CONFIRM_NEEDED', table])
      expect(said.error.hint).toContain(`--confirm ${table}`)
    }
    expect((await run('table:delete', '--yes')).code).toBe(2)
    const production = await run('table:delete', '--env', 'live', '--confirm', table, '--json')
    expect([production.code, production.json.error.code]).toEqual([5, 'CLI.PRODUCTION'])
    expect((await json('table:describe')).status).toBe('ACTIVE')
    const protectedTable = `${table}-${name}`
    await json('table:create', '--table', protectedTable)
    expect(await json('table:delete', protectedTable, '--confirm', protectedTable)).toEqual({
      table: protectedTable,
      deleted: true,
    })
    expect((await run('table:describe', protectedTable)).code).toBe(4)
  })
})
