// How long TypeScript takes for 20 models of 12 attributes and their typical calls: node bench/types/check.mjs
// The package is checked as users have it: through the declarations of dist/ (npm run build).
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = process.argv[2] ?? join(root, 'dist')
const MODELS = 20
const names = Array.from({ length: MODELS }, (_, i) => `Model${i}`)

const model = (name, i) => `
export class ${name} extends DynamoDBModel {
  static timestamps = true
  static softDeletes = true
  attributes = {
    id: { type: 'string', required: true },
    ownerId: { type: 'string', required: true },
    email${i}: { type: 'string', required: true, unique: true },
    name: { type: 'string', required: true, maxLength: 100 },
    age${i}: { type: 'number', min: 0 },
    status: { type: 'string', enum: ['draft', 'open', 'done${i}'], default: 'draft' },
    score${i}: { type: 'number', default: 0 },
    active: { type: 'boolean', default: true },
    born: { type: 'date' },
    tags: { type: 'set', set: 'string' },
    address: { type: 'map' },
    total: { type: 'decimal' },
  } as const
  relationships = {
    children: { type: 'hasMany', model: () => ${names[(i + 1) % MODELS]}, foreignKey: 'ownerId' },
    owner: { type: 'belongsTo', model: () => ${names[(i + MODELS - 1) % MODELS]}, foreignKey: 'ownerId' },
  } as const
}`

const calls = (name, i) => `
export async function use${name}(): Promise<unknown> {
  const made = await ${name}.create({ ownerId: '1', email${i}: 'a@example.com', name: 'Ada', tags: new Set(['a']) })
  await made.update({ age${i}: 36, status: 'open' })
  const found = await ${name}.find(made.id)
  const certain = await ${name}.findOrFail('1')
  const rows = await ${name}.query()
    .where('age${i}', '>=', 18).where('status', 'in', ['draft', 'open']).where({ active: true, name: 'Ada' })
    .where('address.city', 'Paris').orderBy('createdAt', 'desc').limit(10).get()
  const short = await ${name}.query().whereBetween('score${i}', 1, 5).select('name', 'age${i}').get()
  const loaded = await ${name}.query().where('email${i}', 'begins_with', 'a').with('children', 'owner').first()
  const page = await ${name}.query().cursorPaginate(null, 20)
  certain.status = 'open'
  await certain.save()
  return [found?.born?.getTime(), rows[0]?.createdAt, short[0]?.name, loaded?.children[0]?.name, loaded?.owner?.name,
    page.data.map((row) => row.total)]
}`

const FILES = {
  'the package alone': `import { DynamoDBModel } from 'dynamodb-tooling'\nexport class None extends DynamoDBModel {}\n`,
  '20 models and their calls': `import { DynamoDBModel } from 'dynamodb-tooling'\n${names.map(model).join('\n')}\n${names.map(calls).join('\n')}\n`,
}

const folder = mkdtempSync(join(root, 'bench/types/run-'))
try {
  for (const [what, text] of Object.entries(FILES)) {
    writeFileSync(join(folder, 'generated.ts'), text)
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: { paths: { 'dynamodb-tooling': [join(dist, 'index.d.ts')] } },
        include: ['generated.ts'],
        exclude: [],
      }),
    )
    for (const compiler of ['typescript', 'typescript7']) {
      const tsc = join(root, 'node_modules', compiler, 'bin/tsc')
      const args = [tsc, '--noEmit', '--extendedDiagnostics', '-p', folder]
      const output = execFileSync(process.execPath, args, { encoding: 'utf8' })
      const figure = (name) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(output)?.[1]
      console.log(
        `${what.padEnd(26)} ${compiler.padEnd(12)} check ${figure('Check time')}, total ${figure('Total time')}, ` +
          `${figure('Instantiations')} instantiations, ${figure('Types')} types`,
      )
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
