import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { ModelParserError } from './errors.js'
import { standInsAt } from './stand-ins.js'

const MODEL_FILE = /(?<!\.d|\.test|\.spec)\.(?:ts|mts|js|mjs|cjs)$/

/** Gives what a file exports. */
export type RunFile = (file: string) => unknown

/** The files of a folder and its subfolders that may hold models, in the order of their names. */
export function modelFiles(folder: string): readonly string[] {
  const path = resolve(folder)
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((file) => MODEL_FILE.test(file) && !/(?:^|[/\\])(?:node_modules|\.[^/\\]+)[/\\]/.test(file))
      .sort()
      .map((file) => join(path, file))
  } catch (cause) {
    throw new ModelParserError('PARSER.UNREADABLE', `The models folder ${path} cannot be read.`, { cause })
  }
}

/**
 * Runs TypeScript and JavaScript files; those that import each other see the same objects. Modules of Stacks that are not
 * installed where the files are stand in for themselves.
 */
export function runnerOf(path: string): RunFile {
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti')
  const place = resolve(path)
  const folder = isFolder(place) ? place : dirname(place)
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    nativeModules: ['dynamodb-tooling'],
    virtualModules: standInsAt(folder),
  })
  return (file) => {
    const at = resolve(file)
    try {
      return jiti(at)
    } catch (cause) {
      if (cause instanceof ModelParserError) throw cause
      throw new ModelParserError('PARSER.UNREADABLE', `The model file ${at} cannot be run: ${reasonOf(cause)}`, {
        cause,
        hint: 'The stack of error.cause names the line.',
      })
    }
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return text.slice(0, 300)
}
