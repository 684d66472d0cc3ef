import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'

/** What the keeper is told to run. Paths are absolute. */
export interface KeeperStart {
  readonly command: string
  readonly args: readonly string[]
  /** Loopback port the engine was told to listen on. */
  readonly port: number
  /** Text on the engine's stderr that must appear before it counts as ready; empty = answering is enough. */
  readonly readyText: string
  /** Lock files of this engine: the engine's pid is written into them. */
  readonly locks: readonly string[]
  /** The one of them that lies beside the data. */
  readonly dataLock: string | undefined
  /** Facts handed to everyone who attaches. */
  readonly facts: Readonly<Record<string, unknown>>
  /** True: the engine stays when its last user leaves, until someone stops it. */
  readonly detached: boolean
}

export type KeeperMessage = { readonly token: string } & (
  | ({ readonly op: 'start' } & KeeperStart)
  | { readonly op: 'attach'; readonly detached: boolean }
  | { readonly op: 'info' }
  | { readonly op: 'release' }
  | { readonly op: 'stop' }
)

export type KeeperEvent =
  | { readonly event: 'ready'; readonly pid: number; readonly facts: Readonly<Record<string, unknown>> }
  | {
      readonly event: 'info'
      readonly ready: boolean
      readonly facts: Readonly<Record<string, unknown>>
      /** Last 4 KB the engine printed; not told by older keepers. */
      readonly output?: string
    }
  | { readonly event: 'released' }
  | { readonly event: 'gone' }
  | {
      readonly event: 'exit'
      /** True when someone asked for it. */
      readonly wanted: boolean
      readonly code: number | null
      readonly signal: string | null
      /** Last 4 KB the engine printed. */
      readonly output: string
    }

/**
 * The process that stands between an engine and its users: the engine's parent, and a loopback server that every user
 * keeps a connection to. The system closes a user's connection however the user ends, SIGKILL included; when the last
 * one closes, the engine is stopped.
 *
 * This function is not called here: its text is run with `node -e` (see keeper-client.ts), so that it needs no file of
 * its own in a bundled program. It must use nothing from outside its braces.
 */
export function keeper(): void {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const { randomUUID } = process.getBuiltinModule('node:crypto')
  const fs = process.getBuiltinModule('node:fs')
  const http = process.getBuiltinModule('node:http')
  const { createServer } = process.getBuiltinModule('node:net')

  const token = randomUUID()
  const sockets = new Set<Socket>()
  const users = new Set<Socket>()
  let start: KeeperStart | undefined
  let engine: ChildProcess | undefined
  let owner: Socket | undefined
  let output = ''
  let ready = false
  let held = false
  let stopping = false

  const say = (socket: Socket, event: KeeperEvent): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(event)}\n`)
  }

  const updateLocks = (change: (record: Record<string, unknown>) => void): void => {
    for (const path of start?.locks ?? []) {
      try {
        const record = JSON.parse(fs.readFileSync(path, 'utf8')) as Record<string, unknown>
        if (record['token'] !== token) continue
        change(record)
        const next = `${path}.${process.pid}`
        fs.writeFileSync(next, JSON.stringify(record), { mode: 0o600 })
        fs.renameSync(next, path)
      } catch {
        // The folder was deleted while the engine ran: nothing to keep in order any more.
      }
    }
  }

  const finish = (code: number | null, signal: string | null): void => {
    server.close()
    ready = false
    updateLocks((record) => {
      record['released'] = true
    })
    for (const socket of sockets) {
      say(socket, { event: 'exit', wanted: stopping, code, signal, output })
      socket.end()
    }
    setTimeout(() => process.exit(0), 200)
  }

  const stop = (): void => {
    if (stopping) return
    stopping = true
    if (engine === undefined) return finish(null, null)
    engine.kill('SIGTERM')
    setTimeout(() => engine?.kill('SIGKILL'), 10_000)
  }

  const leave = (): void => {
    if (users.size === 0 && !held) stop()
  }

  const probe = (): void => {
    if (stopping || start === undefined) return
    const again = (): void => {
      setTimeout(probe, 10)
    }
    if (!output.includes(start.readyText)) return again()
    const request = http.get(
      { host: '127.0.0.1', port: start.port, path: '/', agent: false, timeout: 1000 },
      (answer) => {
        answer.resume()
        if (engine?.pid === undefined || engine.exitCode !== null || stopping || ready) return
        ready = true
        for (const user of users) say(user, { event: 'ready', pid: engine.pid, facts: start?.facts ?? {} })
      },
    )
    request.on('error', again)
    request.on('timeout', () => request.destroy())
  }

  const run = (message: KeeperStart): void => {
    start = message
    held = message.detached
    engine = spawn(message.command, [...message.args], { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    updateLocks((record) => {
      record['pid'] = engine?.pid
    })
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-4096)
    }
    engine.stdout?.on('data', keep)
    engine.stderr?.on('data', keep)
    engine.on('error', (error) => {
      output += error.message
      if (engine?.pid === undefined) finish(null, null)
    })
    // 'close' and not 'exit': by then everything it printed has been read.
    engine.on('close', finish)
    probe()
  }

  const handle = (socket: Socket, message: KeeperMessage): void => {
    if (message.token !== token) {
      socket.destroy()
    } else if (message.op === 'start') {
      users.add(socket)
      if (start === undefined) run(message)
    } else if (message.op === 'attach') {
      // A folder deleted under a running engine leaves it on files nobody can find: it must not be shared.
      if (stopping || (start?.dataLock !== undefined && !fs.existsSync(start.dataLock))) {
        say(socket, { event: 'gone' })
        leave()
        return
      }
      users.add(socket)
      held ||= message.detached
      if (ready && engine?.pid !== undefined)
        say(socket, { event: 'ready', pid: engine.pid, facts: start?.facts ?? {} })
    } else if (message.op === 'info') {
      say(socket, { event: 'info', ready, facts: start?.facts ?? {}, output })
    } else if (message.op === 'release') {
      users.delete(socket)
      leave()
      if (!stopping) say(socket, { event: 'released' })
    } else {
      stop()
    }
  }

  const server = createServer((socket) => {
    let buffered = ''
    owner ??= socket
    sockets.add(socket)
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      buffered += chunk
      const lines = buffered.split('\n')
      buffered = lines.pop() ?? ''
      try {
        for (const line of lines) handle(socket, JSON.parse(line) as KeeperMessage)
      } catch {
        socket.destroy()
      }
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      // Whoever started this one died before saying what to run.
      if (socket === owner && start === undefined) stop()
      else if (users.delete(socket)) leave()
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    const control = typeof address === 'object' && address !== null ? address.port : 0
    process.stdout.write(`${JSON.stringify({ control, token })}\n`)
  })
  setTimeout(() => {
    if (owner === undefined) process.exit(0)
  }, 15_000)
  process.stdout.on('error', () => undefined)
  // A container that shares the data folder cannot reach this server; it sees by the locks' times that it lives.
  setInterval(() => {
    const now = new Date()
    for (const path of start?.locks ?? []) fs.utimes(path, now, now, () => undefined)
  }, 5000)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
}
