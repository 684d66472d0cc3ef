import { basename, extname, resolve } from 'node:path'
import { DynamoDBModel, defineModel, type ModelClass } from '../model/index.js'
import { entitySchemaOf } from '../schema/index.js'
import { ModelParserError } from './errors.js'
import { modelFiles, type RunFile, runnerOf } from './model-files.js'
import { keysNeededBy, readStacksModel, type StacksMetadata } from './read-stacks-model.js'
import { isStacksDefinition, type KnownModels, type StacksDefinition } from './stacks-definition.js'
import type { NeededKey } from './stacks-relations.js'
import type { StacksModel } from './stacks-types.js'

/** A model that was found. */
export interface ParsedModel {
  readonly name: string
  readonly model: ModelClass
  /** Written as a Stacks definition, or as a class. */
  readonly kind: 'stacks' | 'class'
  /** The file it was found in, as an absolute path. */
  readonly file: string
  /** What is kept and not acted on, in sentences. */
  readonly notes: readonly string[]
}
/** A file, or a model in one, that cannot be read. */
export interface ParseFault {
  readonly file: string
  /** The model, where it has a name. */
  readonly model: string | undefined
  readonly error: Error
}
export interface ParsedModels {
  readonly models: readonly ParsedModel[]
  readonly faults: readonly ParseFault[]
  /** Files without a model. */
  readonly others: readonly string[]
}

interface Parser {
  /**
   * The model of one definition, with the types that its rules say.
   *
   * @example
   * const Post = ModelParser.parse({ name: 'Post', attributes: { title: { validation: { rule: schema.string() } } } } as const)
   * await Post.create({ title: 'Hello' })
   * @throws ModelParserError `PARSER.INVALID_MODEL`; SchemaError for what no model may be
   */
  parse<const D extends StacksDefinition>(definition: D): StacksModel<D>
  /**
   * The models of one file. A file that cannot be read is among the `faults`.
   *
   * @example
   * const { models, faults } = ModelParser.parseFile('app/Models/Post.ts')
   */
  parseFile(file: string): ParsedModels
  /**
   * The models of a folder and its subfolders, those that are classes too. Files that cannot be read are among the `faults`.
   *
   * @example
   * const { models, faults } = ModelParser.parseDirectory('app/Models')
   * @throws ModelParserError `PARSER.UNREADABLE` for a folder that is not there
   */
  parseDirectory(folder: string): ParsedModels
  /**
   * What a Stacks model says besides what this package acts on; undefined for other models.
   *
   * @example
   * ModelParser.describe(Post)?.seeder?.count // 10
   */
  describe(model: ModelClass): StacksMetadata | undefined
}

/**
 * Reads Stacks models: one definition, a file, or a folder with its subfolders. What comes out are ordinary models.
 *
 * @example
 * const { models, faults } = ModelParser.parseDirectory('app/Models')
 * registerModels(models.map(({ model }) => model))
 */
export const ModelParser: Parser = Object.freeze({
  parse<const D extends StacksDefinition>(definition: D): StacksModel<D> {
    const source = definitionIn(definition)
    if (source === undefined)
      throw new ModelParserError('PARSER.INVALID_MODEL', 'That is no definition of a model.', {
        hint: "Write { name: 'Post', attributes: { title: { validation: { rule: schema.string() } } } }.",
      })
    return modelOf(source, new Map([[String(source.name), source]]), []) as unknown as StacksModel<D>
  },
  parseFile: (file: string): ParsedModels => parseFiles([resolve(file)], runnerOf(file)),
  parseDirectory: (folder: string): ParsedModels => parseFiles(modelFiles(folder), runnerOf(folder)),
  describe(model: ModelClass): StacksMetadata | undefined {
    const { metadata } = entitySchemaOf(model).definition
    return metadata?.['stacks'] as StacksMetadata | undefined
  },
})

interface Draft {
  readonly file: string
  readonly source: StacksDefinition
}

function parseFiles(files: readonly string[], run: RunFile): ParsedModels {
  const models: ParsedModel[] = []
  const faults: ParseFault[] = []
  const others: string[] = []
  const drafts: Draft[] = []
  const seen = new Set<unknown>()
  for (const file of files) {
    let values: readonly unknown[]
    try {
      values = exportsOf(run(file))
    } catch (error) {
      faults.push({ file, model: undefined, error: asError(error) })
      continue
    }
    let found = false
    for (const value of values) {
      const source = definitionIn(value)
      if (source === undefined && !isModelClass(value)) continue
      found = true
      const original = source ?? value
      // Files that gather others export the same models again.
      if (seen.has(original)) continue
      seen.add(original)
      if (source !== undefined)
        drafts.push({ file, source: source.name === undefined ? { ...source, name: nameOfFile(file) } : source })
      else
        models.push({
          name: entityName(value as ModelClass),
          model: value as ModelClass,
          kind: 'class',
          file,
          notes: [],
        })
    }
    if (!found) others.push(file)
  }
  const known = new Map<string, StacksDefinition>()
  const kept: Draft[] = []
  for (const draft of drafts) {
    const name = String(draft.source.name)
    const other =
      models.find((each) => each.name === name)?.file ?? kept.find(({ source }) => source.name === name)?.file
    if (other !== undefined) {
      faults.push({
        file: draft.file,
        model: name,
        error: new ModelParserError('PARSER.INVALID_MODEL', `${name} is the name of two models.`, {
          hint: `The other is in ${other}.`,
        }),
      })
      continue
    }
    known.set(name, draft.source)
    kept.push(draft)
  }
  const names = new Set([...known.keys(), ...models.map(({ name }) => name)])
  const owed = kept.flatMap(({ source }) => keysNeededBy(source, known))
  for (const { file, source } of kept)
    try {
      const model = modelOf(source, known, owed, names)
      models.push({
        name: String(source.name),
        model,
        kind: 'stacks',
        file,
        notes: ModelParser.describe(model)?.notes ?? [],
      })
    } catch (error) {
      faults.push({ file, model: String(source.name), error: asError(error) })
    }
  const place = new Map(files.map((file, index) => [file, index]))
  models.sort((a, b) => (place.get(a.file) ?? 0) - (place.get(b.file) ?? 0))
  return { models, faults, others }
}

/** The class of a definition; checked to the end, so that what is wrong with it is said now. */
function modelOf(
  source: StacksDefinition,
  known: KnownModels,
  owed: readonly NeededKey[],
  names?: ReadonlySet<string>,
): ModelClass {
  const read = readStacksModel(
    source,
    known,
    owed,
    (name) => name in DynamoDBModel,
    (name) => name in DynamoDBModel.prototype,
  )
  const { definition } = read
  const notes = definition.metadata.stacks.notes as string[]
  const relationships = Object.fromEntries(
    Object.entries(definition.relationships ?? {}).filter(([name, { model, through, type }]) => {
      const needed = [model, type === 'belongsToMany' || type.startsWith('morph') ? undefined : through]
      const missing =
        names === undefined ? undefined : needed.find((each) => typeof each === 'string' && !names.has(each))
      if (missing !== undefined)
        notes.push(`The relation ${name} is kept and left out: there is no model ${String(missing)}.`)
      return missing === undefined
    }),
  )
  const Model = defineModel({ ...definition, relationships })
  for (const [name, get] of read.getters)
    Object.defineProperty(Model.prototype, name, {
      configurable: true,
      get(this: object) {
        return get(this)
      },
    })
  for (const [alias, name] of read.aliases)
    Object.defineProperty(Model.prototype, alias, {
      configurable: true,
      get(this: Record<string, unknown>) {
        return this[name]
      },
      set(this: Record<string, unknown>, value: unknown) {
        this[name] = value
      },
    })
  Object.freeze(notes)
  entitySchemaOf(Model)
  return Model
}

function isModelClass(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof DynamoDBModel
}

function entityName(model: ModelClass): string {
  const { modelName } = model as unknown as { modelName?: string }
  return modelName ?? model.name
}

/** The definition itself, or the one that a model of Stacks' own ORM was made of. */
function definitionIn(value: unknown): StacksDefinition | undefined {
  if (isModelClass(value)) return undefined
  if (isStacksDefinition(value)) return value
  for (const member of ['definition', '_definition', 'getDefinition']) {
    const held: unknown = value === null || value === undefined ? undefined : Reflect.get(Object(value), member)
    const inner: unknown = typeof held === 'function' ? (held as () => unknown).call(value) : held
    if (isStacksDefinition(inner)) return inner
  }
  return undefined
}

function exportsOf(exported: unknown): readonly unknown[] {
  if (isStacksDefinition(exported)) return [exported]
  return typeof exported === 'object' && exported !== null ? [...new Set(Object.values(exported))] : [exported]
}

function nameOfFile(file: string): string {
  return basename(file, extname(file))
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new ModelParserError('PARSER.UNREADABLE', String(error))
}
