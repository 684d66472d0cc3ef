import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EngineProgram } from '../engine/engine-program.js'

const DATA_FILE = 'data.dynoxide.sqlite'
const PLATFORMS: ReadonlySet<string> = new Set(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'])

/** The npm package that carries dynoxide for this machine; undefined where there is none. */
export function dynoxidePackage(platform: string = process.platform, arch: string = process.arch): string | undefined {
  const name = `${platform}-${arch}`
  return PLATFORMS.has(name) ? `@dynoxide/${name}` : undefined
}

/** dynoxide as installed beside this package or in the project; undefined when it is not there. */
export function findDynoxide(root: string = process.cwd()): EngineProgram | undefined {
  const name = dynoxidePackage()
  if (name === undefined) return undefined
  const file = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide'
  for (const from of [import.meta.url, pathToFileURL(join(root, 'package.json'))]) {
    try {
      return dynoxide(createRequire(from).resolve(`${name}/${file}`))
    } catch {
      // Not here: try the next place.
    }
  }
  return undefined
}

function dynoxide(command: string): EngineProgram {
  return {
    name: 'dynoxide',
    command,
    dataFile: DATA_FILE,
    dataTables: ['_config', '_tables'],
    readyText: 'listening on',
    // Regions and keys are one namespace in dynoxide, and it allows every origin: sharedDb and cors change nothing.
    arguments: ({ port, data }) => [
      'serve',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      ...(data === undefined ? [] : ['--db-path', join(data, DATA_FILE)]),
    ],
  }
}
