import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../', import.meta.url))

/**
 * Runs a program of this repository and waits for it. It gets no input, and everything it writes is kept.
 *
 * @param {readonly string[]} command a path in node_modules (or a file of ours) and its arguments; Node runs it
 * @param {{ timeout?: number, env?: NodeJS.ProcessEnv }} [options] timeout in milliseconds
 * @returns {Promise<{ ok: boolean, output: string, seconds: number }>}
 */
export function run([program, ...args], { timeout = 300_000, env = process.env } = {}) {
  const start = performance.now()
  const seconds = () => Math.round((performance.now() - start) / 100) / 10
  return new Promise((done) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (text) => {
      output += text
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    const timer = setTimeout(() => {
      output += `\nended after ${timeout / 1000} s without an answer\n`
      child.kill('SIGKILL')
    }, timeout)
    child.on('error', (error) => {
      output += `\n${error.message}\n`
    })
    const finish = () => {
      clearTimeout(timer)
      child.stdout.destroy()
      child.stderr.destroy()
      done({ ok: child.exitCode === 0, output, seconds: seconds() })
    }
    child.on('close', finish)
    // A process left behind may hold the pipes open for as long as it likes.
    child.on('exit', () => setTimeout(finish, 2000))
  })
}

/**
 * Runs the jobs, at most `width` at a time, and gives their answers in the order of the jobs.
 *
 * @template T
 * @param {readonly (() => Promise<T>)[]} jobs
 * @param {number} width
 * @returns {Promise<T[]>}
 */
export async function inParallel(jobs, width) {
  const answers = []
  const waiting = [...jobs.entries()]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) answers[next[0]] = await next[1]()
  }
  await Promise.all(Array.from({ length: width }, worker))
  return answers
}
