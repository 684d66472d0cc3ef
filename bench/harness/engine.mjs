import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const requireFromRoot = createRequire(new URL('../../package.json', import.meta.url))

async function freePort() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

function binary() {
  const name = `@dynoxide/${process.platform}-${process.arch}`
  try {
    const path = requireFromRoot.resolve(`${name}/dynoxide`)
    if ((statSync(path).mode & 0o111) === 0) chmodSync(path, 0o755)
    return path
  } catch (cause) {
    throw new Error(`The embedded engine ${name} is not installed: run npm ci in the root, or pass --endpoint`, {
      cause,
    })
  }
}

/** Starts dynoxide in memory on a free loopback port; resolves when it answers. `stop()` ends exactly that process. */
export async function startEngine() {
  const port = await freePort()
  const child = spawn(binary(), ['--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-4000)
  })
  const kill = () => child.kill('SIGKILL')
  const interrupted = () => process.exit(130)
  process.on('exit', kill)
  process.on('SIGINT', interrupted)
  process.on('SIGTERM', interrupted)
  const endpoint = `http://127.0.0.1:${port}`
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null) throw new Error(`the engine ended with code ${child.exitCode}: ${stderr}`)
    try {
      if ((await fetch(endpoint)).ok) break
    } catch (error) {
      if (attempt === 200) throw new Error(`the engine does not answer: ${stderr}`, { cause: error })
    }
    await sleep(10)
  }
  return {
    endpoint,
    async stop() {
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await Promise.race([exited, sleep(2000).then(kill)])
      process.off('exit', kill)
      process.off('SIGINT', interrupted)
      process.off('SIGTERM', interrupted)
    },
  }
}
