import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleConfig, sampleModels, sampleUse } from './sample.js'
import { installPacked, node, type Project, root, tool } from './support.js'

const NAMES = [
  'configure',
  'connect',
  'defineConfig',
  'dynamoDb',
  'DynamoDBModel',
  'getConfig',
  'loadConfig',
  'registerModels',
  'resetConfig',
  'setConfig',
  'validateConfig',
]

let project: Project
beforeAll(async () => {
  project = await installPacked()
}, 300_000)
afterAll(() => project?.remove())

describe('the packed package', () => {
  it('holds what is needed to use it, and nothing of how it is made', () => {
    const files = readdirSync(project.installed)
    expect(files.filter((name) => name !== 'node_modules').sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'package.json'].sort(),
    )
    expect(existsSync(join(project.installed, 'dist/index.d.ts'))).toBe(true)
  })

  it('has every name when imported', async () => {
    project.write('names.mjs', `import * as all from 'dynamodb-tooling'\nconsole.log(JSON.stringify(Object.keys(all)))`)
    const names = JSON.parse(await node(project.folder, 'names.mjs')) as string[]
    expect(NAMES.filter((name) => !names.includes(name))).toEqual([])
  })

  it('has every name when required from CommonJS, and is the same copy', async () => {
    project.write(
      'names.cjs',
      `const all = require('dynamodb-tooling')
      import('dynamodb-tooling').then((same) => console.log(JSON.stringify([Object.keys(all), same.configure === all.configure])))`,
    )
    const output = await node(project.folder, '--disable-warning=ExperimentalWarning', 'names.cjs')
    const [names, same] = JSON.parse(output) as [string[], boolean]
    expect(NAMES.filter((name) => !names.includes(name))).toEqual([])
    expect(same).toBe(true)
  })

  it('loads nothing but itself: no AWS package, no config loader, no tooling', async () => {
    project.write(
      'hooks.mjs',
      `import { appendFileSync } from 'node:fs'
      export async function load(url, context, next) {
        appendFileSync('loaded.txt', url + '\\n')
        return next(url, context)
      }`,
    )
    project.write(
      'loads.mjs',
      `import { createRequire, register } from 'node:module'
      import { appendFileSync } from 'node:fs'
      register('./hooks.mjs', import.meta.url)
      await import('dynamodb-tooling')
      for (const file of Object.keys(createRequire(import.meta.url).cache)) appendFileSync('loaded.txt', file + '\\n')`,
    )
    await node(project.folder, 'loads.mjs')
    const loaded = readFileSync(join(project.folder, 'loaded.txt'), 'utf8').trim().split('\n')
    const own = loaded.filter((file) => file.includes('/node_modules/dynamodb-tooling/dist/'))
    expect(own.length).toBeGreaterThan(10)
    expect(loaded.filter((file) => !own.includes(file) && !file.startsWith('node:'))).toEqual([])
  })
})

describe('for a compiler', () => {
  beforeAll(() => {
    project.write('models.ts', sampleModels)
    project.write('dynamodb.config.ts', sampleConfig)
    project.write('use.ts', sampleUse)
  })

  it.each([
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('CF2: the sample models and config compile under strict with moduleResolution %s', async (name, how) => {
    const compilerOptions = {
      ...how,
      target: 'es2023',
      lib: ['es2023'],
      strict: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    }
    const files = ['models.ts', 'use.ts', 'dynamodb.config.ts']
    project.write(`tsconfig.${name}.json`, JSON.stringify({ compilerOptions, files }))
    for (const typescript of ['typescript', 'typescript7']) {
      expect(await tool(project.folder, `${typescript}/bin/tsc`, '-p', `tsconfig.${name}.json`)).toBe('')
    }
  })

  it('satisfies publint', async () => {
    await tool(project.folder, 'publint/src/cli.js', 'run', project.installed, '--pack', 'false', '--strict')
  })

  it('satisfies attw', async () => {
    await tool(project.folder, '@arethetypeswrong/cli/dist/index.js', project.tarball, '--profile', 'esm-only')
  })
})

describe('for a program', () => {
  it('CF1: runs dynamodb.config.ts, which imports the same copy of the package', async () => {
    project.write(
      'app/dynamodb.config.ts',
      `import * as copy from 'dynamodb-tooling'
      Reflect.set(globalThis, 'copy', copy.DynamoDBModel)
      const tablePrefix: string = 'packed-'
      export default copy.defineConfig({ tablePrefix, local: { enabled: true } })`,
    )
    project.write(
      'app/main.mjs',
      `import { DynamoDBModel, getConfig, loadConfig } from 'dynamodb-tooling'
      const now = getConfig()
      const first = globalThis.copy === DynamoDBModel
      globalThis.copy = undefined
      const late = await loadConfig()
      console.log(JSON.stringify([now.tablePrefix, first, late.tablePrefix, globalThis.copy === DynamoDBModel]))`,
    )
    const output = await node(join(project.folder, 'app'), 'main.mjs')
    expect(JSON.parse(output)).toEqual(['packed-', true, 'packed-', true])
  })

  it('CF1: uses a config that needed time, once it was awaited', async () => {
    project.write(
      'slow/dynamodb.config.mjs',
      `const tablePrefix = await Promise.resolve('slow-')
      export default { tablePrefix, local: { enabled: true } }`,
    )
    project.write(
      'slow/main.mjs',
      `import { getConfig, loadConfig } from 'dynamodb-tooling'
      await loadConfig()
      console.log(getConfig().tablePrefix)`,
    )
    expect((await node(join(project.folder, 'slow'), 'main.mjs')).trim()).toBe('slow-')
  })

  it('M1: the sample models write and read on the engine the install brought along', async () => {
    project.write('sample/models.mjs', sampleModels)
    project.write(
      'sample/main.mjs',
      `import { configure, DynamoDBModel, registerModels, resetConfig } from 'dynamodb-tooling'
      import { Post, Profile, User } from './models.mjs'
      configure({ local: { enabled: true, inMemory: true, port: 0 } })
      registerModels(User, Post, Profile)
      await DynamoDBModel.migrate()
      const { id } = await User.create({ email: 'ada@example.org', name: 'Ada', age: 36 })
      const found = await User.find(id)
      const adults = await User.query().where('age', '>=', 18).get()
      console.log(JSON.stringify([found.name, adults.length]))
      await resetConfig()`,
    )
    const output = await node(join(project.folder, 'sample'), 'main.mjs')
    expect(output).toContain('["Ada",1]')
  })
})
