import { describe, expect, it } from 'vitest'
import { CONFIG_RULES, type Group } from '../../../src/runtime/config-rules.js'
import { localKeyRing } from '../../../src/runtime/index.js'
import { resolveConfig } from '../../../src/runtime/resolve-config.js'
import { read, sources } from './sources.js'

const text = read('docs/configuration.md')
/** Rows of the option tables: path and default, as written. */
const documented = new Map(
  [...text.matchAll(/^\| `([\w.]+)` \| (.+?) \| (.+?) \|/gm)].map(([, path = '', , standard = '']) => [path, standard]),
)

function pathsOf(group: Group, prefix = ''): readonly string[] {
  return Object.entries(group.options as Record<string, { kind: string }>).flatMap(([name, rule]) =>
    rule.kind === 'group' ? pathsOf(rule as Group, `${prefix}${name}.`) : [`${prefix}${name}`],
  )
}

describe('the configuration page', () => {
  it('has a row for every option, and for nothing else', () => {
    expect([...documented.keys()].sort()).toEqual([...pathsOf(CONFIG_RULES)].sort())
  })

  it('gives the defaults that hold', () => {
    const config = resolveConfig(
      { tenancy: {}, encryption: { keys: localKeyRing({ current: 'a', keys: { a: new Uint8Array(32) } }) } },
      { env: {} },
    )
    // What depends on other options, or on the folder, is told in words.
    const inWords = new Set([
      'driver',
      'encryption.boundTo',
      'encryption.keys',
      'driverOptions',
      'local.dbPath',
      'queryBuilder.scans',
      'queryBuilder.designCheck',
      'queryBuilder.lazyLoading',
      'schema',
      'environments',
      'maxRetries',
      'migrations.path',
      'seeders.factories',
      'seeders.path',
    ])
    for (const [path, standard] of documented) {
      if (inWords.has(path)) continue
      const value = path.split('.').reduce<unknown>((part, name) => Reflect.get(Object(part), name), config)
      expect(`${path}: ${standard}`).toBe(`${path}: ${value === undefined ? 'none' : `\`${JSON.stringify(value)}\``}`)
    }
  })

  it('names every environment variable that is read', () => {
    const variables = sources
      .filter((path) => path.startsWith('src/runtime/') || path.startsWith('src/config/'))
      .flatMap((path) => [...read(path).matchAll(/'((?:AWS|DYNAMODB)_[A-Z_]+)'/g)].map(([, name = '']) => name))
    expect(variables.length).toBeGreaterThan(8)
    expect(variables.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })
})
