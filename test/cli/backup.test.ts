import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from '../engines/support.js'
import { MODELS } from './sample.js'
import { configOf, Project, type Ran } from './support.js'

describeEngines('backups', (lane) => {
  const table = uniqueTable('cli-backup')
  let here: Project
  const run = (...args: readonly string[]): Promise<Ran> => here.tool(args)
  beforeAll(async () => {
    here = new Project({
      'dynamodb.config.json': configOf(lane.endpoint, table, {
        queryBuilder: { modelsPath: 'models' },
        environments: { live: { production: true } },
      }),
      'models/models.ts': MODELS,
      'users.csv': 'email,name,age\na@x.io,Ada,36\nb@x.io,Bob,40\n',
      'backup.key': `${'ab'.repeat(32)}\n`,
    })
    await run('migrate')
    await run('import', 'users.csv', '--model', 'User')
  })
  afterAll(() => here.remove())

  test('CL14, B1, B2: backup, backup:list, backup:verify, restore and backup:delete', async () => {
    expect((await run('backup:list')).stdout).toContain('No backups.')
    const did = await run('backup', '--name', 'before', '--json')
    expect(did.code, did.stderr).toBe(0)
    const { id, items, digest } = did.json.backup
    expect(items).toBeGreaterThan(3)
    const list = await run('backup:list')
    expect(list.stdout).toContain(id)
    expect(list.stdout).toMatch(/complete +cli-backup/)
    expect((await run('backup:verify', 'latest')).stdout).toContain(`The backup ${id} is whole: ${items} items`)
    const target = uniqueTable('cli-restored')
    const restored = await run('restore', 'latest', '--to', target, '--json')
    expect(restored.json, restored.stderr).toMatchObject({ table: target, created: true, items })
    expect((await run('backup', '--table', target, '--json')).json.backup.digest).toBe(digest)
    // The table is not empty any more, and the default says no.
    const again = await run('restore', id, '--to', target, '--json')
    expect([again.code, again.json.error.code]).toEqual([5, 'BACKUP.TARGET'])
    expect((await run('restore', id, '--to', target, '--overwrite')).code).toBe(0)
    const live = await run('restore', id, '--overwrite', '--to', table, '--env', 'live', '--json')
    expect([live.code, live.json.error.code]).toEqual([5, 'CLI.CONFIRM_NEEDED'])
    expect((await run('restore', '01693685827463-2d8752fd')).code).toBe(4)
    const data = join(here.folder, 'backups', 'AWSDynamoDB', id, 'data')
    const [file = ''] = readdirSync(data)
    writeFileSync(join(data, file), readFileSync(join(data, file)).subarray(0, -3))
    const verified = await run('backup:verify', id)
    expect([verified.code, verified.stdout]).toEqual([6, expect.stringContaining('is damaged')])
    expect((await run('restore', id, '--to', 'not-made', '--json')).json.error.code).toBe('BACKUP.DAMAGED')
    expect((await run('backup:delete', id, '--json')).json.error.code).toBe('CLI.CONFIRM_NEEDED')
    expect((await run('backup:delete', id, '--confirm', id)).code).toBe(0)
    expect((await run('backup:list', '--json')).json.backups).toMatchObject([{ table: target }])
    await run('table:delete', target, '--confirm', target)
  }, 120_000)

  test('CL14, B4: --keep verifies and deletes the older ones; a key file encrypts', async () => {
    const args = ['backup', '--keep', '2', '--key-file', 'backup.key', '--folder', 'sealed', '--json'] as const
    const ids: string[] = []
    for (let i = 0; i < 3; i++) ids.push((await run(...args)).json.backup.id)
    const { backups } = (await run('backup:list', '--folder', 'sealed', '--json')).json
    expect(backups.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]])
    expect(backups[0]).toMatchObject({ encrypted: true })
    const closed = await run('backup:verify', 'latest', '--folder', 'sealed', '--json')
    expect([closed.code, closed.json.error.code]).toEqual([1, 'BACKUP.KEY'])
    expect((await run('backup:verify', 'latest', '--folder', 'sealed', '--key-file', 'backup.key')).code).toBe(0)
    const aws = await run('backup', '--aws', '--json')
    expect(aws.json.error.code).toBe('DRIVER.UNSUPPORTED')
    expect((await run('restore', table, '--at', 'yesterday', '--to', 'x')).code).toBe(2)
  }, 120_000)

  test('iam:policy prints a policy for the tables of the models', async () => {
    const { code, json } = await run('iam:policy', '--account', '123456789012', '--access', 'read', '--json')
    expect([code, json.Version]).toEqual([0, '2012-10-17'])
    expect(JSON.stringify(json)).toContain(`:123456789012:table/${table}`)
    expect((await run('iam:policy', '--account', '12', '--json')).json.error.code).toBe('SECURITY.INVALID')
  }, 120_000)
})
