import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { commandEntries } from '../../src/cli/command-list.js'
import { configOf, describeEngines, home, main, Project, tool } from './support.js'

const projects: Project[] = []
const project = (files: Readonly<Record<string, string>> = {}): Project => {
  const made = new Project(files)
  projects.push(made)
  return made
}
afterAll(() => {
  for (const each of projects) each.remove()
})

describe('the tool', () => {
  test('lists its commands without loading any of them', async () => {
    const hooks = join(home, 'loaded.mjs')
    writeFileSync(
      hooks,
      `import { register } from 'node:module'
      register('data:text/javascript,' + encodeURIComponent('import { writeSync } from "node:fs"; export async function load(url, context, next) { writeSync(2, "LOADED " + url + "\\\\n"); return next(url, context) }'))`,
    )
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, ['--import', hooks, main, '--help'])
      const said = { stdout: '', stderr: '' }
      child.stdout.on('data', (text) => (said.stdout += text))
      child.stderr.on('data', (text) => (said.stderr += text))
      child.on('close', () => resolve(said))
    })
    const loaded = stderr.split('\n').filter((line) => line.startsWith('LOADED'))
    expect(loaded.filter((line) => line.endsWith('dist/cli/run-tool.js'))).toHaveLength(1)
    expect(loaded.filter((line) => /cli\/commands|commander|jiti|aws-sdk|\/drivers\/|\/model\//.test(line))).toEqual([])
    for (const { name, summary } of commandEntries) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'))
  })

  test('prints its version, and its commands as JSON', async () => {
    const { version } = JSON.parse(
      execFileSync('node', ['-p', 'JSON.stringify(require("./package.json"))'], { encoding: 'utf8' }),
    )
    expect((await tool(['--version'])).stdout).toBe(`${version}\n`)
    const { json } = await tool(['--help', '--json'])
    expect(json.commands).toContainEqual({ name: 'status', summary: 'Show the local engines that run' })
  })

  test.each([[['help', 'start']], [['start', '--help']], [['-h', 'start']]])(
    'shows a command with examples: %s',
    async (args) => {
      const { code, stdout } = await tool(args)
      expect(code).toBe(0)
      for (const part of ['Usage: dbtooling start', '--in-memory', '--json', 'Examples:', 'dbtooling start --detach'])
        expect(stdout).toContain(part)
    },
  )

  test('CL17: an unknown command is exit code 2 and names the one that was meant', async () => {
    const { code, stdout, stderr } = await tool(['statsu'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('error[CLI.UNKNOWN_COMMAND]: There is no command statsu.')
    expect(stderr).toContain('Did you mean status?')
    const unlike = await tool(['xyzzy'])
    expect([unlike.code, unlike.stderr.includes('Did you mean')]).toEqual([2, false])
  })

  test('CL17: an unknown option is exit code 2 and names the one that was meant', async () => {
    const { code, stdout, stderr } = await tool(['start', '--in-memroy'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('start has no option --in-memroy.')
    expect(stderr).toContain('Did you mean --in-memory?')
    const before = await tool(['--jsn', 'status'])
    expect([before.code, before.stderr.includes('Did you mean --json?')]).toEqual([2, true])
  })

  test.each([
    [['start', '--port', 'x'], '--port is "x"; it must be a whole number, from 0 to 65535.'],
    [['start', '--engine', 'mysql'], 'Allowed choices are auto, dynoxide, dynamodb-local'],
    [['start', '--port'], "option '--port <port>' argument missing"],
    [['env:diff', 'a'], "missing required argument 'b'"],
    [['status', 'now'], 'too many arguments'],
  ])('CL17: bad usage is exit code 2: %s', async (args, message) => {
    const { code, stdout, stderr } = await tool(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })

  test('CL15: with --json an error is one JSON document on stdout, with code, message, hint and details', async () => {
    const { code, json, stderr } = await tool(['statsu', '--json'])
    expect([code, stderr]).toEqual([2, ''])
    expect(json).toEqual({
      error: {
        code: 'CLI.UNKNOWN_COMMAND',
        message: 'There is no command statsu.',
        hint: expect.stringContaining('Did you mean status?'),
        details: { command: 'statsu', suggestion: 'status' },
      },
    })
  })

  test('--verbose adds the stack, and nothing else does', async () => {
    expect((await tool(['start', '--port', 'x', '--verbose'])).stderr).toContain('    at ')
  })

  test('is quiet when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (text) => (stderr += text))
    const code = await new Promise((resolve) => {
      child.on('close', resolve)
    })
    expect([code, stderr]).toEqual([0, ''])
  })

  test('prints completion scripts that shells accept', async () => {
    const { stdout } = await tool(['completion', 'bash'])
    expect(execFileSync('bash', ['-n'], { input: stdout, encoding: 'utf8' })).toBe('')
    const words = await tool(['completion', 'words', '--', 'start'])
    expect(words.stdout.split('\n')).toEqual(expect.arrayContaining(['--in-memory', '--json']))
    expect((await tool(['completion', 'words', '--', ''])).stdout.split('\n')).toContain('env:switch')
    expect((await tool(['completion', 'tcsh'])).code).toBe(2)
  })
})

describe('config', () => {
  test('CL15: no config is exit code 3, and so is a wrong one', async () => {
    const none = await project().tool(['env:list'])
    expect([none.code, none.stdout]).toEqual([3, ''])
    expect(none.stderr).toContain('error[CONFIG.NOT_FOUND]')
    const wrong = await project({ 'dynamodb.config.json': '{ "regoin": "x" }' }).tool(['env:list', '--json'])
    expect([wrong.code, wrong.json.error.code]).toEqual([3, 'CONFIG.INVALID'])
    expect(wrong.json.error.details.faults[0].suggestion).toBe('region')
  })
})

const environments = {
  staging: { tablePrefix: 'staging-' },
  live: {
    region: 'eu-west-1',
    tablePrefix: 'live-',
    credentials: { accessKeyId: 'k', secretAccessKey: 'very-secret' },
    production: true,
  },
}

describe('environments', () => {
  const shop = (): Project =>
    project({ 'dynamodb.config.json': configOf('http://127.0.0.1:1', 'shop', { environments }) })

  test('CL16: env:list shows each with its table, and which one holds', async () => {
    const here = shop()
    const { json } = await here.tool(['env:list', '--json', '--env', 'staging'])
    expect(json).toEqual({
      current: 'staging',
      environments: [
        { name: 'staging', production: false, target: 'http://127.0.0.1:1', table: 'staging-shop' },
        { name: 'live', production: true, target: 'http://127.0.0.1:1', table: 'live-shop' },
      ],
    })
    expect((await here.tool(['env:list'])).stdout).toMatch(/^ +live .* live-shop +production$/m)
  })

  test('CL16: env:switch holds for the commands that follow; DYNAMODB_ENV and --env win over it', async () => {
    const here = shop()
    const current = async (args: readonly string[] = [], env = {}): Promise<unknown> =>
      (await here.tool(['env:list', '--json', ...args], { env })).json.current
    expect(await current()).toBe(null)
    expect((await here.tool(['env:switch', 'staging'])).code).toBe(0)
    expect(await current()).toBe('staging')
    expect(await current([], { DYNAMODB_ENV: 'live' })).toBe('live')
    expect(await current(['--env', 'staging'], { DYNAMODB_ENV: 'live' })).toBe('staging')
    expect((await here.tool(['env:switch', '--none'])).code).toBe(0)
    expect(await current()).toBe(null)
  })

  test('CL16: an environment that is not there is exit code 3, with the one that was meant; nothing is switched', async () => {
    const here = shop()
    const { code, stderr } = await here.tool(['env:switch', 'stagign'])
    expect([code, stderr.includes('did you mean staging?')]).toEqual([3, true])
    expect((await here.tool(['env:list', '--json'])).json.current).toBe(null)
    expect((await here.tool(['env:switch'])).code).toBe(2)
  })

  test('CL16: env:diff shows what differs, and no secrets', async () => {
    const { json, stdout } = await shop().tool(['env:diff', 'staging', 'live', '--json'])
    expect(json.differences).toContainEqual({ option: 'tablePrefix', a: 'staging-', b: 'live-' })
    expect(json.differences).toContainEqual({ option: 'region', a: 'us-east-1', b: 'eu-west-1' })
    expect(json.differences.map(({ option }: { option: string }) => option)).not.toContain('defaultTableName')
    expect(stdout).toContain('credentials.secretAccessKey')
    expect(stdout).not.toContain('very-secret')
  })
})

describeEngines('engines', ({ name, port, endpoint }) => {
  test('CL2: status lists the engines that run', async () => {
    const { code, json } = await tool(['status', '--json'])
    expect(code).toBe(0)
    expect(json.engines).toContainEqual(
      expect.objectContaining({ engine: name, port, endpoint, pid: expect.any(Number), data: null }),
    )
    expect((await tool(['status'])).stdout).toMatch(new RegExp(`^${port} +${name}`, 'm'))
  })
})
