import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { EngineError } from '../errors.js'
import { type KeeperEvent, type KeeperMessage, keeper } from './keeper.js'

/** Where a keeper listens on loopback, and the word that proves it is that keeper and not another process. */
export interface KeeperAddress {
  readonly control: number
  readonly token: string
}

type Command = KeeperMessage extends infer Message
  ? Message extends KeeperMessage
    ? Omit<Message, 'token'>
    : never
  : never

/** A connection to a keeper. It does not keep the program alive. */
export class KeeperConnection {
  readonly address: KeeperAddress
  readonly #socket: Socket
  readonly #waiting: ((event: KeeperEvent | undefined) => void)[] = []
  readonly #closed: Promise<void>
  #exit: Extract<KeeperEvent, { event: 'exit' }> | undefined

  constructor(address: KeeperAddress, socket: Socket) {
    this.address = address
    this.#socket = socket
    let buffered = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      const lines = (buffered + chunk).split('\n')
      buffered = lines.pop() ?? ''
      try {
        for (const line of lines) {
          const event = JSON.parse(line) as KeeperEvent
          if (event.event === 'exit') this.#exit = event
          this.#waiting.shift()?.(event)
        }
      } catch {
        // Not a keeper: its port belongs to another program now.
        socket.destroy()
      }
    })
    this.#closed = new Promise((resolve) => {
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        for (const waiting of this.#waiting.splice(0)) waiting(this.#exit)
        resolve()
      })
    })
    socket.unref()
  }

  /** The keeper's last word about the engine, once it has ended. */
  get exit(): Extract<KeeperEvent, { event: 'exit' }> | undefined {
    return this.#exit
  }

  /** Resolves when the connection is over: the engine stopped, or the keeper was killed. */
  get closed(): Promise<void> {
    return this.#closed
  }

  /** Sends a command and resolves with the next event, or undefined when the keeper went away without one. */
  async ask(command: Command): Promise<KeeperEvent | undefined> {
    if (this.#socket.destroyed || this.#exit !== undefined) return this.#exit
    this.#socket.ref()
    try {
      return await new Promise((resolve) => {
        this.#waiting.push(resolve)
        this.#socket.write(`${JSON.stringify({ ...command, token: this.address.token })}\n`)
      })
    } finally {
      this.#socket.unref()
    }
  }

  /** Has the engine stopped, and resolves when the keeper is gone. Until then it keeps the program alive. */
  async stop(): Promise<void> {
    await this.ask({ op: 'stop' })
    this.#socket.ref()
    await this.#closed
  }

  /** Ends the connection, and with it this user's claim on the engine. */
  close(): void {
    this.#socket.destroy()
  }
}

/** Connects to the keeper of that address; undefined when it is not there any more. */
export async function connectKeeper(address: KeeperAddress): Promise<KeeperConnection | undefined> {
  const connection = await new Promise<KeeperConnection | undefined>((resolve) => {
    const socket = connect({ port: address.control, host: '127.0.0.1' })
    socket.once('error', () => resolve(undefined))
    socket.once('connect', () => resolve(new KeeperConnection(address, socket)))
  })
  if (connection === undefined) return undefined
  // The port may belong to another program by now: only the keeper knows what to say.
  const silence = setTimeout(() => connection.close(), 2000)
  const answer = await connection.ask({ op: 'info' })
  clearTimeout(silence)
  if (answer?.event === 'info') return connection
  connection.close()
  return undefined
}

/** Starts a keeper with nothing to keep yet. It ends by itself when this connection closes. */
export async function spawnKeeper(): Promise<KeeperConnection> {
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  // Loaders, inspectors and coverage of the program are not the keeper's.
  for (const name of ['NODE_OPTIONS', 'NODE_V8_COVERAGE', 'NODE_CHANNEL_FD', 'NODE_UNIQUE_ID']) delete env[name]
  // `__name` is what some TypeScript runners wrap around functions.
  const program = `const __name = (f) => f;(${keeper.toString()})()`
  const child = spawn(process.execPath, ['-e', program], {
    cwd: tmpdir(),
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString('utf8')
  })
  const greeting = await new Promise<string>((resolve) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (text.includes('\n')) resolve(text)
    })
    child.once('error', (error) => {
      complaint += error.message
      resolve('')
    })
    child.once('close', () => resolve(''))
  })
  child.stdout.destroy()
  child.stderr.destroy()
  child.unref()
  const connection = greeting === '' ? undefined : await connectKeeper(JSON.parse(greeting) as KeeperAddress)
  if (connection === undefined) {
    throw new EngineError('ENGINE.START_FAILED', 'The process that looks after the local engine did not start.', {
      hint: 'Check that this program may start child processes and listen on 127.0.0.1.',
      cause: complaint === '' ? undefined : complaint,
    })
  }
  return connection
}
