import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import type { OptionSpec } from './command.js'
import type { CommandContext } from './context.js'
import { CliError } from './errors.js'

/** The option of commands whose result may go to a file. */
export const OUTPUT_OPTION: OptionSpec = {
  flags: '--output <file>',
  description: 'write it to a file, over what is there',
}

/** Prints a text, or writes it to the file that was named. */
export function writeOutput(context: CommandContext, facts: object, text: string, file: string | undefined): void {
  if (file === undefined) {
    context.output.result({ ...facts, file: null, text }, text)
    return
  }
  const path = resolve(context.cwd, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text.endsWith('\n') ? text : `${text}\n`)
  context.output.result({ ...facts, file: path, text: null }, `Wrote ${relative(context.cwd, path)}.`)
}

/**
 * Writes files that are not there yet: all of them or none.
 *
 * @param files text by path
 * @throws CliError `CLI.EXISTS` naming those that are there
 */
export function writeNewFiles(files: Readonly<Record<string, string>>): void {
  const there = Object.keys(files).filter((path) => existsSync(path))
  if (there.length > 0)
    throw new CliError('CLI.EXISTS', `There is ${there.join(', ')} already. Nothing was written.`, {
      details: { files: there },
    })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { flag: 'wx' })
  }
}
