import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, inject } from 'vitest'
import type { EngineLane } from '../engines/support.js'

export const root: string = fileURLToPath(new URL('../../', import.meta.url))
/** The folder of the projects of these tests, with the compiled package in its node_modules. */
export const home: string = join(root, '.tmp/cli')
export const installed: string = join(home, 'node_modules/dynamodb-tooling')
export const main: string = join(installed, 'dist/cli/main.js')

/** What a run of the tool ended with. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** stdout as JSON. */
  readonly json: any
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
}

/** Starts the tool, as a process of its own without a terminal. */
export function startTool(
  args: readonly string[],
  { cwd = home, env = {} }: RunOptions = {},
): ChildProcessWithoutNullStreams {
  const own = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_|^NODE_OPTIONS$|^VITEST|^(?:AWS|DYNAMODB)_|^FORCE_COLOR$/.test(name),
    ),
  )
  return spawn(process.execPath, [main, ...args], { cwd, env: { ...own, ...env } })
}

/** Runs the tool and waits for it. */
export async function tool(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = startTool(args, options)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.end(options.input ?? '')
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  return {
    code,
    stdout,
    stderr,
    get json() {
      return JSON.parse(stdout)
    },
  }
}

/** A folder with these files, which finds the compiled package. */
export class Project {
  readonly folder: string

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(home, { recursive: true })
    this.folder = mkdtempSync(join(home, 'project-'))
    this.write('package.json', '{ "private": true, "type": "module" }')
    for (const [name, text] of Object.entries(files)) this.write(name, text)
  }

  write(name: string, text: string): void {
    const file = join(this.folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** Runs the tool in it. */
  tool(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return tool(args, { cwd: this.folder, ...options })
  }

  removeFile(name: string): void {
    rmSync(join(this.folder, name))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The engines of this run. */
export function engineNames(): readonly EngineLane['name'][] {
  return (['dynoxide', 'dynamodb-local'] as const).filter((name) => inject('enginePorts')[name] !== undefined)
}

/** `describe` once for each engine of this run; the engine is reached as any endpoint is. */
export function describeEngines(
  title: string,
  body: (lane: Pick<EngineLane, 'name' | 'endpoint' | 'port'>) => void,
): void {
  for (const name of ['dynoxide', 'dynamodb-local'] as const) {
    const port = inject('enginePorts')[name]
    if (port === undefined) continue
    describe(`${title} (${name})`, () => {
      body({ name, port, endpoint: `http://127.0.0.1:${port}` })
    })
  }
}

/** A config for an engine that runs: `extra` is more of its JSON. */
export function configOf(endpoint: string, table: string, extra: object = {}): string {
  const config = {
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    defaultTableName: table,
    ...extra,
  }
  return JSON.stringify(config)
}

/** Waits for text on a stream of a process. */
export async function textOf(stream: Readable, wanted: RegExp): Promise<string> {
  let seen = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    seen += chunk.toString('utf8')
    if (wanted.test(seen)) return seen
  }
  throw new Error(`It ended after: ${seen}`)
}
