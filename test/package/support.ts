import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
export const root: string = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a program in a folder and gives what it wrote; rejects with that text when it fails. */
export async function run(cwd: string, program: string, ...args: readonly string[]): Promise<string> {
  // The settings of the `npm test` around it are not the business of a program run by a test.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_OPTIONS$|^VITEST/.test(name)),
  )
  try {
    const { stdout, stderr } = await execute(program, args, { cwd, env, maxBuffer: 2 ** 26, timeout: 240_000 })
    return stdout + stderr
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}

export const node = (cwd: string, ...args: readonly string[]): Promise<string> => run(cwd, process.execPath, ...args)

/** Runs a tool of this repository in another folder. */
export const tool = (cwd: string, file: string, ...args: readonly string[]): Promise<string> =>
  node(cwd, join(root, 'node_modules', file), ...args)

/** A project of somebody who installed the packed package, and nothing else. */
export interface Project {
  readonly folder: string
  readonly tarball: string
  /** The installed package. */
  readonly installed: string
  write(name: string, text: string): string
  remove(): void
}

export async function installPacked(): Promise<Project> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dynamodb-tooling-package-')))
  const write = (name: string, text: string): string => {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  await run(root, 'npm', 'pack', '--pack-destination', folder)
  const packed = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (packed === undefined) throw new Error('npm pack wrote no tarball')
  write('package.json', '{ "name": "somebody", "private": true, "type": "module" }')
  await run(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${packed}`)
  return {
    folder,
    tarball: join(folder, packed),
    installed: join(folder, 'node_modules/dynamodb-tooling'),
    write,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
