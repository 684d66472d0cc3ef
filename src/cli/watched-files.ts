import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What files are, in one text: another one when a file was written, came or went.
 *
 * @param paths files and folders, with what is below them; they need not be there
 */
export function stampOf(paths: readonly string[]): string {
  return paths.flatMap((path) => [path, ...below(path)].map(stamp)).join('\n')
}

function below(path: string): readonly string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.includes('node_modules'))
      .map((name) => join(path, name))
  } catch {
    // A file, or nothing.
    return []
  }
}

function stamp(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? `${path} -` : `${path} ${stats.isDirectory() ? '' : `${stats.mtimeMs} ${stats.size}`}`
}
