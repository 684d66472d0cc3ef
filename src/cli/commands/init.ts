import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Command } from '../command.js'
import { projectFiles } from '../project-files.js'
import { writeNewFiles } from '../written-file.js'

const NEXT: readonly string[] = ['npm install', 'npm start', 'npx dbtooling access-patterns']

export const command: Command = {
  name: 'init',
  summary: 'Begin a project in this folder',
  json: '{ files: [name], next: [command line] }',
  examples: [['init', 'package.json, dynamodb.config.ts, two models and a program that uses them; overwrites nothing']],
  async run(context) {
    const files = projectFiles(packageName(context.cwd), versions())
    // Whose git rules are there keeps them.
    const wanted = Object.entries(files).filter(
      ([name]) => name !== '.gitignore' || !existsSync(join(context.cwd, name)),
    )
    writeNewFiles(Object.fromEntries(wanted.map(([name, text]) => [join(context.cwd, name), text])))
    const names = wanted.map(([name]) => name)
    context.output.result(
      { files: names, next: NEXT },
      `Wrote ${names.join(', ')}.\n\nNext:\n${NEXT.map((line) => `  ${line}`).join('\n')}`,
    )
  },
}

function packageName(folder: string): string {
  return (
    basename(folder)
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '') || 'app'
  )
}

/** This package, and what it runs TypeScript with. */
function versions(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  const { version, dependencies } = JSON.parse(text) as { version: string; dependencies: Record<string, string> }
  return { 'dynamodb-tooling': `^${version}`, jiti: dependencies['jiti'] ?? '*' }
}
