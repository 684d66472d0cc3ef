import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEngines, uniqueTable } from '../engines/support.js'
import { MODELS } from './sample.js'
import { configOf, Project, type Ran } from './support.js'

describeEngines('import and export', (lane) => {
  const table = uniqueTable('cli-transfer')
  let here: Project
  const run = (...args: readonly string[]): Promise<Ran> => here.tool(args)
  beforeAll(async () => {
    here = new Project({
      'dynamodb.config.json': configOf(lane.endpoint, table, {
        queryBuilder: { modelsPath: 'models' },
        environments: { live: { production: true } },
      }),
      'models/models.ts': MODELS,
    })
    await run('migrate')
  })
  afterAll(() => here.remove())

  test('CL13: import reads a file, says what it rejects, and export writes one', async () => {
    here.write('users.csv', 'E-mail,name,age,Notes\na@x.io,Ada,36,x\nb@x.io,,36,x\nc@x.io,Cleo,old,x\n')
    const args = ['import', 'users.csv', '--model', 'User', '--column', 'E-mail=email', '--column', 'Notes='] as const
    const dry = await run(...args, '--dry-run', '--json')
    expect([dry.code, dry.json.written, dry.json.rejected], dry.stderr).toEqual([6, 1, 2])
    const did = await run(...args)
    expect(did.code).toBe(6)
    expect(did.stdout).toContain('Wrote 1 of 3 rows.')
    expect(did.stdout).toContain('row 2:')
    expect(existsSync(join(here.folder, 'users.csv.rejected.jsonl'))).toBe(true)
    const again = await run(...args, '--json')
    expect([again.json.same, again.json.rejected]).toEqual([0, 3])
    const out = await run('export', 'out.csv', '--model', 'User', '--columns', 'email,name,age', '--json')
    expect([out.code, out.json.rows]).toEqual([0, 1])
    expect(readFileSync(join(here.folder, 'out.csv'), 'utf8')).toBe('email,name,age\r\na@x.io,Ada,36\r\n')
    expect((await run('export', 'out.csv', '--model', 'User')).code).toBe(1)
    expect((await run('export', 'all.dynamodb.jsonl.gz')).stdout).toMatch(
      /^Wrote \d+ items to all\.dynamodb\.jsonl\.gz\.$/m,
    )
    expect((await run('export', 'out.txt', '--model', 'User')).code).toBe(1)
    expect((await run('import', 'users.csv')).code).toBe(1)
    expect((await run('import', 'nowhere.csv', '--model', 'User')).code).toBe(1)
    const live = await run('import', 'users.csv', '--model', 'User', '--env', 'live', '--json')
    expect([live.code, live.json.error.code]).toEqual([5, 'CLI.CONFIRM_NEEDED'])
  }, 60_000)
})
