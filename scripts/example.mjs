// `npm run example`: compiles the package and runs examples/blog/main.ts against it, as a user's program would.
// `npm run example -- name` runs another folder of examples/.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

const examples = join(root, 'examples')
const names = readdirSync(examples).filter((name) => existsSync(join(examples, name, 'main.ts')))
const name = process.argv[2] ?? 'blog'

if (names.includes(name)) {
  console.log('Compiling the package first: a few seconds …')
  await import('./build.mjs')
  if (process.exitCode === undefined) {
    // In the example's own folder, where its dynamodb.config.ts is.
    const child = spawn(process.execPath, ['--import', 'jiti/register', 'main.ts', ...process.argv.slice(3)], {
      cwd: join(examples, name),
      stdio: 'inherit',
      // The package itself is plain JavaScript and runs as it is; only the example is transpiled.
      env: { ...process.env, JITI_NATIVE_MODULES: '["dynamodb-tooling"]' },
    })
    child.on('exit', (code) => {
      process.exitCode = code ?? 1
    })
  }
} else {
  console.error(`There is no example ${name}; there are: ${names.join(', ')}.`)
  process.exitCode = 1
}
