import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from '../engines/support.js'
import { Project, type Ran } from './support.js'

const MODELS = `import { DynamoDBModel } from 'dynamodb-tooling'
export class Account extends DynamoDBModel {
  static audit = true
  attributes = {
    id: { type: 'string', required: true },
    note: { type: 'string' },
    iban: { type: 'string', encrypted: true },
  } as const
}
`

describeEngines('security', (lane) => {
  const table = uniqueTable('cli-security')
  const [old, now] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  let here: Project
  const run = (...args: readonly string[]): Promise<Ran> => here.tool(args)
  const json = async (...args: readonly string[]): Promise<any> => {
    const ran = await here.tool([...args, '--json'])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    return ran.json
  }
  const config = (current: string): string => `import { defineConfig, localKeyRing } from 'dynamodb-tooling'
export default defineConfig({
  region: 'eu-central-1',
  endpoint: '${lane.endpoint}',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  defaultTableName: '${table}',
  queryBuilder: { modelsPath: 'models' },
  encryption: { keys: localKeyRing({ current: '${current}', keys: { old: '${old}', now: '${now}' } }) },
})
`
  beforeAll(() => {
    here = new Project({ 'dynamodb.config.ts': config('old'), 'models/index.ts': MODELS })
  })
  afterAll(async () => {
    await run('table:delete', '--force', '--confirm', table)
    here.remove()
  })

  test('S6: audit:list and audit:verify show what was done, and what was spoiled', async () => {
    await json('table:create')
    await json('put', 'Account', '--data', '{"id": "1", "note": "first", "iban": "marker-1"}')
    await json('put', 'Account', '--data', '{"id": "2", "iban": "marker-2"}')
    const { entries } = await json('audit:list', '--model', 'Account')
    expect(entries.map(({ subject, changes }: any) => [subject, changes.iban])).toEqual([
      ['Account#2', { new: '[hidden]' }],
      ['Account#1', { new: '[hidden]' }],
    ])
    expect((await run('audit:list', '--actor', 'unknown', '--limit', '1')).stdout).toMatch(/Account#2\s+id, iban/)
    expect((await run('audit:list')).code).toBe(2)
    expect((await run('audit:list', '--actor', 'x', '--from', 'soon')).code).toBe(2)
    expect(await json('audit:verify', '--ends', 'ends.json')).toMatchObject({ valid: true, entries: 2 })
    expect((await run('audit:verify', '--ends', 'ends.json')).stdout).toContain('The audit is whole: 2 entries')
    here.write('ends.json', '[{"chain":"0","entries":5,"hash":"x"}]')
    const spoiled = await run('audit:verify', '--ends', 'ends.json')
    expect([spoiled.code, spoiled.stdout]).toEqual([6, expect.stringContaining('not what was written')])
    here.write('ends.json', '{}')
    expect((await run('audit:verify', '--ends', 'ends.json')).code).toBe(2)
  }, 120_000)

  test('S4: reencrypt writes values under the new key', async () => {
    here.write('dynamodb.config.ts', config('now'))
    expect(await json('reencrypt')).toEqual({ models: [{ model: 'Account', scanned: 2, written: 2, unreadable: 0 }] })
    expect((await run('reencrypt', '--model', 'Account')).stdout).toMatch(/Account\s+2\s+0\s+0/)
    expect((await json('get', 'Account', '1')).row.iban).toBe('marker-1')
    expect((await run('reencrypt', '--model', 'AuditEntry')).code).not.toBe(0)
  }, 120_000)
})
