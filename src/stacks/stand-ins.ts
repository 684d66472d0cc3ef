import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ModelParserError } from './errors.js'
import { schemaStandIn } from './stand-in-schema.js'

/** Modules that Stacks models import, with what stands in for those that are not installed. */
const MODULES: Readonly<Record<string, () => Record<string, unknown>>> = {
  '@stacksjs/orm': () => ({ defineModel: sameAsGiven, defineModels: sameAsGiven }),
  '@stacksjs/validation': () => ({ schema: schemaStandIn, v: schemaStandIn, validator: schemaStandIn }),
  '@stacksjs/ts-validation': () => ({ schema: schemaStandIn, v: schemaStandIn }),
  '@stacksjs/types': () => ({}),
  'bun-query-builder': () => ({ defineModel: sameAsGiven, createModel: sameAsGiven, defineModels: sameAsGiven }),
}
/** Modules whose functions are called in factories, getters and setters: named here, they are missed when they are called. */
const LATER: readonly string[] = [
  '@stacksjs/faker',
  '@stacksjs/collections',
  '@stacksjs/strings',
  '@stacksjs/security',
  '@stacksjs/datetime',
  '@stacksjs/utils',
  '@stacksjs/arrays',
  '@stacksjs/objects',
  '@stacksjs/auth',
  '@stacksjs/config',
  '@stacksjs/env',
  '@stacksjs/path',
  '@stacksjs/storage',
  '@stacksjs/events',
  '@stacksjs/actions',
  '@stacksjs/database',
  '@stacksjs/logging',
  '@stacksjs/helpers',
  'ts-mocker',
  '@faker-js/faker',
]

/** Not ours to bring: a project has it or not. */
const RULES: string = '@stacksjs/ts-validation'

const sameAsGiven = (given: unknown): unknown => given

/** What stands in for the modules of Stacks that cannot be found from a folder. */
export function standInsAt(folder: string): Record<string, unknown> {
  const require = createRequire(join(folder, 'model.js'))
  const modules: Record<string, unknown> = {}
  for (const name of [...Object.keys(MODULES), ...LATER]) {
    if (isInstalled(require, name)) continue
    const make = MODULES[name]
    modules[name] = make === undefined ? missingModule(name) : (validationOf(require, name) ?? make())
  }
  return modules
}

/** `@stacksjs/validation` is `@stacksjs/ts-validation` under another name; that one may be there. */
function validationOf(require: NodeJS.Require, name: string): Record<string, unknown> | undefined {
  if (name !== '@stacksjs/validation') return undefined
  try {
    return { ...(require(RULES) as Record<string, unknown>) }
  } catch {
    return undefined
  }
}

function isInstalled(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name)
    return true
  } catch (error) {
    // A package for `import` alone is there, too.
    return (error as { code?: unknown }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
  }
}

/** Any member of it is a function, and object, that says what is missing once it is used. */
function missingModule(name: string): object {
  const missing = (path: string): object =>
    new Proxy(() => undefined, {
      get(_, member) {
        if (typeof member === 'symbol' || member === 'then') return undefined
        return missing(`${path}.${member}`)
      },
      apply() {
        throw new ModelParserError(
          'PARSER.MISSING_MODULE',
          `${path} is called, and ${name} is not installed where the models are.`,
        )
      },
      construct() {
        throw new ModelParserError(
          'PARSER.MISSING_MODULE',
          `${path} is made, and ${name} is not installed where the models are.`,
        )
      },
    })
  return new Proxy(
    {},
    {
      get(_, member) {
        if (typeof member === 'symbol' || member === 'then') return undefined
        return member === '__esModule' ? true : missing(member)
      },
      has: (_, member) => typeof member === 'string',
    },
  )
}
