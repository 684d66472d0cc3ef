import type { ResolvedConfig } from '../../runtime/index.js'
import type { Command } from '../command.js'
import { textTable } from '../text-table.js'

export const command: Command = {
  name: 'env:diff',
  summary: 'Show where two environments differ',
  arguments: [
    { name: 'a', description: 'an environment of the config' },
    { name: 'b', description: 'another one' },
  ],
  json: '{ a, b, differences: [{ option, a, b }] }',
  examples: [['env:diff staging live', 'every option that is not the same in both; secrets are not shown']],
  async run(context, [a = '', b = '']) {
    const first = optionsOf(await context.configOf(a))
    const second = optionsOf(await context.configOf(b))
    const names = [...new Set([...first.keys(), ...second.keys()])].sort()
    const differences = names
      .filter((option) => JSON.stringify(first.get(option)) !== JSON.stringify(second.get(option)))
      .map((option) => ({ option, a: shown(option, first.get(option)), b: shown(option, second.get(option)) }))
    context.output.result({ a, b, differences }, () =>
      differences.length === 0
        ? `${a} and ${b} are the same.`
        : textTable(
            ['Option', a, b],
            differences.map((each) => [each.option, each.a, each.b]),
          ),
    )
  },
}

/** Options of these are no one's business but the driver's. */
const SECRET = /^(?:credentials|driverOptions|queryBuilder\.cursorSecret)/

function shown(option: string, value: unknown): unknown {
  if (value === undefined) return null
  return SECRET.test(option) ? '[secret]' : value
}

/** Every option that has a value, by its path. */
function optionsOf(config: ResolvedConfig): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>()
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && isPlain(value))
      for (const [name, each] of Object.entries(value)) walk(each, path === '' ? name : `${path}.${name}`)
    else if (value !== undefined) found.set(path, typeof value === 'function' ? '[function]' : value)
  }
  const { environment: _, environments: __, file: ___, root: ____, ...options } = config
  walk(options, '')
  return found
}

const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype
