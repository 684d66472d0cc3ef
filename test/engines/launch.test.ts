import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createEmbeddedDriver } from '../../src/drivers/embedded/embedded-driver.js'
import { dynamoDb } from '../../src/drivers/engine/dynamo-db.js'
import { freePort } from '../../src/drivers/engine/port.js'
import { eventually, isAlive, parentOf, startEngineUser } from './processes.js'
import { describeEngines, engineLanes } from './support.js'

let dbPath = ''
beforeEach(() => {
  dbPath = realpathSync(mkdtempSync(join(tmpdir(), 'engine-')))
  return () => rmSync(dbPath, { recursive: true, force: true })
})

/** Launches in this process; stopped for everybody when the test ends. */
async function launch(options: Parameters<typeof dynamoDb.launch>[0]) {
  const engine = await dynamoDb.launch(options)
  onTestFinished(async () => void (await dynamoDb.stop(engine.port)))
  return engine
}

describeEngines('launch, stop, isRunning', ({ name: engine }) => {
  test('L1: launch resolves when the engine answers', async () => {
    const running = await launch({ engine, port: 0, inMemory: true })
    expect((await fetch(running.endpoint)).status).toBeLessThan(500)
    expect(running).toMatchObject({ engine, shared: false, endpoint: `http://127.0.0.1:${running.port}` })
  })

  test('L2: port, dbPath and inMemory are honoured', async () => {
    const port = await freePort()
    const running = await launch({ engine, port, dbPath: join(dbPath, 'made', 'for', 'it') })
    expect(running).toMatchObject({ port })
    const driver = createEmbeddedDriver({ engine, port, dbPath: join(dbPath, 'made', 'for', 'it') })
    // DynamoDB Local makes its file when it is first asked something.
    await driver.send('ListTables', {})
    await driver.close()
    const file = engine === 'dynoxide' ? 'data.dynoxide.sqlite' : 'shared-local-instance.db'
    expect(readdirSync(join(dbPath, 'made', 'for', 'it'))).toContain(file)
    await launch({ engine, port: 0, inMemory: true })
    expect(readdirSync(dbPath)).toEqual(['made'])
  })

  test('L2: a folder made for the data keeps itself out of the repository; one that was there is left as it is', async () => {
    const made = join(dbPath, '.dynamodb')
    await (await launch({ engine, port: 0, dbPath: made })).stop()
    expect(readFileSync(join(made, '.gitignore'), 'utf8')).toBe('*\n')
    await (await launch({ engine, port: 0, dbPath })).stop()
    expect(readdirSync(dbPath)).not.toContain('.gitignore')
  })

  test('L2: a port or an engine that is none is an error', async () => {
    await expect(dynamoDb.launch({ engine: 'dynalite' as never })).rejects.toMatchObject({ code: 'DRIVER.INVALID' })
    for (const port of [-1, 65_536, 1.5, Number.NaN]) {
      await expect(dynamoDb.launch({ engine, port, inMemory: true })).rejects.toMatchObject({ code: 'DRIVER.INVALID' })
    }
  })

  test('L2: an option that is misspelt or of a wrong type is an error, not a default', async () => {
    await expect(dynamoDb.launch({ engine, inmemory: true } as never)).rejects.toMatchObject({
      code: 'DRIVER.INVALID',
      hint: 'Did you mean "inMemory"?',
    })
    await expect(dynamoDb.launch({ engine, port: 0, inMemory: 'yes' as never })).rejects.toMatchObject({
      code: 'DRIVER.INVALID',
      message: 'The option "inMemory" of dynamoDb.launch must be a boolean, not text.',
    })
  })

  test('L3: isRunning tells, stop stops and is told apart from nothing to stop', async () => {
    const running = await launch({ engine, port: 0, dbPath })
    expect(await dynamoDb.isRunning(running.port)).toBe(true)
    expect(await dynamoDb.stop(running.port)).toBe(true)
    expect(isAlive(running.pid)).toBe(false)
    expect(await dynamoDb.isRunning(running.port)).toBe(false)
    expect(await dynamoDb.stop(running.port)).toBe(false)
    expect(running.ended).toBe(true)
    await running.stop()
  })

  test('L3: stopAll stops what this process launched', async () => {
    const engines = await Promise.all([
      launch({ engine, port: 0, dbPath }),
      launch({ engine, port: 0, inMemory: true }),
    ])
    await dynamoDb.stopAll()
    expect(engines.map(({ pid }) => isAlive(pid))).toEqual([false, false])
  })

  test('L3: another process stops it by its port', async () => {
    const user = startEngineUser({ engine, port: 0, dbPath })
    const { port, pid } = await user.next()
    expect(await dynamoDb.isRunning(port)).toBe(true)
    expect(await dynamoDb.stop(port)).toBe(true)
    expect(isAlive(pid)).toBe(false)
  })

  test('L5: a port taken by another program is an error that names both', async () => {
    const http = createServer((_, answer) => answer.setHeader('server', 'shop').end('hello'))
    const silent = createTcpServer()
    for (const server of [http, silent]) {
      await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
      onTestFinished(() => void server.close())
    }
    const { port } = http.address() as AddressInfo
    await expect(dynamoDb.launch({ engine, port, dbPath })).rejects.toMatchObject({
      code: 'ENGINE.PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`Port ${port} .*shop`)),
    })
    const { port: other } = silent.address() as AddressInfo
    await expect(dynamoDb.launch({ engine, port: other, inMemory: true })).rejects.toMatchObject({
      code: 'ENGINE.PORT_IN_USE',
      message: expect.stringContaining('does not speak HTTP'),
    })
    expect(await dynamoDb.isRunning(port)).toBe(false)
    expect(await dynamoDb.stop(port)).toBe(false)
  })

  test('L5: an engine of ours with other data on the port is named', async () => {
    const { port } = await launch({ engine, port: 0, dbPath })
    await expect(dynamoDb.launch({ engine, port, dbPath: `${dbPath}-other` })).rejects.toMatchObject({
      code: 'ENGINE.PORT_IN_USE',
      message: expect.stringContaining(dbPath),
    })
    await expect(dynamoDb.launch({ engine, port, inMemory: true })).rejects.toMatchObject({
      code: 'ENGINE.PORT_IN_USE',
    })
    rmSync(`${dbPath}-other`, { recursive: true })
  })
})

test('L2: what dynoxide cannot do is refused, not ignored', async () => {
  for (const options of [{ sharedDb: false }, { cors: 'https://example.com' }]) {
    await expect(dynamoDb.launch({ engine: 'dynoxide', inMemory: true, port: 0, ...options })).rejects.toMatchObject({
      code: 'DRIVER.UNSUPPORTED',
    })
  }
  await launch({ engine: 'dynoxide', inMemory: true, port: 0, sharedDb: true, cors: '*' })
})

test('L2: a data folder may have any name', async () => {
  const folder = join(dbPath, 'dä ta #1 %20?x=1&"\'$HOME\n😀')
  const engine = await launch({ port: 0, dbPath: folder })
  expect(readdirSync(folder)).toContain('data.dynoxide.sqlite')
  expect((await launch({ dbPath: folder })).pid).toBe(engine.pid)
})

test('an engine that ends at once is an error with what it said', async () => {
  if (!engineLanes().some(({ name }) => name === 'dynamodb-local')) return
  const jar = join(dbPath, 'DynamoDBLocal.jar')
  writeFileSync(jar, 'no jar')
  const launching = dynamoDb.launch({ engine: 'dynamodb-local', jar, port: 0, inMemory: true })
  await expect(launching).rejects.toMatchObject({
    code: 'ENGINE.START_FAILED',
    message: expect.stringContaining('jarfile'),
  })
})

test('L4: works on the Node it says it needs', async () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(engines).toEqual({ node: '>=20.19' })
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  expect(major > 20 || (major === 20 && minor >= 19)).toBe(true)
  await launch({ port: 0, inMemory: true })
})

describe('sharing', () => {
  test('the same data is one engine, and it stays until the last user stops', async () => {
    const first = await launch({ port: 0, dbPath })
    const second = await launch({ dbPath })
    const other = startEngineUser({ port: first.port, dbPath })
    expect(second).toMatchObject({ pid: first.pid, port: first.port, shared: true })
    expect(await other.next()).toMatchObject({ pid: first.pid, shared: true })
    await first.stop()
    await second.stop()
    expect(isAlive(first.pid)).toBe(true)
    other.tell('stop')
    expect(await other.next()).toEqual({ stopped: true })
    expect(isAlive(first.pid)).toBe(false)
  })

  test('in memory, the port is what is shared', async () => {
    const port = await freePort()
    const [first, second] = await Promise.all([launch({ port, inMemory: true }), launch({ port, inMemory: true })])
    expect(second.pid).toBe(first.pid)
    expect((await launch({ port: 0, inMemory: true })).pid).not.toBe(first.pid)
  })

  test('the data on another port than the one asked for is an error that names it', async () => {
    const { port } = await launch({ port: 0, dbPath })
    await expect(dynamoDb.launch({ port: await freePort(), dbPath })).rejects.toMatchObject({
      code: 'ENGINE.DATA_LOCKED',
      message: expect.stringContaining(`port ${port}`),
    })
  })

  test('processes that launch at the same instant get one engine', async () => {
    for (let round = 0; round < 3; round += 1) {
      const startAt = Date.now() + 2500
      const users = [0, 1, 2, 3].map(() => startEngineUser({ port: 0, dbPath }, startAt))
      const said = await Promise.all(users.map((user) => user.next()))
      expect(new Set(said.map(({ pid }) => pid)).size, JSON.stringify(said)).toBe(1)
      expect(said.filter(({ shared }) => shared === false)).toHaveLength(1)
      for (const user of users) user.process.kill('SIGKILL')
      await eventually(() => !isAlive(said[0]?.pid))
    }
  })
})

describe('sharing between engines', () => {
  test('the data open in the one engine is refused to the other, and shared by auto', async () => {
    if (!engineLanes().some(({ name }) => name === 'dynamodb-local')) return
    const local = await launch({ engine: 'dynamodb-local', port: 0, dbPath })
    await expect(dynamoDb.launch({ engine: 'dynoxide', dbPath })).rejects.toMatchObject({
      code: 'ENGINE.DATA_LOCKED',
      message: expect.stringContaining(`DynamoDB Local on port ${local.port}`),
    })
    expect(await launch({ engine: 'auto', dbPath })).toMatchObject({ engine: 'dynamodb-local', pid: local.pid })
    await expect(dynamoDb.launch({ engine: 'dynamodb-local', dbPath, sharedDb: false })).rejects.toMatchObject({
      code: 'ENGINE.DATA_LOCKED',
    })
  })
})

describe('lifetime', () => {
  for (const way of ['exit', 'throw', 'reject', 'finish', 'SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP'] as const) {
    test(`the engine is gone when its only user ends by ${way}`, async () => {
      const user = startEngineUser({ port: 0, dbPath })
      const { pid, port } = await user.next()
      expect(isAlive(pid)).toBe(true)
      if (way.startsWith('SIG')) user.process.kill(way as NodeJS.Signals)
      else user.tell(way as 'exit')
      await user.ended()
      await eventually(() => !isAlive(pid))
      expect(await dynamoDb.isRunning(port)).toBe(false)
    })
  }

  test('it outlives the process that launched it while another uses it', async () => {
    const owner = startEngineUser({ port: 0, dbPath })
    const { pid, port } = await owner.next()
    const guest = await launch({ dbPath })
    owner.process.kill('SIGKILL')
    await owner.ended()
    expect((await fetch(guest.endpoint)).status).toBe(200)
    expect(guest.pid).toBe(pid)
    await guest.stop()
    expect(isAlive(pid)).toBe(false)
    expect(await dynamoDb.isRunning(port)).toBe(false)
  })

  test('detached, it stays until it is stopped', async () => {
    const user = startEngineUser({ port: 0, dbPath, detached: true })
    const { pid, port } = await user.next()
    user.process.kill('SIGKILL')
    await user.ended()
    const guest = await launch({ dbPath })
    await guest.stop()
    expect(isAlive(pid)).toBe(true)
    expect(await dynamoDb.stop(port)).toBe(true)
    expect(isAlive(pid)).toBe(false)
  })

  test('a launch that was killed half way leaves nothing and blocks nobody', async () => {
    for (const delay of [0, 10, 20, 40, 80]) {
      const user = startEngineUser({ port: 0, dbPath }, Date.now() + 1200)
      await new Promise((resolve) => setTimeout(resolve, 1200 + delay))
      user.process.kill('SIGKILL')
      await user.ended()
      const engine = await launch({ dbPath, port: 0 })
      expect((await fetch(engine.endpoint)).status).toBe(200)
      await engine.stop()
      expect(isAlive(engine.pid)).toBe(false)
    }
  })
})

/** What the lock of an engine says whose keeper is gone. */
async function deadRecord(changes: object) {
  const facts = { port: 1, data: dbPath, engine: 'dynoxide', sharedDb: true }
  return { control: await freePort(), token: 'x', pid: 1, host: hostname(), args: ['serve'], facts, ...changes }
}

describe('stale locks', () => {
  test('an engine whose keeper and users were all killed is ended before another takes the data', async () => {
    const user = startEngineUser({ port: 0, dbPath })
    const { pid } = await user.next()
    const keeper = parentOf(pid)
    process.kill(keeper, 'SIGSTOP')
    user.process.kill('SIGKILL')
    await user.ended()
    process.kill(keeper, 'SIGKILL')
    await eventually(() => !isAlive(keeper))
    expect(isAlive(pid)).toBe(true)
    const engine = await launch({ port: 0, dbPath })
    expect(isAlive(pid)).toBe(false)
    expect(engine.pid).not.toBe(pid)
  })

  test('when its keeper is killed, its users end the engine', async () => {
    const engine = await launch({ port: 0, dbPath })
    process.kill(parentOf(engine.pid), 'SIGKILL')
    await eventually(() => !isAlive(engine.pid))
    expect(engine.ended).toBe(true)
  })

  test('data open in another container is refused while its keeper lives there', async () => {
    const path = join(dbPath, 'engine.3.lock')
    writeFileSync(path, JSON.stringify(await deadRecord({ host: 'elsewhere' })))
    await expect(launch({ port: 0, dbPath })).rejects.toMatchObject({
      code: 'ENGINE.DATA_LOCKED',
      message: expect.stringContaining('elsewhere'),
    })
    const minuteAgo = new Date(Date.now() - 60_000)
    utimesSync(path, minuteAgo, minuteAgo)
    expect((await launch({ port: 0, dbPath })).shared).toBe(false)
  })

  test('a lock whose process id belongs to another program now is taken over, and the program is left alone', async () => {
    const record = await deadRecord({ pid: process.pid })
    writeFileSync(join(dbPath, 'engine.41.lock'), JSON.stringify(record))
    const engine = await launch({ port: 0, dbPath })
    expect(engine.shared).toBe(false)
    expect(readdirSync(dbPath).filter((file) => file.endsWith('.lock'))).toEqual(['engine.42.lock'])
  })

  test('a lock that is no lock is taken over', async () => {
    for (const content of ['', '{', 'null', '[]', '{"control":"x"}', '{"control":99999999,"token":1}']) {
      writeFileSync(join(dbPath, 'engine.7.lock'), content)
      const engine = await launch({ port: 0, dbPath })
      expect(engine.shared).toBe(false)
      await engine.stop()
      for (const file of readdirSync(dbPath)) if (file.endsWith('.lock')) rmSync(join(dbPath, file))
    }
  })

  test('a data folder deleted under a running engine is not shared', async () => {
    const first = await launch({ port: 0, dbPath })
    rmSync(dbPath, { recursive: true })
    const second = await launch({ port: 0, dbPath })
    expect(second.pid).not.toBe(first.pid)
    expect((await fetch(second.endpoint)).status).toBe(200)
  })
})
