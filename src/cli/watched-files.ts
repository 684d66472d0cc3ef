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

/** Paths whose stamps differ between two texts of `stampOf`. */
export function changedPaths(before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const differing = [...now.filter((line) => !old.includes(line)), ...old.filter((line) => !now.includes(line))]
  return [...new Set(differing.map((line) => line.split('\t')[0] as string))].sort()
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
  if (stats === undefined) return `${path}\t-`
  return `${path}\t${stats.isDirectory() ? '' : `${stats.mtimeMs} ${stats.size}`}`
}
