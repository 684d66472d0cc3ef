import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { MODELS } from './sample.js'
import { engineNames, Project, startTool, textOf, tool } from './support.js'

const made: Project[] = []
/** Engines that were left running are stopped whatever a test ends with. */
const ports: number[] = []
const project = (files: Readonly<Record<string, string>> = {}): Project => {
  const one = new Project(files)
  made.push(one)
  return one
}
afterAll(async () => {
  for (const port of ports) await tool(['stop', '--port', String(port)])
  for (const each of made) each.remove()
})

async function detached(here: Project, ...args: readonly string[]): Promise<any> {
  const { code, json, stderr } = await here.tool(['start', '--detach', '--json', '--port', '0', ...args])
  expect([code, stderr]).toEqual([0, expect.stringContaining('Stop it with: dbtooling stop --port')])
  ports.push(json.port)
  return json
}

describe.each(engineNames())('start and stop (%s)', (engine) => {
  test('CL1, CL2: an engine is left running, answers, and is stopped', async () => {
    const here = project()
    const started = await detached(here, '--engine', engine, '--in-memory')
    expect(started).toMatchObject({ engine, data: null, joined: false, detached: true })
    const { json } = await here.tool(['table:list', '--json'], {
      env: {
        AWS_ENDPOINT_URL: started.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    })
    expect(json).toEqual({ tables: [] })
    const again = await here.tool([
      'start',
      '--detach',
      '--json',
      '--port',
      String(started.port),
      '--engine',
      engine,
      '--in-memory',
    ])
    expect(again.json).toMatchObject({ pid: started.pid, joined: true })
    expect((await here.tool(['stop', '--port', String(started.port), '--json'])).json).toEqual({
      stopped: [started.port],
    })
    const status = await here.tool(['status', '--json'])
    expect(status.json.engines.map(({ port }: { port: number }) => port)).not.toContain(started.port)
  })

  test('CL1: data lies in the folder that was named, and an engine comes back to it', async () => {
    const here = project()
    const folder = join(here.folder, 'data')
    const { port, data } = await detached(here, '--engine', engine, '--db-path', 'data')
    expect(data).toBe(folder)
    expect((await here.tool(['stop', '--port', String(port)])).code).toBe(0)
    expect(existsSync(join(folder, '.gitignore'))).toBe(true)
    const { port: next, joined } = await detached(here, '--engine', engine, '--db-path', 'data')
    expect(joined).toBe(false)
    expect((await here.tool(['stop', '--port', String(next)])).code).toBe(0)
  })

  test('CL1: in the foreground it ends with Ctrl-C, and the engine with it', async () => {
    const here = project()
    const child = startTool(['start', '--json', '--port', '0', '--in-memory', '--engine', engine], { cwd: here.folder })
    const { port } = JSON.parse(await textOf(child.stdout, /\}\n$/))
    const ended = new Promise((resolve) => {
      child.on('close', resolve)
    })
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect((await here.tool(['stop', '--port', String(port)])).code).toBe(4)
  })
})

describe('local engines', () => {
  test('CL1: --shared-db and --cors go to the engine that knows them, and are refused by the other', async () => {
    const here = project()
    const refused = await here.tool([
      'start',
      '--detach',
      '--port',
      '0',
      '--in-memory',
      '--engine',
      'dynoxide',
      '--cors',
      'https://a.example',
      '--json',
    ])
    expect([refused.code, refused.json.error.code]).toEqual([1, 'DRIVER.UNSUPPORTED'])
    if (!engineNames().includes('dynamodb-local')) return
    const { port } = await detached(
      here,
      '--in-memory',
      '--engine',
      'dynamodb-local',
      '--no-shared-db',
      '--cors',
      'https://a.example',
    )
    const { json } = await here.tool(['logs', '--port', String(port), '--json'])
    expect(json.output).toMatch(/CorsParams:\s*https:\/\/a\.example/)
    expect(json.output).toMatch(/SharedDb:\s*false/)
    await here.tool(['stop', '--port', String(port)])
  })

  test('CL3: logs prints what the engine wrote', async () => {
    const here = project()
    const { port } = await detached(here, '--in-memory', '--engine', 'dynoxide')
    expect((await here.tool(['logs', '--port', String(port)])).stdout).toContain(
      `listening on http://127.0.0.1:${port}`,
    )
    await here.tool(['stop', '--port', String(port)])
    const gone = await here.tool(['logs', '--port', String(port), '--json'])
    expect([gone.code, gone.json.error.code]).toEqual([4, 'CLI.NOT_FOUND'])
  })

  test('CL2: stop --all stops every engine of the user', async () => {
    // A folder of state of its own: other engines of this machine are not to be stopped.
    const TMPDIR = mkdtempSync(join(tmpdir(), 'dbtooling-state-'))
    const here = project()
    const env = { TMPDIR }
    for (const _ of [1, 2])
      await here.tool(['start', '--detach', '--port', '0', '--in-memory', '--engine', 'dynoxide'], { env })
    const running = (await here.tool(['status', '--json'], { env })).json.engines.map(
      ({ port }: { port: number }) => port,
    )
    expect(running).toHaveLength(2)
    expect((await here.tool(['stop', '--all', '--json'], { env })).json.stopped).toEqual(running)
    expect((await here.tool(['status'], { env })).stdout).toBe('No local engine runs.\n')
    expect((await here.tool(['stop', '--all', '--port', '1'], { env })).code).toBe(2)
    rmSync(TMPDIR, { recursive: true, force: true })
  })

  test('CL3: reset deletes every table, after its name was typed', async () => {
    const here = project({
      'dynamodb.config.json': JSON.stringify({
        defaultTableName: 'shop',
        queryBuilder: { modelsPath: 'models' },
        local: { enabled: true, port: 0 },
      }),
      'models/note.js': `import { DynamoDBModel } from 'dynamodb-tooling'
        export class Note extends DynamoDBModel { attributes = { id: { type: 'string', required: true } } }`,
    })
    expect((await here.tool(['table:create'])).code).toBe(0)
    expect((await here.tool(['put', 'Note', '--data', '{"id": "n1"}'])).code).toBe(0)
    for (const args of [[], ['--confirm', 'app']]) {
      const { code, json } = await here.tool(['reset', '--json', ...args])
      expect([code, json.error.code, json.error.details.confirm]).toEqual([5, 'CLI.CONFIRM_NEEDED', 'shop'])
    }
    expect((await here.tool(['get', 'Note', 'n1'])).code).toBe(0)
    expect((await here.tool(['reset', '--confirm', 'shop', '--json'])).json).toEqual({ deleted: ['shop'] })
    expect((await here.tool(['table:list'])).stdout).toBe('')
  })

  test('CL3: reset is for the local engine alone', async () => {
    const here = project({ 'dynamodb.config.json': '{ "region": "us-east-1", "endpoint": "http://127.0.0.1:1" }' })
    const { code, json } = await here.tool(['reset', '--confirm', 'app', '--json'])
    expect([code, json.error.code]).toEqual([5, 'CLI.NOT_LOCAL'])
  })

  test('CL3: install says what is there, and runs npm for what is not', async () => {
    const here = project()
    const { code, json } = await here.tool(['install', '--json'])
    expect([code, json.dynoxide.installed, json.ran]).toEqual([0, true, null])
    // A stand-in for npm, which must not be asked for the real package here.
    here.write('bin/npm', `#!/bin/sh\necho "$@" > "${here.folder}/asked"\nexit 3\n`)
    chmodSync(join(here.folder, 'bin/npm'), 0o755)
    const forced = await here.tool(['install', '--force', '--json'], {
      env: { PATH: `${here.folder}/bin:${process.env['PATH']}` },
    })
    expect([forced.code, forced.json.error.code]).toEqual([1, 'CLI.INSTALL_FAILED'])
    expect(readFileSync(join(here.folder, 'asked'), 'utf8')).toBe(`install --save-dev ${json.dynoxide.package}\n`)
    const bare = await here.tool(['install'], { env: { PATH: '', JAVA_HOME: '' } })
    expect(bare.stdout).toContain('install Java 17 or newer')
  })
})

describe.each(engineNames())('dev (%s)', (engine) => {
  test('E10, B3, B5, B6: the engine runs, and its tables follow the models', async () => {
    const free = await detached(project(), '--engine', engine, '--in-memory')
    await tool(['stop', '--port', String(free.port)])
    const local = { enabled: true, port: free.port, engine, inMemory: true }
    const here = project({
      'dynamodb.config.json': JSON.stringify({
        defaultTableName: 'app',
        queryBuilder: { modelsPath: 'models' },
        local,
        environments: { live: { local: { enabled: false }, region: 'eu-west-1' } },
      }),
      'models/models.ts': MODELS,
    })
    const away = await here.tool(['dev', '--env', 'live', '--json'])
    expect([away.code, away.json.error.code]).toEqual([5, 'CLI.NOT_LOCAL'])
    const child = startTool(['dev', '--json'], { cwd: here.folder })
    child.stderr.setEncoding('utf8')
    expect(JSON.parse(await textOf(child.stdout, /\}\n$/))).toMatchObject({ engine, port: free.port, migrated: true })
    const indexes = async (): Promise<string[]> =>
      (await here.tool(['table:describe', '--json'])).json.indexes.map(({ name }: { name: string }) => name).sort()
    expect(await indexes()).toEqual(['GSI1'])
    // What local engines do not have is told.
    const awsOnly = [
      ['table:update', '--pitr', '7'],
      ['table:replicas', '--add', 'eu-west-1'],
      ['table:scaling', '--read', '5-50'],
      ['table:metrics', '--since', '6h'],
    ]
    for (const args of awsOnly) {
      const { code, json: said } = await here.tool([...args, '--json'])
      expect([code, said.error.code], args.join(' ')).toEqual([1, 'DRIVER.UNSUPPORTED'])
    }
    here.write('models/models.ts', 'this is no model')
    await textOf(child.stderr, /error\[CONFIG\.MODELS_PATH\]/)
    const byTitle = "  static indexes = { byTitle: { partition: ['title'] } } as const\n  relationships = { author:"
    here.write('models/models.ts', MODELS.replace('  relationships = { author:', byTitle))
    await textOf(child.stderr, /\d\d:\d\d:\d\d models\/models\.ts changed[^]*Added the index app: GSI2\./)
    expect(await indexes()).toEqual(['GSI1', 'GSI2'])
    const ended = new Promise((resolve) => {
      child.on('close', resolve)
    })
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect((await here.tool(['stop', '--port', String(free.port)])).code).toBe(4)
  })
})
