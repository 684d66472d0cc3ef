import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { standInsAt } from '../stacks/index.js'

const MODULE_FILE = /(?<!\.d)\.(?:ts|mts|js|mjs|cjs)$/

/** The files of a folder and its subfolders that can be run, sorted. @throws what reading a folder throws */
export function modulesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => MODULE_FILE.test(file) && !file.includes('node_modules'))
    .sort()
    .map((file) => join(folder, file))
}

/**
 * Runs files of a project, and gives what each exports. Files that import each other, and those of a later call, see the same
 * classes.
 */
export function projectRunner(): (file: string) => readonly unknown[] {
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti')
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    nativeModules: ['dynamodb-tooling'],
    // Such a file may import a Stacks model.
    virtualModules: standInsAt(process.cwd()),
  })
  return (file) => {
    const exported: unknown = jiti(file)
    return typeof exported === 'object' && exported !== null ? [...new Set(Object.values(exported))] : [exported]
  }
}
