import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Command } from '../command.js'
import { CliError } from '../errors.js'
import { projectFiles } from '../project-files.js'
import { writeNewFiles } from '../written-file.js'

const NEXT: readonly string[] = ['npm install', 'npm start', 'npx dbtooling access-patterns']

export const command: Command = {
  name: 'init',
  summary: 'Begin a project in this folder',
  json: '{ files: [name], next: [command line] }',
  examples: [
    [
      'init',
      'after npm install dynamodb-tooling: dynamodb.config.ts, two models and a program that uses them; overwrites nothing',
    ],
  ],
  async run(context) {
    const at = (name: string): string => join(context.cwd, name)
    const files = projectFiles(packageName(context.cwd), versions())
    const { 'package.json': own = '{}' } = files
    // `npm install dynamodb-tooling` came first: what is there stays.
    const merged = existsSync(at('package.json')) ? mergedPackage(at('package.json'), own) : undefined
    const wanted = Object.entries(files).filter(([name]) => !KEPT.includes(name) || !existsSync(at(name)))
    writeNewFiles(Object.fromEntries(wanted.map(([name, text]) => [at(name), text])))
    if (merged !== undefined) writeFileSync(at('package.json'), merged)
    const names = [...(merged === undefined ? [] : ['package.json']), ...wanted.map(([name]) => name)]
    context.output.result(
      { files: names, next: NEXT },
      `Wrote ${names.join(', ')}.\n\nNext:\n${NEXT.map((line) => `  ${line}`).join('\n')}`,
    )
  },
}

/** What may be there already. */
const KEPT: readonly string[] = ['package.json', '.gitignore', 'tsconfig.json']

type Package = Readonly<Record<string, unknown>>

/** A package.json with what it lacks of ours. @throws CliError `CLI.EXISTS` where it cannot be read */
function mergedPackage(file: string, ours: string): string {
  let there: Package
  try {
    there = JSON.parse(readFileSync(file, 'utf8')) as Package
  } catch (cause) {
    throw new CliError('CLI.EXISTS', `${file} is there, and is no JSON. Nothing was written.`, { cause })
  }
  const own = JSON.parse(ours) as Package
  const both = (part: string): object => ({ ...(own[part] as object), ...(there[part] as object | undefined) })
  const parts = {
    scripts: both('scripts'),
    dependencies: both('dependencies'),
    devDependencies: both('devDependencies'),
  }
  return `${JSON.stringify({ ...own, ...there, ...parts }, null, 2)}\n`
}

function packageName(folder: string): string {
  return (
    basename(folder)
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '') || 'app'
  )
}

/** This package, what it runs TypeScript with, and what the samples are type-checked with. */
function versions(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  const {
    version,
    dependencies,
    devDependencies = {},
  } = JSON.parse(text) as {
    readonly version: string
    readonly dependencies: Readonly<Record<string, string>>
    readonly devDependencies?: Readonly<Record<string, string>>
  }
  const tested = (name: string): string => (devDependencies[name] === undefined ? '*' : `^${devDependencies[name]}`)
  return {
    'dynamodb-tooling': `^${version}`,
    jiti: dependencies['jiti'] ?? '*',
    typescript: tested('typescript'),
    '@types/node': tested('@types/node'),
  }
}
