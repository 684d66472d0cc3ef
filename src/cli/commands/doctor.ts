import type { Command } from '../command.js'
import { EXIT } from '../exit-code.js'
import { type Finding, healthChecks } from '../health-checks.js'

export const command: Command = {
  name: 'doctor',
  summary: 'Check what the project needs to run',
  json: '{ healthy, checks: [{ check, state, message, fix }] }; state is ok, warning, failed or skipped',
  examples: [['doctor', 'Node, config, engine, credentials, clock, table and models, each with its fix']],
  async run(context) {
    const checks: Finding[] = []
    for (const check of healthChecks(context)) {
      context.signal.throwIfAborted()
      const stopped = checks.find(({ state }) => state === 'failed')
      checks.push(
        stopped === undefined || !check.needsOthers
          ? await check.run()
          : { check: check.name, state: 'skipped', message: `needs: ${stopped.check}`, fix: null },
      )
    }
    const healthy = checks.every(({ state }) => state !== 'failed')
    context.output.result({ healthy, checks }, () =>
      checks
        .map(
          ({ check, state, message, fix }) =>
            `${state.padEnd(8)} ${check}: ${message}${fix === null ? '' : `\n         ${fix}`}`,
        )
        .join('\n'),
    )
    return healthy ? EXIT.ok : EXIT.failed
  },
}
