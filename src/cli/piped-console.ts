import { createInterface } from 'node:readline'
import { type REPLServer, Recoverable } from 'node:repl'
import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'

/**
 * Gives the lines of stdin to a console, each when the one before has ended: Node's own would begin a line while an
 * earlier one still waits. `input` is what the console reads.
 *
 * @returns how many statements failed; one that the input breaks off counts
 */
export async function feedLines(server: REPLServer, input: PassThrough, signal: AbortSignal): Promise<number> {
  let failed = 0
  let answered = true
  let complete = true
  const evaluate = server.eval
  Reflect.set(server, 'eval', (...[code, scope, file, done]: Parameters<typeof evaluate>) => {
    answered = false
    complete = true
    evaluate.call(server, code, scope, file, (error, result) => {
      answered = true
      if (error instanceof Recoverable) complete = false
      else if (error !== null) failed += 1
      done(error, result)
    })
  })
  for await (const line of createInterface({ input: process.stdin, signal })) {
    const ready = new Promise<void>((resolve) => {
      // The console asks for the next line after every statement, failed ones too.
      Reflect.set(server, 'displayPrompt', () => resolve())
    })
    input.write(`${line}\n`)
    await ready
    await setImmediate()
    // What throws without waiting for anything never comes back to the function above.
    if (!answered) failed += 1
    answered = true
  }
  return complete ? failed : failed + 1
}
