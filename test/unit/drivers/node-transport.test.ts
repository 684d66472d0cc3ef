import http from 'node:http'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createHttpDriver } from '../../../src/drivers/http/http-driver.js'
import type { Driver, SendOptions } from '../../../src/drivers/index.js'

const KEY = { TableName: 'users', Key: { pk: { S: 'a' } } }
const open: { close(): unknown }[] = []
const sockets = new Set<net.Socket>()
const drivers: Driver[] = []

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all(drivers.splice(0).map((driver) => driver.close()))
  for (const server of open.splice(0)) server.close()
})

async function listen<T extends net.Server>(server: T): Promise<number> {
  open.push(server)
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function driverOn(
  port: number,
  httpOptions: Partial<{ maxSockets: number; connectTimeout: number; timeout: number }> = {},
): Driver {
  const driver = createHttpDriver({
    endpoint: `http://127.0.0.1:${port}`,
    httpOptions: { connectTimeout: 2000, timeout: 5000, maxSockets: 8, keepAlive: true, ...httpOptions },
  })
  drivers.push(driver)
  return driver
}

/** A server that does `body` with every socket, and what a request to it was rejected with. */
async function failureOf(
  body: (socket: net.Socket) => void,
  options: SendOptions = {},
): Promise<Record<string, unknown>> {
  const port = await listen(net.createServer(body))
  const error: unknown = await driverOn(port)
    .send('GetItem', KEY, options)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
  return error as Record<string, unknown>
}

const reply = (head: string, body: string) => (socket: net.Socket) => {
  socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`))
}

describe('a server that is not well', () => {
  test('D3: nobody listens: host, port and the next step are named, and nothing was sent', async () => {
    const port = await listen(net.createServer())
    await new Promise((resolve) => open[0]?.close() && setImmediate(resolve))
    await expect(driverOn(port).send('GetItem', KEY)).rejects.toMatchObject({
      code: 'NETWORK.UNREACHABLE',
      sent: false,
      message: expect.stringContaining(`127.0.0.1:${port}`),
      hint: expect.stringContaining('dynamoDb.launch'),
    })
  })

  test('D3: a name nobody has is told as such', async () => {
    const driver = createHttpDriver({
      endpoint: 'https://nowhere.invalid',
      region: 'x',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    })
    await expect(driver.send('GetItem', KEY)).rejects.toMatchObject({ code: 'NETWORK.UNREACHABLE', sent: false })
  })

  test('D3: accepts and never answers: the attempt times out', async () => {
    expect(await failureOf(() => undefined, { timeout: 50 })).toMatchObject({
      code: 'NETWORK.TIMEOUT',
      sent: true,
      details: { timeout: 50, phase: 'answer' },
    })
  })

  test('D3: a deadline shortens the attempt and never lengthens it', async () => {
    expect(await failureOf(() => undefined, { deadline: 40 })).toMatchObject({ details: { timeout: 40 } })
    expect(await failureOf(() => undefined, { timeout: 30, deadline: 9000 })).toMatchObject({
      details: { timeout: 30 },
    })
  })

  test('D3: a slow trickle does not outlive the timeout', async () => {
    const trickle = (socket: net.Socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{')
      const timer = setInterval(() => socket.write(' '), 5)
      socket.on('close', () => clearInterval(timer))
    }
    expect(await failureOf(trickle, { timeout: 60 })).toMatchObject({ code: 'NETWORK.TIMEOUT', sent: true })
  })

  test('D3: speaks something else', async () => {
    expect(await failureOf((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))).toMatchObject({ code: 'NETWORK.CORRUPT' })
  })

  test('D3: closes without a word', async () => {
    const slam = (socket: net.Socket) => socket.once('data', () => socket.destroy())
    expect(await failureOf(slam)).toMatchObject({ code: 'NETWORK.UNREACHABLE', sent: true })
  })

  test('D3: half a body is no answer', async () => {
    expect(await failureOf(reply('Content-Length: 100', '{"Item":'))).toMatchObject({
      code: 'NETWORK.CORRUPT',
      sent: true,
    })
  })

  test('D3: half a chunked body is no answer', async () => {
    expect(await failureOf(reply('Transfer-Encoding: chunked', '5\r\n{"It\r\n'))).toMatchObject({
      code: 'NETWORK.CORRUPT',
    })
  })

  test('D3: the checksum is checked on real bytes', async () => {
    expect(await failureOf(reply('Content-Length: 2\r\nx-amz-crc32: 7', '{}'))).toMatchObject({
      code: 'NETWORK.CORRUPT',
    })
  })
})

describe('aborting', () => {
  test('D3: before sending opens no connection', async () => {
    let connections = 0
    const signal = AbortSignal.abort('why not')
    const error = await failureOf(() => (connections += 1), { signal })
    expect(error).toMatchObject({ code: 'NETWORK.ABORTED', sent: false, cause: 'why not' })
    expect(connections).toBe(0)
  })

  test('D3: while waiting frees the socket and leaves no listener on the signal', async () => {
    const controller = new AbortController()
    const closed = later()
    const listeners: string[] = []
    const { signal } = controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners.push('add'), add(...args))
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners.push('remove'), remove(...args))
    const error = await failureOf(
      (socket) => {
        socket.once('data', () => controller.abort(new RangeError('enough')))
        socket.on('close', () => closed.resolve())
      },
      { signal },
    )
    expect(error).toMatchObject({ code: 'NETWORK.ABORTED', sent: true, cause: expect.any(RangeError) })
    expect(listeners).toEqual(['add', 'remove'])
    await closed.promise
  })
})

function later(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

describe('the pool', () => {
  test('D3: a thousand requests at once share the sockets allowed, and reuse them', async () => {
    let connections = 0
    const server = http.createServer((request, response) => {
      request.resume().on('end', () => response.end(`{"Item":{"n":{"N":"${request.headers['content-length']}"}}}`))
    })
    server.on('connection', () => (connections += 1))
    const driver = driverOn(await listen(server), { timeout: 60_000 })
    const inputs = Array.from({ length: 1000 }, (_, n) => ({ TableName: 'users', Key: { pk: { S: 'é'.repeat(n) } } }))
    const answers = await Promise.all(inputs.map((input) => driver.send('GetItem', input)))
    expect(connections).toBe(8)
    // Every answer belongs to its own request: the length in bytes of what was sent came back.
    const mixedUp = inputs.filter((input, n) => {
      const length = answers[n]?.Item?.['n'] as { N: string } | undefined
      return length?.N !== String(Buffer.byteLength(JSON.stringify(input)))
    })
    expect(mixedUp).toEqual([])
  })

  test('D3: waiting for a socket longer than the timeout is told as not sent', async () => {
    const driver = driverOn(await listen(net.createServer()), { maxSockets: 1, timeout: 5000 })
    const controller = new AbortController()
    const first = driver.send('GetItem', KEY, { signal: controller.signal })
    const second = driver.send('GetItem', KEY, { timeout: 30 })
    await expect(second).rejects.toMatchObject({
      code: 'NETWORK.TIMEOUT',
      sent: false,
      hint: expect.stringContaining('maxSockets'),
    })
    controller.abort()
    await expect(first).rejects.toMatchObject({ code: 'NETWORK.ABORTED' })
  })

  test('D3: five megabytes arrive whole', async () => {
    const text = 'ü'.repeat(2_500_000)
    const server = http.createServer((request, response) => {
      request.resume().on('end', () => response.end(JSON.stringify({ Item: { t: { S: text } } })))
    })
    const { Item } = await driverOn(await listen(server)).send('GetItem', KEY)
    expect((Item?.['t'] as { S: string } | undefined)?.S === text).toBe(true)
  })

  test('D3: a socket the server closed while idle is not used again', async () => {
    let connections = 0
    const server = http.createServer((_, response) => response.end('{}'))
    server.keepAliveTimeout = 1
    server.on('connection', (socket) => {
      connections += 1
      socket.on('end', () => socket.destroy())
    })
    const driver = driverOn(await listen(server))
    await driver.send('GetItem', KEY)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await driver.send('GetItem', KEY)
    expect(connections).toBe(2)
  })
})
