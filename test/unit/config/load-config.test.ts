import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineConfig, findConfigFile, loadConfig, loadConfigSync } from '../../../src/config/index.js'
import type { ResolvedConfig } from '../../../src/runtime/config.js'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dynamodb-tooling-config-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): string {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

const ways: readonly [string, (options: { cwd?: string; file?: string }) => Promise<ResolvedConfig>][] = [
  ['loadConfig', loadConfig],
  ['loadConfigSync', async (options) => loadConfigSync(options)],
]

describe.each(ways)('%s', (_, load) => {
  it.each([
    ['ts', 'const port: number = 8123\nexport default { local: { port } } as const'],
    ['mts', 'enum Port { Local = 8123 }\nexport default { local: { port: Port.Local } }'],
    ['js', 'module.exports = { local: { port: 8123 } }'],
    ['mjs', 'export default { local: { port: 8123 } }'],
    ['cjs', 'exports.__esModule = true\nexports.default = { local: { port: 8123 } }'],
    ['json', '{ "default": { "local": { "port": 8123 } } }'],
  ])('CF1: loads dynamodb.config.%s', async (extension, text) => {
    const file = write(`dynamodb.config.${extension}`, text)
    const config = await load({ cwd: folder })
    expect(config.local.port).toBe(8123)
    expect(config.file).toBe(file)
    expect(config.root).toBe(folder)
    expect(config.local.dbPath).toBe(join(folder, '.dynamodb'))
  })

  it('CF1: looks upwards from the folder, and the nearest file wins', async () => {
    write('dynamodb.config.json', '{ "tablePrefix": "outer" }')
    write('a/dynamodb.config.ts', 'export default { tablePrefix: "inner" }')
    mkdirSync(join(folder, 'a/b/c'), { recursive: true })
    mkdirSync(join(folder, 'd'))
    expect((await load({ cwd: join(folder, 'a/b/c') })).tablePrefix).toBe('inner')
    expect((await load({ cwd: join(folder, 'd') })).tablePrefix).toBe('outer')
  })

  it('runs imports of the config, and a function as its default export', async () => {
    write('settings.ts', 'export const prefix: string = "dev-"')
    write('dynamodb.config.ts', 'import { prefix } from "./settings"\nexport default () => ({ tablePrefix: prefix })')
    expect((await load({ cwd: folder })).tablePrefix).toBe('dev-')
  })

  it('takes a file by name', async () => {
    write('other.ts', 'export default { tablePrefix: "x" }')
    expect((await load({ cwd: folder, file: 'other.ts' })).tablePrefix).toBe('x')
    await expect(load({ cwd: folder, file: 'missing.ts' })).rejects.toMatchObject({ code: 'CONFIG.NOT_FOUND' })
    write('config.yaml', 'region: x')
    await expect(load({ cwd: folder, file: 'config.yaml' })).rejects.toMatchObject({ code: 'CONFIG.LOAD_FAILED' })
  })

  it('refuses two files in one folder, naming both', async () => {
    write('dynamodb.config.ts', 'export default {}')
    write('dynamodb.config.json', '{}')
    await expect(load({ cwd: folder })).rejects.toMatchObject({
      code: 'CONFIG.AMBIGUOUS',
      message: expect.stringMatching(/dynamodb\.config\.ts and dynamodb\.config\.json/) as unknown,
    })
  })

  it.each([
    [
      'a syntax error',
      'ts',
      'export default { a: \n  ]',
      /dynamodb\.config\.ts cannot be run: .*Unexpected token.*:2:2/,
    ],
    ['broken JSON', 'json', '{ "region": ', /cannot be run: SyntaxError/],
    ['a thrown error', 'mjs', 'throw new TypeError("no such stage")', /cannot be run: TypeError: no such stage/],
    ['something thrown that is no error', 'ts', 'throw undefined', /cannot be run: undefined/],
    ['a function that throws', 'ts', 'export default () => { throw new Error("no stage") }', /Error: no stage/],
    ['a missing import', 'ts', 'import { a } from "./nowhere.ts"\nexport default { region: a }', /nowhere/],
    ['no default export', 'ts', 'export const config = {}', /has no default export; it exports config/],
    ['an empty module', 'mjs', 'export {}', /has no default export; it exports nothing/],
  ])('CF4: reports %s with the file', async (_case, extension, text, message) => {
    const file = write(`dynamodb.config.${extension}`, text)
    await expect(load({ cwd: folder })).rejects.toMatchObject({
      code: 'CONFIG.LOAD_FAILED',
      message: expect.stringMatching(message) as unknown,
    })
    await expect(load({ cwd: folder })).rejects.toThrow(file)
  })

  it('CF4: reports what is wrong inside with the file and the path', async () => {
    const file = write('dynamodb.config.json', '{ "__proto__": { "strict": true }, "local": { "prot": 1 } }')
    await expect(load({ cwd: folder })).rejects.toMatchObject({
      code: 'CONFIG.INVALID',
      message: expect.stringContaining(file) as unknown,
      faults: [{ path: '__proto__' }, { path: 'local.prot', suggestion: 'port' }],
    })
  })

  it.each([
    ['ts', 'export default'],
    ['mjs', 'export default'],
    ['cjs', 'module.exports ='],
  ])('runs dynamodb.config.%s once, until it changes', async (extension, start) => {
    const count = `count${Math.random()}`
    const counting = `globalThis[${JSON.stringify(count)}] = (globalThis[${JSON.stringify(count)}] ?? 0) + 1\n`
    const file = write(`dynamodb.config.${extension}`, `${counting}${start} { tablePrefix: 'a' }`)
    await load({ cwd: folder })
    expect((await load({ cwd: folder })).tablePrefix).toBe('a')
    expect(Reflect.get(globalThis, count)).toBe(1)
    Reflect.deleteProperty(globalThis, count)
    for (const [seconds, prefix] of [
      [5, 'b'],
      [10, 'c'],
    ] as const) {
      writeFileSync(file, `${start} { tablePrefix: '${prefix}' }`)
      utimesSync(file, new Date(), new Date(Date.now() + seconds * 1000))
      expect((await load({ cwd: folder })).tablePrefix).toBe(prefix)
    }
  })

  it('reads the environment again each time', async () => {
    write('dynamodb.config.json', '{}')
    await load({ cwd: folder })
    const before = process.env['DYNAMODB_LOCAL_PORT']
    process.env['DYNAMODB_LOCAL_PORT'] = '8111'
    try {
      expect((await load({ cwd: folder })).local.port).toBe(8111)
    } finally {
      if (before === undefined) delete process.env['DYNAMODB_LOCAL_PORT']
      else process.env['DYNAMODB_LOCAL_PORT'] = before
    }
  })
})

describe('files that need time', () => {
  const late = [
    ['dynamodb.config.ts', 'const a = await Promise.resolve("x")\nexport default { tablePrefix: a }'],
    ['dynamodb.config.mjs', 'const a = await Promise.resolve("x")\nexport default { tablePrefix: a }'],
    ['dynamodb.config.mts', 'export default async () => ({ tablePrefix: "x" })'],
  ] as const

  it.each(late)('CF1: loadConfig waits for %s', async (name, text) => {
    write(name, text)
    expect((await loadConfig({ cwd: folder })).tablePrefix).toBe('x')
  })

  it.each(late)('CF1: once awaited, %s serves the default connection too, until it changes', async (name, text) => {
    const file = write(name, text)
    await loadConfig({ cwd: folder })
    expect(loadConfigSync({ cwd: folder }).tablePrefix).toBe('x')
    utimesSync(file, new Date(), new Date(Date.now() + 5000))
    expect(() => loadConfigSync({ cwd: folder })).toThrow(/needs time/)
  })

  it.each(late)('loadConfigSync refuses %s and says what to do', (name, text) => {
    write(name, text)
    expect(() => loadConfigSync({ cwd: folder })).toThrow(/needs time/)
  })
})

describe('findConfigFile', () => {
  it('is undefined where no folder up to the root holds one', () => {
    expect(findConfigFile(folder)).toBeUndefined()
    expect(() => loadConfigSync({ cwd: folder })).toThrow(/There is no dynamodb\.config\.ts in/)
  })
})

describe('defineConfig', () => {
  it('gives back what it is given', () => {
    const config = { region: 'eu-central-1' }
    expect(defineConfig(config)).toBe(config)
  })
})
