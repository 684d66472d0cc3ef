import { get } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** True when nothing answers on that loopback port and it can be listened on. */
export async function isPortFree(port: number): Promise<boolean> {
  // A listener on all addresses does not keep others from listening on loopback, so both are asked.
  const taken = await new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2000 })
    const end = (answered: boolean) => (): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', end(true)).once('timeout', end(true)).once('error', end(false))
  })
  if (taken) return false
  return await new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** What answers on a port, in words for an error message, as far as it can be told. */
export async function whoAnswers(port: number): Promise<string> {
  return await new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/', agent: false, timeout: 1000 }, (answer) => {
      answer.resume()
      const server = answer.headers['server']?.toString()
      if (server?.startsWith('Dynoxide')) resolve(`a ${server} that this package did not start`)
      else if (answer.headers['x-amzn-requestid'] !== undefined) resolve('another DynamoDB engine (DynamoDB Local?)')
      else resolve(`an HTTP server${server === undefined ? '' : ` (${server})`} that is not DynamoDB`)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', (error: NodeJS.ErrnoException) => {
      // Ports below 1024 may be free and yet not for every user.
      const closed = error.code === 'ECONNREFUSED'
      resolve(closed ? 'nobody, but this user may not listen there' : 'a program that does not speak HTTP')
    })
  })
}
