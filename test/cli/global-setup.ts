import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
// @ts-expect-error: a script in plain JavaScript
import { run } from '../../scripts/run.mjs'
import setupEngines from '../engines/global-setup.js'
import { home, installed, root } from './support.js'

/** Compiles the package once, to where the projects of the tests find it, and starts the engines. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  rmSync(home, { recursive: true, force: true })
  mkdirSync(installed, { recursive: true })
  cpSync(join(root, 'package.json'), join(installed, 'package.json'))
  // `npm run check` has looked at the types.
  const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck']
  const scriptsAlone = ['--declaration', 'false', '--isolatedDeclarations', 'false']
  const { ok, output } = (await run([...compiler, ...scriptsAlone, '--outDir', join(installed, 'dist')])) as {
    ok: boolean
    output: string
  }
  if (!ok) throw new Error(output)
  return setupEngines(project)
}
