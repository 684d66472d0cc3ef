import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Jiti } from 'jiti'

const require = createRequire(import.meta.url)
let runs = 0

/** What a config file exports, run now; a file with a top-level await cannot be. `again`: it ran before, and changed. */
export function runConfigFileSync(file: string, again = false): unknown {
  if (extname(file) === '.json') return readJson(file)
  // Node keeps what it ran for as long as it runs: CommonJS can be taken out of its cache, ESM goes around it.
  delete require.cache[file]
  if (again || !runsNatively(file)) return jiti(require('jiti'))(file)
  try {
    return require(file)
  } catch (error) {
    if (!isBeyondNative(file, error)) throw error
    return jiti(require('jiti'))(file)
  }
}

/** What a config file exports. `again`: it ran before, and changed. */
export async function runConfigFile(file: string, again = false): Promise<unknown> {
  if (extname(file) === '.json') return readJson(file)
  if (!runsNatively(file)) return await jiti(await import('jiti')).import(file)
  try {
    delete require.cache[file]
    const url = pathToFileURL(file)
    // The key of Node's cache is the whole URL.
    if (again) url.searchParams.set('again', String(runs++))
    return await import(/* @vite-ignore */ url.href)
  } catch (error) {
    if (!isBeyondNative(file, error)) throw error
    return await jiti(await import('jiti')).import(file)
  }
}

function jiti({ createJiti }: typeof import('jiti')): Jiti {
  return createJiti(import.meta.url, {
    // Nothing is kept between runs: not on disk, where a cache would turn up in the project, and not in memory.
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    // A second copy of this package would keep what the config registers with it to itself.
    nativeModules: ['dynamodb-tooling'],
  })
}

/** JSON has no modules: parsed here, `__proto__` stays a key like any other and is refused as one. */
function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8')) as unknown
}

const isTypeScript = (file: string): boolean => /\.m?ts$/.test(file)

/** True where this runtime can run the file itself: any JavaScript, and TypeScript on newer Node and on Bun. */
function runsNatively(file: string): boolean {
  return !isTypeScript(file) || 'bun' in process.versions || Boolean(Reflect.get(process.features, 'typescript'))
}

/** True for TypeScript that is right but that Node does not run: enums, and imports without a file's real extension. */
function isBeyondNative(file: string, error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return isTypeScript(file) && BEYOND_NATIVE.has(String(code))
}

const BEYOND_NATIVE = new Set([
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNKNOWN_FILE_EXTENSION',
])
