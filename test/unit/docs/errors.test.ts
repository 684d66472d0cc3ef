import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { DynamoDBToolingError } from '../../../src/kernel/index.js'
import { read, root, sources } from './sources.js'

/** Files that declare errors: `errors.ts` of a room or of a part of it, and `<concept>-errors.ts`. */
const declaring = sources.filter((path) => /[/-]errors\.ts$/.test(path))
const codes = new Map<string, string>()
const nextSteps = new Map<string, string>()
const classes = new Map<string, typeof DynamoDBToolingError>()
const repeated: string[] = []

beforeAll(async () => {
  for (const path of declaring) {
    const exported = (await import(pathToFileURL(join(root, path)).href)) as Record<string, unknown>
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value === 'function' && value.prototype instanceof DynamoDBToolingError)
        classes.set(name, value as typeof DynamoDBToolingError)
      if (!name.endsWith('_CODES')) continue
      for (const [code, nextStep] of Object.entries(value as Readonly<Record<string, string>>)) {
        if (codes.has(code)) repeated.push(code)
        codes.set(code, path)
        nextSteps.set(code, nextStep)
      }
    }
  }
})

/** The reference: one section a code. */
const sections = new Map(
  read('docs/errors.md')
    .split(/^### /m)
    .slice(1)
    .map((section): [string, string] => {
      const [heading = '', ...body] = section.split('\n')
      return [heading.replaceAll('`', '').trim(), body.join('\n')]
    }),
)

describe('the error reference', () => {
  it('finds the codes', () => {
    expect(codes.size).toBeGreaterThan(30)
  })

  it('has a section for every code', () => {
    expect([...codes.keys()].filter((code) => !sections.has(code))).toEqual([])
  })

  it('has no section for a code that is gone', () => {
    expect([...sections.keys()].filter((code) => !codes.has(code))).toEqual([])
  })

  it('says of each what it means, where it comes from and what to do', () => {
    const incomplete = [...sections].filter(([, body]) =>
      ['Meaning', 'Cause', 'Next step'].some(
        (part) => !new RegExp(`^- \\*\\*${part}\\*\\*: \\S.{10,}`, 'm').test(body),
      ),
    )
    expect(incomplete.map(([code]) => code)).toEqual([])
  })
})

describe('error codes', () => {
  it('are AREA.REASON, each declared once', () => {
    expect([...codes.keys()].filter((code) => !/^[A-Z]+\.[A-Z]+(?:_[A-Z]+)*$/.test(code))).toEqual([])
    expect(repeated).toEqual([])
  })

  it('each have a next step, which is the hint of errors that know no better one', () => {
    const hint = (code: string): string | undefined =>
      [...classes.values()].find(({ nextSteps: known }) => Object.hasOwn(known, code))?.nextSteps[code]
    for (const [code, nextStep] of nextSteps) expect([code, hint(code)]).toEqual([code, nextStep])
    expect([...nextSteps].filter(([, nextStep]) => !/^\S.{10,}[.)]$/.test(nextStep))).toEqual([])
    expect([...classes].filter(([, { nextSteps: known }]) => Object.keys(known).length === 0)).toEqual([])
    class Plain extends DynamoDBToolingError {
      static override readonly nextSteps = { 'A.B': 'Do this.' }
    }
    expect([new Plain('A.B', '').hint, new Plain('A.B', '', { hint: 'Do that.' }).hint]).toEqual([
      'Do this.',
      'Do that.',
    ])
  })

  it('are all raised somewhere', () => {
    const texts = new Map(sources.map((path) => [path, read(path)]))
    const raised = (code: string, declaredIn: string): boolean => {
      const quoted = `'${code}'`
      for (const [path, text] of texts) if (path !== declaredIn && text.includes(quoted)) return true
      const pattern = new RegExp(`(?:super|new \\w+)\\(\\s*'${code.replace('.', '\\.')}'`)
      return pattern.test(texts.get(declaredIn) ?? '')
    }
    expect([...codes].filter(([code, path]) => !raised(code, path)).map(([code]) => code)).toEqual([])
  })

  it('belong to classes that can be imported from the package', async () => {
    const all: Record<string, unknown> = await import('../../../src/index.js')
    // The tool prints its errors: no program ever catches one.
    classes.delete('CliError')
    expect([...classes].filter(([name, value]) => all[name] !== value).map(([name]) => name)).toEqual([])
  })
})
