import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { CONTENT } from './fixtures/stacks-content.js'
import { SHOP } from './fixtures/stacks-shop.js'

/** The forms that files of Stacks models have, in turn. */
const FORMS: readonly ((name: string, table: string, body: string) => string)[] = [
  (name, table, body) => `import { defineModel } from '@stacksjs/orm'
import { schema } from '@stacksjs/validation'

export default defineModel({
    name: '${name}',${table}
    primaryKey: 'id',
    autoIncrement: true,${body}
} as const)
`,
  (name, table, body) => `import type { Model } from '@stacksjs/types'
import { schema } from '@stacksjs/validation'

export default {
    name: '${name}',${table}${body}
} satisfies Model
`,
  (_, __, body) => `import type { Model } from '@stacksjs/types'
import { collect } from '@stacksjs/collections'
import { faker } from '@stacksjs/faker'
import { schema } from '@stacksjs/validation'

const pick = (): unknown => collect(faker.lorem.words(3)).random()

export default {${body.replace('attributes: {', 'attributes: { ')}
    description: pick.name,
} satisfies Model
`,
]

/** Writes a project of more than 60 Stacks models into a folder of its own, and says where. */
export function writeStacksModels(): { readonly folder: string; readonly names: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'stacks-models-'))
  const files = Object.entries({ ...SHOP, ...CONTENT })
  const names = files.map(([file, body], index) => {
    const name = basename(file, '.ts')
    const form = FORMS[/primaryKey|table:/.test(body) ? 1 : index % FORMS.length] as (typeof FORMS)[number]
    const table = body.includes('table:') ? '' : `\n    table: '${name.toLowerCase()}s',`
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    writeFileSync(join(folder, file), form(name, table, body))
    return name
  })
  return { folder, names }
}
