import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const FOLDER = '.dynamodb'

/** Where `env:switch` keeps its choice: beside the config file, out of sight of git. */
export const switchFile = (configFile: string): string => join(dirname(configFile), FOLDER, 'env')

/** The environment that `env:switch` chose for this config. Programs do not read it: it is the tool's alone. */
export function switchedEnvironment(configFile: string | undefined): string | undefined {
  if (configFile === undefined || !existsSync(switchFile(configFile))) return undefined
  return readFileSync(switchFile(configFile), 'utf8').trim() || undefined
}

/** Keeps the choice; undefined goes back to the config as it stands. */
export function switchEnvironment(configFile: string, name: string | undefined): void {
  const file = switchFile(configFile)
  if (name === undefined) return rmSync(file, { force: true })
  const made = mkdirSync(dirname(file), { recursive: true })
  if (made !== undefined) writeFileSync(join(dirname(file), '.gitignore'), '*\n')
  writeFileSync(file, `${name}\n`)
}
