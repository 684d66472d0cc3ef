#!/usr/bin/env node
import { runTool } from './run-tool.js'

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.stderr.on('error', () => undefined)

// Warnings as the tool writes them; those about Node itself are of no use here.
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`warning: ${warning.message}\n`)
})

const code = await runTool(process.argv.slice(2))
// What a model file left open must not keep the tool; what was written must be out before it ends.
process.exitCode = code
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
